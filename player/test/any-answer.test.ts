/** Whatever the network answers and whatever the viewer does, in any order. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { HostEvents } from '../src/core/host.ts'
import { ManualHost } from './manual-host.ts'
import { Viewer } from './scene.ts'

const RUNS = 300

const unhandled: unknown[] = []
const keep = (reason: unknown): void => void unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', keep))
afterAll(() => void process.off('unhandledRejection', keep))

const problems = [
  'stream-limit-reached',
  'device-limit-reached',
  'pool-full',
  'stream-evicted',
  'stream-ended',
]
const body = fc.oneof(
  fc.json(),
  fc
    .record(
      {
        type: fc.constantFrom(...problems, 'stream-finished').map((name) => `/problems/${name}`),
        id: fc.oneof(fc.string(), fc.constant(7)),
        by: fc.jsonValue(),
        streams: fc.jsonValue(),
        devices: fc.array(fc.jsonValue()),
        makesRoom: fc.jsonValue(),
        heartbeatSeconds: fc.oneof(fc.constantFrom(null, 1, 25, -1, 'soon'), fc.jsonValue()),
        expiresAt: fc.jsonValue(),
        graceUntil: fc.jsonValue(),
        degraded: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc.constant('{ "cut'),
)
const status = fc.constantFrom(200, 201, 204, 302, 400, 401, 403, 404, 409, 410, 429, 500, 503)
const retryAfter = fc.constantFrom(undefined, '1', '20', '3600', 'Fri, 27 Nov 2026 00:00:00 GMT', '-5')
const answer = fc.oneof(
  { weight: 5, arbitrary: fc.record({ status, body, retryAfter }) },
  { weight: 1, arbitrary: fc.constantFrom('hang' as const, 'fail' as const) },
)
type Scripted = typeof answer extends fc.Arbitrary<infer Value> ? Value : never

const event = fc.constantFrom<keyof HostEvents>('onLeave', 'onReturn', 'onWake')
const action = fc.oneof(
  fc.constantFrom('start', 'stop', 'takeOver', 'clock back'),
  event,
  fc.integer({ min: 0, max: 90_000 }),
)

function responseOf(scripted: Scripted | undefined): Response | Error | 'hang' {
  if (scripted === undefined || scripted === 'fail') return new TypeError('Failed to fetch')
  if (scripted === 'hang') return scripted
  const headers = new Headers({ 'content-type': 'application/json' })
  if (scripted.retryAfter !== undefined) headers.set('retry-after', scripted.retryAfter)
  const isEmpty = scripted.status === 204 || scripted.status === 302
  return new Response(isEmpty ? null : scripted.body, { status: scripted.status, headers })
}

it('never rejects, never throws, and sends nothing once a stop is done', { timeout: 120_000 }, async () => {
  const script = fc.array(answer, { maxLength: 25 })
  const actions = fc.array(action, { minLength: 1, maxLength: 15 })
  const streamId = fc.constantFrom(undefined, 'match')
  const property = fc.asyncProperty(script, actions, streamId, async (answers, steps, id) => {
    const host = Object.assign(new ManualHost(), { beacon: () => true })
    const left = [...answers]
    host.interfere = () => responseOf(left.shift())
    const options = { service: 'http://127.0.0.1:9', user: 'u', ...(id !== undefined && { streamId: id }) }
    const { watch } = new Viewer(host, options)
    watch.on('admitted', () => {
      throw new Error('The application fails')
    })
    watch.on('change', () => Promise.reject(new Error('The application fails too')))
    for (const step of steps) await take(step, host, watch)
    const stopped = watch.stop()
    await host.pass(120_000)
    await stopped
    const count = host.calls.length
    await host.happens('onLeave')
    await host.happens('onReturn')
    await host.pass(3_600_000)
    expect(host.calls).toHaveLength(count)
    expect(host.left).toEqual({ timers: 0, listeners: 0 })
    expect(watch.state.phase).toBe('idle')
  })
  await fc.assert(property, { numRuns: RUNS })
  expect(unhandled).toEqual([])
})

async function take(step: number | string, host: ManualHost, watch: Viewer['watch']): Promise<void> {
  if (typeof step === 'number') await host.pass(step)
  else if (step === 'start') void watch.start()
  else if (step === 'stop') void watch.stop()
  else if (step === 'clock back') host.jump(-3_600_000)
  else if (step === 'takeOver') {
    const { denied, lost } = watch.state
    void denied?.takeOver()
    if (lost !== undefined && 'takeOver' in lost) void lost.takeOver()
  } else await host.happens(step as keyof HostEvents, true)
  await host.settle()
}
