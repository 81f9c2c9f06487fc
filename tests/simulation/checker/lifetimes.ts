/**
 * What the answers alone prove about the leases of one user.
 *
 * The checker never sees the store. So for each lifetime of a lease it keeps two facts. The steps
 * during which it was certainly live reveal too many streams. The step from which it is certainly
 * over reveals too few.
 */
import type { Generation, Lease, LeaseId } from '@streamgate/core'
import { askedAtMs, isLost, isRun, type History, type Operation, type RunRequest } from '../history.ts'
import { leaseLengths } from './plans-in-force.ts'
import { lapseMs, wasEverInGrace, type Interval, type Sighting, type Lifetime } from './lifetime.ts'
import {
  certainlyEnds,
  evictsUnasked,
  mayEnd,
  mayRenew,
  mayAdmit,
  originsOf,
  sightingsOf,
} from './lifetime-causes.ts'

/** How a renewal in flight is read: see `Lifetimes`. */
export type Reading = { readonly renewalsMayOvertake: boolean }

/**
 * All lifetimes of one user.
 *
 * If two renewals of one lease are in flight at once, the store may carry out the older one last.
 * The lease then expires at the earlier of the two expiries. With `renewalsMayOvertake`, the
 * checker does not rely on the later one.
 */
export class Lifetimes {
  readonly operations: readonly Operation[]
  readonly all: readonly Lifetime[]
  readonly #byGeneration: ReadonlyMap<Generation | undefined, Lifetime>
  readonly #history: History
  readonly #reading: Reading
  readonly #expiries = new Map<Operation, readonly number[]>()

  constructor(history: History, operations: readonly Operation[], reading: Reading) {
    this.#history = history
    this.#reading = reading
    this.operations = operations
    const sightings = sightingsOf(operations)
    const seen = [...sightings].map(([generation, all]) => this.#lifetime(generation, all))
    const unseen = operations
      .filter(isRun)
      .filter((each) => isLost(each) && mayAdmit(each.request))
      .map((each) => this.#lifetime(undefined, [], each))
    const lifetimes = [...seen, ...unseen].map((lifetime) => ({
      ...lifetime,
      overByStep: this.#overBy(lifetime, seen),
    }))
    this.all = lifetimes.map((lifetime) => {
      const certainBySighting = this.#certainBySighting(lifetime)
      return { ...lifetime, certainBySighting, certain: joined(certainBySighting) }
    })
    this.#byGeneration = new Map(this.all.map((lifetime) => [lifetime.generation, lifetime]))
  }

  of(id: LeaseId): readonly Lifetime[] {
    return this.all.filter((lifetime) => lifetime.id === id)
  }

  named(generation: Generation | undefined): Lifetime | undefined {
    return generation === undefined ? undefined : this.#byGeneration.get(generation)
  }

  /**
   * The first step at which the virtual clock shows this instant or a later one. No limiter may
   * treat a lease with this expiry as expired before, because clocks that are ahead are allowed
   * for.
   */
  stepAt(instantMs: number | null): number {
    if (instantMs === null) return Infinity
    const { clock } = this.#history
    let [from, to] = [0, clock.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((clock[middle]?.atMs ?? Infinity) >= instantMs) to = middle
      else from = middle + 1
    }
    return clock[from]?.step ?? Infinity
  }

  /**
   * The expiries that this operation may give to a lease it admits or renews. `Infinity` means
   * none.
   */
  expiriesOf(operation: Operation): readonly number[] {
    const known = this.#expiries.get(operation)
    if (known !== undefined) return known
    const lengths = new Set(leaseLengths(this.#history, operation))
    const expiries = [...lengths].map((lengthMs) => askedAtMs(operation) + lengthMs)
    this.#expiries.set(operation, expiries)
    return expiries
  }

  /** The renewals that may be carried out after this operation and so move its expiry back. */
  overtaking(lifetime: Lifetime, operation: Operation): readonly Operation[] {
    if (!this.#reading.renewalsMayOvertake) return []
    return lifetime.renewals.filter(
      (renewal) => renewal !== operation && renewal.answered.step > operation.invoked.step,
    )
  }

  /**
   * The steps during which the lifetime is certainly live, assuming that `except` does not end it.
   */
  certainlyLive(lifetime: Lifetime, except?: Operation): Interval[] {
    return joined(this.#certainBySighting(lifetime, except))
  }

  /** For each sighting, the steps during which it proves that the lifetime is live. */
  #certainBySighting(lifetime: Lifetime, except?: Operation): Interval[] {
    const overBy = Math.min(Infinity, ...this.#finishedSteps(lifetime))
    const intervals = lifetime.sightings.map(({ by, lease }) => {
      const lapse = lapseMs(lease) ?? Infinity
      let to = Math.min(overBy, this.stepAt(lapse))
      for (const ender of lifetime.enders) {
        if (ender !== except && ender.answered.step > by.invoked.step) to = Math.min(to, ender.invoked.step)
      }
      if (to <= by.answered.step) return { from: to, to }
      for (const renewal of this.overtaking(lifetime, by)) {
        const expiryMs = Math.min(...this.expiriesOf(renewal))
        if (expiryMs < lapse) to = Math.min(to, this.stepAt(expiryMs))
      }
      return { from: by.answered.step, to }
    })
    return intervals.filter(({ from, to }) => from < to)
  }

  /** When the stream may have finished. From then on some limiters do not count it. */
  #finishedSteps({ stream }: Pick<Lifetime, 'stream'>): number[] {
    return this.#history.errands.flatMap(({ errand, invoked }) =>
      errand.verb === 'finish' && errand.streamId === stream.streamId ? [invoked.step] : [],
    )
  }

  #lifetime(
    generation: Generation | undefined,
    sightings: readonly Sighting[],
    lost?: Operation<RunRequest>,
  ): Lifetime {
    const lease = sightings[0]?.lease as Lease
    const id = lost?.request.id ?? lease.id
    const stream = lost?.request.stream ?? lease
    const named = { id, generation, stream }
    const origins = lost === undefined ? originsOf(sightings, this.operations) : [lost]
    const renewals = this.operations.filter(
      (each): each is Operation<RunRequest> =>
        isRun(each) && (origins.includes(each) || mayRenew(each, named, wasEverInGrace({ sightings }))),
    )
    const seenBySteps = sightings.map(({ by }) => by.answered.step)
    const doneBySteps = origins.map((each) => each.answered.step)
    const mayEvict = evictsUnasked(this.#history)
    return {
      ...named,
      origins,
      sightings,
      renewals,
      enders: this.operations.filter((each) => mayEnd(each, named, mayEvict)),
      admittedByStep: Math.min(
        ...seenBySteps,
        ...(doneBySteps.length === 0 ? [] : [Math.max(...doneBySteps)]),
      ),
      overByStep: Infinity,
      certain: [],
      certainBySighting: [],
    }
  }

  #overBy(lifetime: Lifetime, others: readonly Lifetime[]): number {
    const ends = this.operations
      .filter((each) => certainlyEnds(each, lifetime))
      .map((each) => each.answered.step)
    const successors = others.filter(
      (other) =>
        other.id === lifetime.id &&
        other.generation !== lifetime.generation &&
        other.origins.length > 0 &&
        other.origins.every((origin) => origin.invoked.step > lifetime.admittedByStep),
    )
    const sightings = successors.flatMap((other) => other.sightings.map(({ by }) => by.answered.step))
    return Math.min(Infinity, ...ends, ...sightings)
  }
}

function joined(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = []
  for (const next of intervals.toSorted((one, other) => one.from - other.from)) {
    const last = result.at(-1)
    if (last !== undefined && next.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, next.to) }
    } else {
      result.push(next)
    }
  }
  return result
}
