/** The example player, without a browser, on answers that no service should give. */
import { afterEach, expect, it, vi } from 'vitest'

type Playing = { start: () => Promise<boolean>; stop: () => Promise<void> }
type PlayerModule = { Playback: new (options: Readonly<Record<string, unknown>>) => Playing }

const DEFAULT_MS = 25_000

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it.each(['null', '{}', '{"heartbeatSeconds":"soon"}', '{"heartbeatSeconds":0}'])(
  'plays after a 201 with %s, and sends a heartbeat every 25 s',
  async (body) => {
    vi.useFakeTimers()
    const methods: (string | undefined)[] = []
    vi.stubGlobal('addEventListener', () => {})
    vi.stubGlobal('fetch', async (_url: string, { method }: RequestInit) => {
      methods.push(method)
      return new Response(body, { status: 201, headers: { 'content-type': 'application/json' } })
    })
    const path = '../../examples/player.js'
    const { Playback } = (await import(path)) as PlayerModule
    const playback = new Playback({ service: 'http://gate.example', user: 'u', onEnd: () => {} })
    expect(await playback.start()).toBe(true)
    await vi.advanceTimersByTimeAsync(2 * DEFAULT_MS + 5000)
    expect(methods).toEqual(['POST', 'PUT', 'PUT'])
    await playback.stop()
  },
)
