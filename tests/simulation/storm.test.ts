/** Eviction storms: many newcomers at one instant, of whom each sends another away. */
import {
  Limiter,
  LimiterError,
  type DeviceId,
  type Limit,
  type Pace,
  type Policy,
  type StartResult,
  type StreamDescription,
  type StreamId,
  type UserId,
  planOfOneLimit,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SeededRandom } from './seeded-random.ts'
import { SimulatedStore } from './simulated-store.ts'

const USER = 'user' as UserId
const SEEDS = 40

const PLANS: Readonly<Record<string, readonly Limit[]>> = {
  'one stream': [{ max: 1 }],
  'one stream, one television, one of a content': [
    { max: 1 },
    { max: 1, deviceType: 'tv' },
    { max: 1, per: 'contentId' },
  ],
  'two streams, one television, one a device': [
    { max: 2 },
    { max: 1, deviceType: 'tv' },
    { max: 1, per: 'deviceId' },
  ],
}
const PACES = { 'one pace': [75, 75], 'a pace by room': [375, 75] } as const

describe.each(Object.entries(PLANS))('an eviction storm under %s', (_title, limits) => {
  it.each(Object.entries(PACES))('of 5 newcomers settles, with %s', async (_pace, leaseSeconds) => {
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const { results, most } = await storm({ seed, newcomers: 5, limits, leaseSeconds })
      expect(results.map(outcomeOf), `seed ${seed}`).toEqual(Array(5).fill('admitted'))
      expect(most, `seed ${seed}`).toBeLessThanOrEqual(limits[0]?.max ?? 0)
    }
  })

  it.each(Object.entries(PACES))('of 20 settles or gives up, with %s', async (_pace, leaseSeconds) => {
    const outcomes = new Set<string>()
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const { results, most } = await storm({ seed, newcomers: 20, limits, leaseSeconds })
      for (const outcome of results.map(outcomeOf)) outcomes.add(outcome)
      expect(most, `seed ${seed}`).toBeLessThanOrEqual(limits[0]?.max ?? 0)
    }
    expect([...outcomes].filter((each) => each !== 'STORE_CONTENDED')).toEqual(['admitted'])
  })
})

type Storm = {
  readonly seed: number
  readonly newcomers: number
  readonly limits: readonly Limit[]
  readonly leaseSeconds: readonly [number, number]
}

/** Lets all ask at once, of a limiter each; gives what they were told, and the most that the store ever held. */
async function storm({ seed, newcomers, limits, leaseSeconds }: Storm) {
  const random = new SeededRandom(seed)
  const engine = new MemoryStore()
  const store = new SimulatedStore(engine)
  const policy = policyOf(limits, leaseSeconds)
  const waiting: { readonly dueAtMs: number; readonly resolve: () => void }[] = []
  const open = new Set(Array.from({ length: newcomers }, (_, index) => index))
  let [nowMs, generations, most] = [1000, 0, 0]
  const limiterOf = () =>
    new Limiter({
      store,
      policy,
      now: () => nowMs,
      newGeneration: () => `g${(generations += 1)}`,
      pause: (ms) => new Promise((resolve) => waiting.push({ dueAtMs: nowMs + ms, resolve })),
      random: () => random.next(),
    })
  const asked = Array.from({ length: newcomers }, (_, index) =>
    limiterOf()
      .start({ user: USER, stream: streamOf(index) })
      .catch((error: unknown) => error)
      .finally(() => open.delete(index)),
  )
  while (open.size > 0) {
    await setImmediate()
    const call = store.pending.length > 0 ? random.pick(store.pending) : undefined
    if (call === undefined) {
      // Nothing is under way, so time passes until somebody has waited long enough.
      nowMs = Math.max(nowMs, Math.min(nowMs + 1, ...waiting.map(({ dueAtMs }) => dueAtMs)))
    } else if (call.isApplied) {
      call.deliver()
    } else {
      await call.apply()
      most = Math.max(most, (await engine.read(USER)).leases.length)
    }
    for (const each of waiting.filter(({ dueAtMs }) => dueAtMs <= nowMs)) {
      waiting.splice(waiting.indexOf(each), 1)
      each.resolve()
    }
  }
  return { results: (await Promise.all(asked)) as (StartResult | Error)[], most }
}

/** Televisions, each a device of its own, that all want the same content: in the way of one another under every limit. */
function streamOf(index: number): StreamDescription {
  return {
    streamId: `stream-${index}` as StreamId,
    deviceId: `device-${index}` as DeviceId,
    deviceType: 'tv',
    contentId: 'film',
  }
}

function paceOf(seconds: number): Pace {
  return { leaseMs: seconds * 1000, heartbeatSeconds: seconds / 3 }
}

function policyOf(limits: readonly Limit[], [whenRoom, whenFull]: readonly [number, number]): Policy {
  const plan = { ...planOfOneLimit('stormy', 1), limits, whenFull: 'evict-oldest' } as const
  return {
    paces: { whenRoom: paceOf(whenRoom), whenFull: paceOf(whenFull) },
    defaultPlan: plan,
    plans: new Map([[plan.name, plan]]),
  }
}

function outcomeOf(result: StartResult | Error): string {
  if (result instanceof LimiterError) return result.code
  return result instanceof Error ? result.message : result.outcome
}
