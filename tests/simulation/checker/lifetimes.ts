/**
 * What can be concluded about the leases of one user from the answers alone.
 *
 * Nobody saw the store, so of every taking of a lease there are two pictures: during which steps it was
 * certainly live, which finds too many, and since when it is certainly over, which finds too few.
 */
import type { Generation, Lease, LeaseId } from '@streamgate/core'
import { askedAtMs, isLost, isRun, type History, type Operation, type RunRequest } from '../history.ts'
import { leaseLengths } from './plans-in-force.ts'
import { lapseMs, wasEverInGrace, type Interval, type Sight, type Taking } from './lifetime.ts'
import {
  certainlyEnds,
  evictsUnasked,
  mayEnd,
  mayRenew,
  mayTake,
  originsOf,
  sightsOf,
} from './lifetime-causes.ts'

/** What a renewal still under way does to an expiry that was answered: see `Takings`. */
export type Reading = { readonly renewalsMayOvertake: boolean }

/**
 * All takings of one user.
 *
 * Where two renewals of one lease are under way at once, the store may carry out the older one last, and
 * the lease then lapses at the earlier of the two expiries. With `renewalsMayOvertake` the later
 * expiry is not counted on.
 */
export class Takings {
  readonly operations: readonly Operation[]
  readonly all: readonly Taking[]
  readonly #byGeneration: ReadonlyMap<Generation | undefined, Taking>
  readonly #history: History
  readonly #reading: Reading
  readonly #expiries = new Map<Operation, readonly number[]>()

  constructor(history: History, operations: readonly Operation[], reading: Reading) {
    this.#history = history
    this.#reading = reading
    this.operations = operations
    const sights = sightsOf(operations)
    const seen = [...sights].map(([generation, all]) => this.#taking(generation, all))
    const unseen = operations
      .filter(isRun)
      .filter((each) => isLost(each) && mayTake(each.request))
      .map((each) => this.#taking(undefined, [], each))
    const takings = [...seen, ...unseen].map((taking) => ({
      ...taking,
      overByStep: this.#overBy(taking, seen),
    }))
    this.all = takings.map((taking) => {
      const vouched = this.#vouched(taking)
      return { ...taking, vouched, certain: joined(vouched) }
    })
    this.#byGeneration = new Map(this.all.map((taking) => [taking.generation, taking]))
  }

  of(id: LeaseId): readonly Taking[] {
    return this.all.filter((taking) => taking.id === id)
  }

  named(generation: Generation | undefined): Taking | undefined {
    return generation === undefined ? undefined : this.#byGeneration.get(generation)
  }

  /**
   * The first step at which the virtual clock shows this instant or a later one. Nobody may take a lease of
   * this expiry for lapsed before, because clocks that are ahead are allowed for.
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

  /** What a lease that is taken or renewed by this operation may have for its expiry; `Infinity` for none. */
  expiriesOf(operation: Operation): readonly number[] {
    const known = this.#expiries.get(operation)
    if (known !== undefined) return known
    const lengths = new Set(leaseLengths(this.#history, operation))
    const expiries = [...lengths].map((lengthMs) => askedAtMs(operation) + lengthMs)
    this.#expiries.set(operation, expiries)
    return expiries
  }

  /** The renewals that may be carried out after this operation, and so move back what it answers. */
  overtaking(taking: Taking, operation: Operation): readonly Operation[] {
    if (!this.#reading.renewalsMayOvertake) return []
    return taking.renewals.filter(
      (renewal) => renewal !== operation && renewal.answered.step > operation.invoked.step,
    )
  }

  /** The steps during which the taking is certainly live, if `except` is taken not to end it. */
  certainlyLive(taking: Taking, except?: Operation): Interval[] {
    return joined(this.#vouched(taking, except))
  }

  /** For each sight, the steps during which it alone makes certain that the taking is live. */
  #vouched(taking: Taking, except?: Operation): Interval[] {
    const overBy = Math.min(Infinity, ...this.#finishedSteps(taking))
    const intervals = taking.sights.map(({ by, lease }) => {
      const lapse = lapseMs(lease) ?? Infinity
      let to = Math.min(overBy, this.stepAt(lapse))
      for (const ender of taking.enders) {
        if (ender !== except && ender.answered.step > by.invoked.step) to = Math.min(to, ender.invoked.step)
      }
      if (to <= by.answered.step) return { from: to, to }
      for (const renewal of this.overtaking(taking, by)) {
        const expiryMs = Math.min(...this.expiriesOf(renewal))
        if (expiryMs < lapse) to = Math.min(to, this.stepAt(expiryMs))
      }
      return { from: by.answered.step, to }
    })
    return intervals.filter(({ from, to }) => from < to)
  }

  /** From when on the stream may have finished: some limiters then no longer count it. */
  #finishedSteps({ stream }: Pick<Taking, 'stream'>): number[] {
    return this.#history.errands.flatMap(({ errand, invoked }) =>
      errand.verb === 'finish' && errand.streamId === stream.streamId ? [invoked.step] : [],
    )
  }

  #taking(
    generation: Generation | undefined,
    sights: readonly Sight[],
    lost?: Operation<RunRequest>,
  ): Taking {
    const lease = sights[0]?.lease as Lease
    const id = lost?.request.id ?? lease.id
    const stream = lost?.request.stream ?? lease
    const named = { id, generation, stream }
    const origins = lost === undefined ? originsOf(sights, this.operations) : [lost]
    const renewals = this.operations.filter(
      (each): each is Operation<RunRequest> =>
        isRun(each) && (origins.includes(each) || mayRenew(each, named, wasEverInGrace({ sights }))),
    )
    const seenBySteps = sights.map(({ by }) => by.answered.step)
    const doneBySteps = origins.map((each) => each.answered.step)
    const mayEvict = evictsUnasked(this.#history)
    return {
      ...named,
      origins,
      sights,
      renewals,
      enders: this.operations.filter((each) => mayEnd(each, named, mayEvict)),
      takenByStep: Math.min(...seenBySteps, ...(doneBySteps.length === 0 ? [] : [Math.max(...doneBySteps)])),
      overByStep: Infinity,
      certain: [],
      vouched: [],
    }
  }

  #overBy(taking: Taking, others: readonly Taking[]): number {
    const ends = this.operations
      .filter((each) => certainlyEnds(each, taking))
      .map((each) => each.answered.step)
    const successors = others.filter(
      (other) =>
        other.id === taking.id &&
        other.generation !== taking.generation &&
        other.origins.length > 0 &&
        other.origins.every((origin) => origin.invoked.step > taking.takenByStep),
    )
    const sights = successors.flatMap((other) => other.sights.map(({ by }) => by.answered.step))
    return Math.min(Infinity, ...ends, ...sights)
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
