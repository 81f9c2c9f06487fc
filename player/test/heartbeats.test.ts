import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { busy, HEARTBEAT_MS, ONE_STREAM, Scene } from './scene.ts'

const UNREACHABLE = new TypeError('Failed to fetch')

async function watching(user: string, policy: object = ONE_STREAM, options = {}) {
  const scene = await Scene.open(policy)
  const viewer = scene.viewer(user, options)
  const { admitted } = await viewer.watch.start()
  if (!admitted) throw new Error('It was denied')
  const { host, watch } = viewer
  return { scene, host, watch, viewer, id: admitted.id }
}

it('sends a heartbeat at each interval, for its lease alone', async () => {
  const { host, id, viewer } = await watching('regular')
  await host.pass(3 * HEARTBEAT_MS + 2000)
  const beats = host.sent('heartbeat')
  expect(beats.map(({ status }) => status)).toEqual([200, 200, 200])
  const gaps = beats.slice(1).map(({ atMs }, index) => atMs - (beats[index]?.atMs ?? 0))
  expect(gaps).toEqual([HEARTBEAT_MS, HEARTBEAT_MS])
  for (const { path, headers } of beats) {
    expect(decodeURIComponent(path)).toBe(`/users/regular/streams/${id}`)
    expect(headers['if-match']).toMatch(/^".+"$/)
  }
  expect(viewer.events).toEqual(['admitted'])
})

it('follows the interval of the newest answer', async () => {
  const heartbeatSeconds = { whenRoom: 40, whenFull: 10 }
  const policy = { leaseSeconds: 120, heartbeatSeconds, plans: { two: { limits: [{ max: 2 }] } } }
  const { scene, host, watch } = await watching('paced', policy)
  const toldMs = () => 1000 * (watch.state.stream?.heartbeatSeconds ?? 0)
  const patientMs = toldMs()
  await host.pass(patientMs - 1000)
  expect(host.sent('heartbeat')).toHaveLength(0)
  await scene.client.start('paced', 'elsewhere')
  await host.pass(2000)
  expect(host.sent('heartbeat')).toHaveLength(1)
  expect(toldMs()).toBeLessThan(patientMs / 2)
  await host.pass(toldMs() + 1000)
  expect(host.sent('heartbeat')).toHaveLength(2)
})

it('sends none if none are wanted, whatever happens to the device', async () => {
  const { host } = await watching('held', { leaseSeconds: null, plans: ONE_STREAM.plans })
  await host.pass(3_600_000)
  host.jump(86_400_000)
  await host.happens('onWake', true)
  await host.pass(5000)
  expect(host.calls).toHaveLength(1)
})

it('says which stream took the slot, and takes it back if the viewer wants', async () => {
  const { scene, host, viewer, id, watch } = await watching('evicted')
  const newcomer = { streamId: 'new', label: 'Kitchen TV', replaces: id }
  await scene.client.send('POST', '/users/evicted/streams', newcomer)
  await host.pass(HEARTBEAT_MS)
  const lost = viewer.last('lost')
  expect(lost).toMatchObject({ why: 'evicted', by: { id: 'new', label: 'Kitchen TV' }, isSameDevice: false })
  expect(watch.state).toMatchObject({ phase: 'idle', lost: { why: 'evicted' } })
  const count = host.calls.length
  await host.pass(10 * HEARTBEAT_MS)
  await watch.stop()
  expect(host.calls).toHaveLength(count)
  const again = lost?.why === 'evicted' ? await lost.takeOver() : undefined
  expect(await scene.client.list('evicted')).toEqual([again?.admitted?.id])
})

it('knows that a second film of this device ended the first', async () => {
  const { scene, host, viewer } = await watching('zapping')
  const other = scene.viewer('zapping', { device: { id: String(host.kept.get('streamgate.device')) } })
  expect((await other.watch.start()).admitted).toBeDefined()
  await host.pass(HEARTBEAT_MS)
  expect(viewer.last('lost')).toMatchObject({ why: 'evicted', isSameDevice: true })
})

it('says that the stream has finished', async () => {
  const { scene, host, viewer } = await watching('live', ONE_STREAM, { streamId: 'match' })
  await scene.client.send('POST', '/streams/match/finish')
  await host.pass(HEARTBEAT_MS)
  expect(viewer.last('lost')).toMatchObject({ why: 'finished', problem: { status: 410 } })
})

it('says why support has ended it', async () => {
  const { scene, host, viewer, id } = await watching('support')
  const reason = 'Your password was changed.'
  const query = `by=operator&reason=${encodeURIComponent(reason)}`
  await scene.client.send('DELETE', `/users/support/streams/${id}?${query}`)
  await host.pass(HEARTBEAT_MS)
  expect(viewer.last('lost')).toMatchObject({ why: 'ended', reason })
})

it('asks at once after a sleep, and names the holders if others have the slot', async () => {
  const policy = { leaseSeconds: 1, heartbeatSeconds: 1, plans: ONE_STREAM.plans }
  const { scene, host, viewer } = await watching('asleep', policy)
  host.jump(3_600_000)
  while ((await scene.client.start('asleep', 'other')).status !== 201) await pause(50)
  await host.pass(1000)
  expect(host.sent('heartbeat')).toHaveLength(1)
  const lost = viewer.last('lost')
  expect(lost).toMatchObject({ why: 'denied', denied: 'limit', holders: [{ id: 'other' }], rule: { max: 1 } })
  if (lost?.why !== 'denied') throw new Error('It was not denied')
  expect((await lost.takeOver()).admitted).toBeDefined()
})

it('goes on after a sleep past its lease if its slot is free, even if its lease is gone', async () => {
  const policy = { leaseSeconds: 1, heartbeatSeconds: 1, plans: ONE_STREAM.plans }
  const { scene, host, viewer, id } = await watching('napping', policy)
  host.jump(3_600_000)
  while ((await scene.client.start('napping', 'other')).status !== 201) await pause(50)
  await scene.client.stop('napping', 'other')
  await host.happens('onWake')
  expect(host.sent('heartbeat')).toMatchObject([{ status: 201 }])
  expect(host.sent('heartbeat')[0]?.headers).not.toHaveProperty('if-match')
  expect(await scene.client.list('napping')).toEqual([id])
  expect(viewer.events).toEqual(['admitted'])
})

it.each([2, -2])('asks at once if the clock jumps by %i hours', async (hours) => {
  const { host } = await watching('suspended')
  await host.pass(5000)
  host.jump(hours * 3_600_000)
  await host.pass(1000)
  expect(host.sent('heartbeat')).toHaveLength(1)
  await host.pass(HEARTBEAT_MS)
  expect(host.sent('heartbeat')).toHaveLength(2)
})

it('holds its slot in a hidden tab, whose timers run once a minute', async () => {
  const { scene, host, viewer } = await watching('hidden')
  for (let minute = 0; minute < 5; minute += 1) {
    host.jump(59_000)
    await host.pass(1000)
  }
  expect(host.sent('heartbeat')).toHaveLength(5)
  expect(await scene.client.list('hidden')).toHaveLength(1)
  expect(viewer.events).toEqual(['admitted'])
})

it('plays on while there is no answer, with a back-off of at most 30 s, and says when it is back', async () => {
  const { host, viewer, watch } = await watching('cut')
  host.interfere = () => UNREACHABLE
  await host.pass(HEARTBEAT_MS + 600_000)
  const beats = host.sent('heartbeat')
  const gaps = beats.slice(1).map(({ atMs }, index) => atMs - (beats[index]?.atMs ?? 0))
  expect(Math.max(...gaps)).toBeLessThanOrEqual(31_000)
  expect(gaps.slice(8).every((gapMs) => gapMs >= 15_000)).toBe(true)
  expect(new Set(gaps.slice(8)).size, 'jitter').toBeGreaterThan(3)
  expect(viewer.events).toEqual(['admitted', 'degraded'])
  expect(watch.state).toMatchObject({ phase: 'watching', isDegraded: true })
  const tried = host.calls.length
  while (host.calls.length === tried) await host.pass(1000)
  await host.pass(2000)
  host.interfere = () => undefined
  const before = host.calls.length
  await host.happens('onWake', true)
  expect(host.calls, 'the network is back').toHaveLength(before + 1)
  expect(viewer.events).toEqual(['admitted', 'degraded', 'recovered'])
  expect(watch.state.isDegraded).toBe(false)
  await host.pass(HEARTBEAT_MS + 1000)
  expect(host.calls).toHaveLength(before + 2)
})

it.each([429, 503])('waits as long as %i says', async (status) => {
  const { host } = await watching('told')
  host.interfere = () => busy(status, 13)
  await host.pass(HEARTBEAT_MS + 12_000)
  expect(host.sent('heartbeat')).toHaveLength(1)
  await host.pass(3000)
  expect(host.sent('heartbeat')).toHaveLength(2)
})

it.each([400, 401, 403, 404, 500])('plays on after %i, and keeps trying', async (status) => {
  const { host, watch } = await watching('faulty')
  host.interfere = () => busy(status)
  await host.pass(HEARTBEAT_MS + 120_000)
  expect(host.sent('heartbeat').length).toBeGreaterThan(5)
  expect(watch.state.phase).toBe('watching')
})

it('says if the service lets streams run without its store', async () => {
  const { host, viewer, watch } = await watching('open')
  const stream = { ...watch.state.stream, degraded: true }
  host.interfere = () => Response.json(stream)
  await host.pass(HEARTBEAT_MS + 1000)
  expect(viewer.events).toEqual(['admitted', 'degraded'])
  host.interfere = () => undefined
  await host.pass(HEARTBEAT_MS)
  expect(viewer.events).toEqual(['admitted', 'degraded', 'recovered'])
})

it('sends the token, and gets another one if it is refused', async () => {
  const asked: boolean[] = []
  const token = (isRefused: boolean) => {
    asked.push(isRefused)
    return Promise.resolve(isRefused ? 'fresh' : 'stale')
  }
  const { host, viewer } = await watching('token', ONE_STREAM, { token })
  host.interfere = ({ headers }) => (headers['authorization'] === 'Bearer fresh' ? undefined : busy(401))
  await host.pass(HEARTBEAT_MS + 1000)
  expect(host.sent('heartbeat').map(({ status }) => status)).toEqual([401, 200])
  expect(asked).toEqual([false, false, true])
  expect(viewer.events).toEqual(['admitted'])
})
