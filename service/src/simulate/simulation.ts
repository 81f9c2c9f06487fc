/**
 * Days of many households under a policy, as a log of decisions.
 */
import {
  attributesAsked,
  NAMED_ATTRIBUTES,
  type Plan,
  type Policy,
  type Store,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { Household } from './household.ts'
import { someHousehold } from './household-variety.ts'
import { LoggedService } from './logged-service.ts'
import { SeededRandom } from './seeded-random.ts'
import { VirtualTime } from './virtual-time.ts'

/** What is simulated. The same options make the same lines. */
export type SimulationOptions = {
  readonly users: number
  readonly days: number
  readonly policy: Policy
  readonly seed: number
  /** Midnight of the first day, in milliseconds since the epoch. */
  readonly startMs: number
  readonly areAllLogged: boolean
  /** Empty. */
  readonly store: Store
  readonly write: (line: string) => void
}

const HOUR_MS = 3_600_000
const DAY_HOURS = 24
/** A user id has so many digits that all ids of a log are equally long. */
const USER_DIGITS = 6
/** A call is answered in the millisecond after it, and that is still of its hour. */
const LAST_MS = 2
/** Keeps the sequences of households apart. */
const SEED_STEP = 7919

/** A simulation that runs an hour at a time, so that its caller can write and tell. */
export class Simulation {
  readonly hours: number
  readonly #options: SimulationOptions
  readonly #time: VirtualTime
  readonly #households: readonly Household[]
  #streams = 0

  constructor(options: SimulationOptions) {
    const { users, days, seed, startMs, store, policy } = options
    this.#options = options
    this.hours = days * DAY_HOURS
    this.#time = new VirtualTime(startMs)
    const service = new LoggedService({
      ...options,
      store,
      time: this.#time,
      random: new SeededRandom(seed),
    })
    const free = freeAttributesOf(policy)
    this.#households = Array.from({ length: users }, (_none, index) => this.#household(service, index, free))
    service.tend()
    for (const household of this.#households) household.begin()
  }

  /** Runs the hour of this number, from 0. Call it for each hour in order. */
  async runHour(hour: number): Promise<void> {
    await this.#time.runUntil(this.#options.startMs + (hour + 1) * HOUR_MS - LAST_MS)
  }

  #household(service: LoggedService, index: number, free: readonly string[]): Household {
    const { policy, seed } = this.#options
    const random = new SeededRandom(seed + (index + 1) * SEED_STEP)
    const plans = [...policy.plans.values()]
    const plan = plans.length > 1 ? random.pick(plans) : policy.defaultPlan
    return new Household({
      user: `user-${String(index + 1).padStart(USER_DIGITS, '0')}` as UserId,
      ...(plans.length > 1 && { plan: plan.name }),
      max: maxOf(plan),
      ...someHousehold(random, { free }),
      random,
      time: this.#time,
      service,
      newStreamId: () => {
        this.#streams += 1
        return `s${this.#streams.toString(36)}` as StreamId
      },
    })
  }
}

/** What the plans judge streams by, apart from the members that every player tells. */
function freeAttributesOf({ plans }: Policy): readonly string[] {
  const asked = new Set([...plans.values()].flatMap(attributesAsked))
  return [...asked].filter((name) => !(NAMED_ATTRIBUTES as readonly string[]).includes(name)).toSorted()
}

function maxOf({ limits }: Plan): number {
  return limits[0]?.max ?? 0
}
