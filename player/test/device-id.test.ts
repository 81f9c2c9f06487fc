import { expect, it } from 'vitest'
import { ManualHost } from './manual-host.ts'
import { Scene } from './scene.ts'

async function deviceOf(host: ManualHost, scene: Scene): Promise<unknown> {
  const { watch } = scene.viewer('device', {}, host)
  const { admitted } = await watch.start()
  await watch.stop()
  return admitted?.['deviceId']
}

it('stays the same in each playback, and after the page or the app was started again', async () => {
  const scene = await Scene.open()
  const [before, after] = [new ManualHost(), new ManualHost()]
  const id = await deviceOf(before, scene)
  expect(id).toMatch(/^[\da-f-]{36}$/)
  expect(await deviceOf(before, scene)).toBe(id)
  for (const [key, value] of before.kept) after.kept.set(key, value)
  expect(await deviceOf(after, scene)).toBe(id)
})

it('is read from a storage that answers later', async () => {
  const scene = await Scene.open()
  const host = new ManualHost()
  host.storage = { getItem: () => Promise.resolve('tv-7'), setItem: () => Promise.resolve() }
  expect(await deviceOf(host, scene)).toBe('tv-7')
})

it.each([
  ['none', undefined],
  [
    'one that throws',
    {
      getItem: () => {
        throw new Error('Access is denied')
      },
      setItem: () => {
        throw new Error('Access is denied')
      },
    },
  ],
  [
    'one that rejects',
    { getItem: () => Promise.reject(new Error('full')), setItem: () => Promise.reject(new Error('full')) },
  ],
])('lasts as long as the page without a storage that works: %s', async (_what, storage) => {
  const scene = await Scene.open()
  const [one, other] = [new ManualHost(), new ManualHost()]
  one.storage = storage
  other.storage = storage
  const id = await deviceOf(one, scene)
  expect(id).toMatch(/^[\da-f-]{36}$/)
  expect(await deviceOf(other, scene)).toBe(id)
})

it('is the one that the application names, or none', async () => {
  const scene = await Scene.open()
  const named = scene.viewer('named', { device: { id: 'box@home' } })
  const { admitted } = await named.watch.start()
  expect(admitted?.id).toBe(`${admitted?.streamId}@box@home`)
  const without = scene.viewer('without', { device: false })
  expect((await without.watch.start()).admitted?.['deviceId']).toBeUndefined()
  expect(without.host.kept.size).toBe(0)
})
