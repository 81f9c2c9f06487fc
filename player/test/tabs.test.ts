/** Two tabs of one device, and two tabs of one film. */
import { expect, it } from 'vitest'
import { ManualHost } from './manual-host.ts'
import { HEARTBEAT_MS, ONE_STREAM, Scene, type Viewer } from './scene.ts'

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
    return viewerIn(scene.viewer(user, { streamId: 'match' }, host))
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
    viewerIn(scene.viewer('apart', { device: false })),
    viewerIn(scene.viewer('apart', { device: false })),
  ]
  await first.watch.start()
  await second.watch.start()
  await first.watch.stop()
  await second.host.pass(HEARTBEAT_MS + 1000)
  expect(second.viewer.events).toEqual(['admitted'])
  expect(await scene.client.list('apart')).toEqual([second.watch.state.stream?.id])
})

function viewerIn(viewer: Viewer) {
  return { viewer, host: viewer.host, watch: viewer.watch }
}
