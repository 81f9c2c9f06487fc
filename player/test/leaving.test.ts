import { expect, it } from 'vitest'
import { SCOPES } from '../../service/src/auth/scope.ts'
import { TestKeys } from '../../tests/http-contract/test-keys.ts'
import type { Host } from '../src/core/host.ts'
import type { WatchOptions } from '../src/core/types.ts'
import { ManualHost } from './manual-host.ts'
import { busy, HEARTBEAT_MS, ONE_STREAM, Scene } from './scene.ts'

it('frees its slot when it is stopped, for its lease alone, and is silent after that', async () => {
  const scene = await Scene.open()
  const { watch, host, viewer } = inScene(scene, 'stop')
  await watch.start()
  await watch.stop()
  expect(await scene.client.list('stop')).toEqual([])
  expect(host.sent('stop')).toMatchObject([
    { status: 204, headers: { 'if-match': expect.stringMatching(/^"/) } },
  ])
  await watch.stop()
  await host.happens('onLeave')
  await host.happens('onReturn')
  await host.happens('onWake', true)
  await host.pass(3_600_000)
  expect(host.calls).toHaveLength(2)
  expect(host.beacons).toEqual([])
  expect(host.left).toEqual({ timers: 0, listeners: 0 })
  expect(viewer.events).toEqual(['admitted'])
})

it('tells a start that is stopped before its answer, and frees the slot that it took', async () => {
  const scene = await Scene.open()
  const { watch, host, viewer } = inScene(scene, 'hasty')
  const started = watch.start()
  const stopped = watch.stop()
  expect(await started).toMatchObject({ denied: 'stopped' })
  await stopped
  expect(await scene.client.list('hasty')).toEqual([])
  const count = host.calls.length
  await host.pass(600_000)
  expect(host.calls).toHaveLength(count)
  expect(viewer.events).toEqual([])
})

it('frees the slot of a start whose call was under way', async () => {
  const scene = await Scene.open()
  const { watch, host } = inScene(scene, 'late')
  const started = watch.start()
  while (host.calls.length === 0) await Promise.resolve()
  const stopped = watch.stop()
  expect(await started).toMatchObject({ denied: 'stopped' })
  await stopped
  expect(host.calls.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  expect(await scene.client.list('late')).toEqual([])
})

it('does not repeat a start that is stopped between two attempts', async () => {
  const scene = await Scene.open()
  const { watch, host } = inScene(scene, 'changed')
  host.interfere = () => busy(503)
  const started = watch.start()
  await host.settle()
  host.interfere = () => undefined
  await watch.stop()
  expect(await started).toMatchObject({ denied: 'stopped' })
  await host.pass(60_000)
  expect(host.calls.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  expect(host.left).toEqual({ timers: 0, listeners: 0 })
})

it('sends nothing if it is stopped while the application makes its token', async () => {
  const scene = await Scene.open()
  const made = Promise.withResolvers<string>()
  const { watch, host } = inScene(scene, 'token', { token: () => made.promise })
  void watch.start()
  await host.settle()
  const stopped = watch.stop()
  made.resolve('token')
  await stopped
  await host.pass(60_000)
  expect(host.calls).toEqual([])
})

it('repeats a stop that gets no answer, five times at most', async () => {
  const scene = await Scene.open()
  const { watch, host } = inScene(scene, 'gone')
  await watch.start()
  host.interfere = () => new TypeError('Failed to fetch')
  const stopped = watch.stop()
  await host.pass(60_000)
  await stopped
  expect(host.sent('stop')).toHaveLength(5)
})

it('starts the same stream again only after its stop, so that the stop cannot end it', async () => {
  const scene = await Scene.open()
  const { watch, host } = inScene(scene, 'again', { streamId: 'match' })
  await watch.start()
  const slow = Promise.withResolvers<undefined>()
  host.interfere = ({ method }) => (method === 'DELETE' ? slow.promise : undefined)
  void watch.stop()
  const started = watch.start()
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
  expect(host.calls.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  slow.resolve(undefined)
  const { admitted } = await started
  await host.pass(HEARTBEAT_MS + 1000)
  expect(await scene.client.list('again')).toEqual([admitted?.id])
  expect(watch.state.phase).toBe('watching')
})

it('does not repeat a stop without an answer if the same stream is started again', async () => {
  const scene = await Scene.open()
  const { watch, host } = inScene(scene, 'unsure', { streamId: 'match' })
  await watch.start()
  host.interfere = ({ method }) => (method === 'DELETE' ? busy(503, 20) : undefined)
  void watch.stop()
  await host.settle()
  expect((await watch.start()).admitted).toBeDefined()
  await host.pass(60_000)
  expect(host.sent('stop')).toHaveLength(1)
  expect(watch.state.phase).toBe('watching')
})

it('frees its slot by a beacon when the page is left, and starts again when it comes back', async () => {
  const scene = await Scene.open()
  const { watch, host, viewer } = inScene(scene, 'left')
  const { admitted } = await watch.start()
  await host.happens('onLeave')
  await untilEmpty(scene, 'left')
  expect(host.beacons.map(decodeURIComponent)).toEqual([`/users/left/streams/${admitted?.id}/stop`])
  await host.pass(HEARTBEAT_MS)
  expect(host.calls).toHaveLength(1)
  await host.happens('onReturn')
  expect(viewer.events).toEqual(['admitted', 'admitted'])
  expect(await scene.client.list('left')).toEqual([watch.state.stream?.id])
  expect(watch.state.stream?.streamId).not.toBe(admitted?.streamId)
})

it('has lost its slot if others have it when the page comes back', async () => {
  const scene = await Scene.open()
  const { watch, host, viewer } = inScene(scene, 'back')
  await watch.start()
  await host.happens('onLeave')
  await untilEmpty(scene, 'back')
  await scene.client.start('back', 'other')
  await host.happens('onReturn')
  expect(viewer.events).toEqual(['admitted', 'lost'])
  expect(viewer.last('lost')).toMatchObject({ why: 'denied', holders: [{ id: 'other' }] })
})

it('does not start again if it was stopped, or started, while the page was away', async () => {
  const scene = await Scene.open()
  const { watch, host } = inScene(scene, 'away')
  await watch.start()
  await host.happens('onLeave')
  await watch.stop()
  await host.happens('onReturn')
  expect(host.sent('start')).toHaveLength(1)
  await watch.start()
  await host.happens('onLeave')
  await watch.start()
  await host.happens('onReturn')
  expect(host.sent('start')).toHaveLength(3)
})

it('leaves by the stop URL of its start if callers are checked', async () => {
  const keys = new TestKeys()
  const token = keys.make(SCOPES)
  const scene = await Scene.open(ONE_STREAM, keys.settings)
  const { watch, host, viewer } = inScene(scene, 'checked', { token: () => token })
  expect((await watch.start()).admitted).toBeDefined()
  await host.pass(HEARTBEAT_MS + 1000)
  expect(host.sent('heartbeat')).toMatchObject([{ status: 200 }])
  await host.happens('onLeave')
  expect(host.beacons).toHaveLength(1)
  expect(host.sent('stop'), 'no call whose token may have expired').toEqual([])
  const headers = { authorization: `Bearer ${token}` }
  const active = async () => {
    const answer = await fetch(`${scene.url}/users/checked/streams`, { headers })
    return ((await answer.json()) as { active: number }).active
  }
  while ((await active()) > 0) await new Promise(setImmediate)
  await host.happens('onReturn')
  expect(await active()).toBe(1)
  await watch.stop()
  expect(await active()).toBe(0)
  expect(viewer.events).toEqual(['admitted', 'admitted'])
})

it.each([
  ['a token, which no beacon can carry', { token: 'secret' }, {}],
  ['no beacon', {}, { beacon: undefined }],
  ['a beacon that is too large', {}, { beacon: () => false }],
])('leaves by a call that outlives the page: %s', async (_why, options, hostParts: Partial<Host>) => {
  const scene = await Scene.open()
  const host = Object.assign(new ManualHost(), hostParts)
  const { watch } = inScene(scene, 'secret', { ...options, host })
  await watch.start()
  const left = host.happens('onLeave')
  expect(host.sent('stop'), 'before the page is gone').toHaveLength(1)
  await left
  expect(await scene.client.list('secret')).toEqual([])
})

/** Tabs of one browser that play the same stream. */
function tabsOf(scene: Scene, user: string) {
  const claims = new Map<string, symbol>()
  return () => {
    const host = new ManualHost()
    host.kept.set('streamgate.device', 'laptop')
    host.claim = (name) => {
      const own = Symbol(name)
      claims.set(name, own)
      return { isMine: () => claims.get(name) === own, release: () => claims.delete(name) }
    }
    return inScene(scene, user, { streamId: 'match', host })
  }
}

it('stops if another tab of the device has taken over the same stream, whose slot it leaves alone', async () => {
  const scene = await Scene.open()
  const tab = tabsOf(scene, 'tabs')
  const [first, second] = [tab(), tab()]
  await first.watch.start()
  await second.watch.start()
  await first.host.happens('onWake', true)
  expect(first.viewer.last('lost')).toMatchObject({ why: 'evicted', isSameDevice: true })
  await first.watch.stop()
  await first.host.happens('onLeave')
  await second.host.pass(2 * HEARTBEAT_MS)
  expect(second.viewer.events).toEqual(['admitted'])
  expect(await scene.client.list('tabs')).toEqual(['match@laptop'])
  await second.watch.stop()
  expect(await scene.client.list('tabs')).toEqual([])
})

it('leaves the slot alone, even if it is closed before it knows of the other tab', async () => {
  const scene = await Scene.open()
  const tab = tabsOf(scene, 'closed')
  const [stopped, left, newest] = [tab(), tab(), tab()]
  for (const { watch } of [stopped, left, newest]) await watch.start()
  await stopped.watch.stop()
  await left.host.happens('onLeave')
  expect(left.host.beacons).toEqual([])
  expect(await scene.client.list('closed')).toEqual(['match@laptop'])
  await newest.host.pass(HEARTBEAT_MS + 1000)
  expect(newest.viewer.events).toEqual(['admitted'])
})

it('keeps two tabs of one film apart if the device has no id', async () => {
  const scene = await Scene.open({ ...ONE_STREAM, plans: { two: { limits: [{ max: 2 }] } } })
  const [first, second] = [
    inScene(scene, 'apart', { device: false }),
    inScene(scene, 'apart', { device: false }),
  ]
  await first.watch.start()
  await second.watch.start()
  await first.watch.stop()
  await second.host.pass(HEARTBEAT_MS + 1000)
  expect(second.viewer.events).toEqual(['admitted'])
  expect(await scene.client.list('apart')).toEqual([second.watch.state.stream?.id])
})

type Parts = Partial<WatchOptions> & { readonly host?: ManualHost }

function inScene(scene: Scene, user: string, { host = new ManualHost(), ...options }: Parts = {}) {
  const viewer = scene.viewer(user, options, host)
  return { viewer, host, watch: viewer.watch }
}

async function untilEmpty({ client }: Scene, user: string): Promise<void> {
  while ((await client.list(user)).length > 0) await new Promise(setImmediate)
}
