/**
 * An eviction storm: many streams start at once and each evicts another. Then all send a heartbeat.
 */
import {
  planOfOneLimit,
  type DeviceId,
  type HeartbeatResult,
  type Limit,
  type LimiterParts,
  type Pace,
  type Policy,
  type StartResult,
  type StreamDescription,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { setImmediate } from 'node:timers/promises'
import { SeededRandom } from './seeded-random.ts'
import type { LimiterVerbs } from './ask-limiter.ts'
import type { Rules } from './simulation.ts'
import { SimulatedStore, type PendingCall } from './simulated-store.ts'

/** How many streams start, over how many limiters, under which plan. */
export type Storm = {
  readonly seed: number
  readonly newcomers: number
  readonly limiters: number
  readonly limits: readonly Limit[]
  /** The lengths of leases for users with room, and for users without. */
  readonly leaseSeconds: readonly [number, number]
  /**
   * Whether all calls take the same time, so that only one racing write can win. Otherwise they
   * finish in any order.
   */
  readonly isInStep?: boolean
}

/** The result of a storm. */
export type StormOutcome = {
  /** How many starts, and then heartbeats, got each outcome or error code. */
  readonly starts: readonly string[]
  readonly heartbeats: readonly string[]
  /** The most leases that the store ever held. */
  readonly most: number
  /** How many calls to the store the starts took. */
  readonly calls: number
}

const USER = 'user' as UserId

/** What a player may be told after the storm: its stream runs, or was evicted and stays out. */
const TOLD_AFTER = ['renewed', 'evicted', 'ended']

/**
 * How many store calls a start takes on one limiter, at most and on average. It adds, reads when
 * its turn comes, replaces, and moves the end of its lease. One more write may lose a race.
 */
const CALLS_MAX = 6

/** Starts all streams at once. Sends all heartbeats at once when every start is answered. */
export async function raise({ Limiter }: Rules, storm: Storm): Promise<StormOutcome> {
  const { newcomers, limiters } = storm
  const weather = new Weather(storm)
  const all = Array.from({ length: limiters }, () => new Limiter(weather.parts))
  const askAll = (verb: 'start' | 'heartbeat') =>
    Array.from({ length: newcomers }, (_, index) => {
      const limiter = all[index % limiters] as LimiterVerbs
      return limiter[verb]({ user: USER, stream: streamOf(index) })
    })
  const starts = await weather.settle(askAll('start'))
  const { calls } = weather
  const heartbeats = await weather.settle(askAll('heartbeat'))
  return { starts, heartbeats, most: weather.most, calls }
}

/** The store under the storm, with its clock and its randomness. */
class Weather {
  readonly parts: LimiterParts
  /** The most leases that the store ever held. */
  most = 0
  calls = 0
  readonly #engine = new MemoryStore()
  readonly #store = new SimulatedStore(this.#engine)
  readonly #waiting = new Set<{ readonly dueAtMs: number; readonly resolve: () => void }>()
  readonly #random: SeededRandom
  readonly #isInStep: boolean
  #nowMs = 1000
  #generations = 0

  constructor({ seed, limits, leaseSeconds, isInStep = false }: Storm) {
    this.#random = new SeededRandom(seed)
    this.#isInStep = isInStep
    this.parts = {
      store: this.#store,
      policy: policyOf(limits, leaseSeconds),
      now: () => this.#nowMs,
      newGeneration: () => `g${(this.#generations += 1)}`,
      pause: (ms) => new Promise((resolve) => this.#waiting.add({ dueAtMs: this.#nowMs + ms, resolve })),
      random: () => this.#random.next(),
    }
  }

  /** Lets the store work until all calls are answered, and returns the answers. */
  async settle(asked: readonly Promise<StartResult | HeartbeatResult>[]): Promise<readonly string[]> {
    const open = new Set(asked)
    const told = asked.map((each) => outcomeOf(each).finally(() => open.delete(each)))
    while (open.size > 0) {
      await setImmediate()
      const { pending } = this.#store
      if (pending.length === 0) this.#passTime()
      else if (this.#isInStep) for (const call of pending) await this.#apply(call)
      else await this.#advanceCall(this.#random.pick(pending))
      if (this.#isInStep) for (const call of pending) call.deliver()
      for (const each of [...this.#waiting].filter(({ dueAtMs }) => dueAtMs <= this.#nowMs)) {
        this.#waiting.delete(each)
        each.resolve()
      }
    }
    return Promise.all(told)
  }

  /** Moves the clock until the first pause is over. */
  #passTime(): void {
    const dues = [...this.#waiting].map(({ dueAtMs }) => dueAtMs)
    this.#nowMs = Math.max(this.#nowMs, Math.min(this.#nowMs + 1, ...dues))
  }

  async #advanceCall(call: PendingCall): Promise<void> {
    if (call.isApplied) call.deliver()
    else await this.#apply(call)
  }

  async #apply(call: PendingCall): Promise<void> {
    this.calls += 1
    await call.apply()
    this.most = Math.max(this.most, (await this.#engine.read(USER)).leases.length)
  }
}

/**
 * Televisions that all play the same content, each on its own device. They collide under every
 * limit.
 */
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

/** The outcome, or the error code, or else the error's text, which no test accepts. */
async function outcomeOf(asked: Promise<StartResult | HeartbeatResult>): Promise<string> {
  try {
    return (await asked).outcome
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

/** What is wrong with a storm, in words. */
export function stormFaults({ newcomers, limits }: Storm, outcome: StormOutcome): readonly string[] {
  const { starts, heartbeats, most, calls } = outcome
  const max = Math.min(...limits.map((limit) => limit.max))
  return [
    ...(most > max ? [`${most} of ${max} were held`] : []),
    ...(calls > newcomers * CALLS_MAX ? [`${newcomers} newcomers took ${calls} calls`] : []),
    ...starts.filter((told) => told !== 'admitted').map((told) => `a newcomer was told ${told}`),
    ...heartbeats.filter((told) => !TOLD_AFTER.includes(told)).map((told) => `went on and was told ${told}`),
  ]
}
