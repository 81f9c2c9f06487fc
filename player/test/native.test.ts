/** React Native in plain Node, with fakes of AppState and AsyncStorage. */
import { expect, it, onTestFinished } from 'vitest'
import { createNativeWatch, type NativeParts } from '../src/react-native/native-host.ts'
import { ONE_STREAM, Scene } from './scene.ts'

class App {
  readonly kept = new Map<string, string>()
  readonly #changed = new Set<(state: string) => void>()
  readonly parts: NativeParts = {
    AppState: {
      addEventListener: (_name, changed) => {
        this.#changed.add(changed)
        return { remove: () => void this.#changed.delete(changed) }
      },
    },
    AsyncStorage: {
      getItem: (key) => Promise.resolve(this.kept.get(key) ?? null),
      setItem: (key, value) => Promise.resolve(void this.kept.set(key, value)),
    },
  }

  become(state: string): void {
    for (const changed of Array.from(this.#changed)) changed(state)
  }

  get listeners(): number {
    return this.#changed.size
  }
}

async function watching(user: string, more: Partial<NativeParts> = {}) {
  const scene = await Scene.open({ ...ONE_STREAM, plans: { two: { limits: [{ max: 2 }] } } })
  const app = new App()
  const watch = createNativeWatch({ service: scene.url, user }, { ...app.parts, ...more })
  onTestFinished(() => watch.stop())
  const { admitted } = await watch.start()
  return { scene, app, watch, id: admitted?.id }
}

it('starts with the id of the device that AsyncStorage keeps, and stops', async () => {
  const { scene, app, watch, id } = await watching('native')
  expect(id).toContain(`@${app.kept.get('streamgate.device')}`)
  expect(await scene.client.list('native')).toEqual([id])
  await watch.stop()
  expect(await scene.client.list('native')).toEqual([])
  expect(app.listeners).toBe(0)
})

it('holds its slot in the background, and asks at once when it is active again', async () => {
  const { scene, app, watch, id } = await watching('background')
  const lost = Promise.withResolvers<unknown>()
  watch.on('lost', lost.resolve)
  app.become('background')
  expect(await scene.client.list('background')).toEqual([id])
  await scene.client.send('DELETE', `/users/background/streams/${id}?by=operator&reason=Good%20night`)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  app.become('active')
  expect(await lost.promise).toMatchObject({ why: 'ended', reason: 'Good night' })
})

it('frees its slot in the background if it should, and starts again when it is active', async () => {
  const { scene, app, watch, id } = await watching('frugal', { stopsInBackground: true })
  app.become('inactive')
  app.become('background')
  while ((await scene.client.list('frugal')).length > 0) await new Promise(setImmediate)
  const admitted = Promise.withResolvers<unknown>()
  watch.on('admitted', admitted.resolve)
  app.become('active')
  expect(await admitted.promise).not.toMatchObject({ id })
  expect(await scene.client.list('frugal')).toHaveLength(1)
})
