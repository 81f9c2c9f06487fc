/**
 * What can be concluded about the leases of one user from the answers alone.
 *
 * Nobody saw the store, so of every taking of a lease there are two pictures: during which steps it was
 * certainly live, which finds too many, and since when it is certainly over, which finds too few.
 */
import type { Generation, Lease, LeaseId } from '@streamgate/core'
import {
  askedAtMs,
  isLost,
  isRun,
  mayHaveWritten,
  type History,
  type Operation,
  type RunRequest,
} from './history.ts'

/** An answer that shows a lease. */
export type Sight = { readonly by: Operation; readonly lease: Lease }

/** One taking of a lease: from an admission until it is stopped, replaced, erased, or lapses. */
export type Taking = {
  readonly id: LeaseId
  /** Absent where the answer was lost and no other answer ever showed it. */
  readonly generation: Generation | undefined
  /** The operations that may have taken it; one, unless answers were lost. */
  readonly origins: readonly Operation<RunRequest>[]
  readonly sights: readonly Sight[]
  /** All that may have set its expiry, the origins among them. */
  readonly renewals: readonly Operation<RunRequest>[]
  /** All that may have ended it. */
  readonly enders: readonly Operation[]
  /** From this step on it has certainly been taken. */
  readonly takenByStep: number
  /** From this step on it is certainly over, whatever its expiry. */
  readonly overByStep: number
  /** The steps during which it is certainly live. */
  readonly certain: readonly Interval[]
  /** The same, apart for each answer that makes it certain. */
  readonly vouched: readonly Interval[]
}

/** From `from` up to, but not including, `to`. */
type Interval = { readonly from: number; readonly to: number }

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

  constructor(history: History, operations: readonly Operation[], reading: Reading) {
    this.#history = history
    this.#reading = reading
    this.operations = operations
    const sights = sightsOf(operations)
    const seen = [...sights].map(([generation, all]) => this.#taking(generation, all))
    const unseen = operations
      .filter((each) => isRun(each) && isLost(each))
      .map((each) => this.#taking(undefined, [], each as Operation<RunRequest>))
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

  named(generation: Generation): Taking | undefined {
    return this.#byGeneration.get(generation)
  }

  /**
   * The first step at which the virtual clock shows this instant or a later one. Nobody may take a lease of
   * this expiry for lapsed before, because clocks that are ahead are allowed for.
   */
  stepAt(instantMs: number | null): number {
    if (instantMs === null) return Infinity
    return this.#history.clock.find((moment) => moment.atMs >= instantMs)?.step ?? Infinity
  }

  /** What a lease that is taken or renewed by this operation has for its expiry. */
  expiryOf(operation: Operation): number | null {
    const { leaseMs } = this.#history.terms
    return leaseMs === null ? null : askedAtMs(operation) + leaseMs
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
    const intervals = taking.sights.map(({ by, lease }) => {
      const cuts = [this.stepAt(lease.expiresAtMs)]
      for (const ender of taking.enders) {
        if (ender !== except && ender.answered.step > by.invoked.step) cuts.push(ender.invoked.step)
      }
      for (const renewal of this.overtaking(taking, by)) {
        const expiryMs = this.expiryOf(renewal)
        if (expiryMs !== null && expiryMs < (lease.expiresAtMs ?? Infinity)) cuts.push(this.stepAt(expiryMs))
      }
      return { from: by.answered.step, to: Math.min(...cuts) }
    })
    return intervals.filter(({ from, to }) => from < to)
  }

  #taking(
    generation: Generation | undefined,
    sights: readonly Sight[],
    lost?: Operation<RunRequest>,
  ): Taking {
    const lease = sights[0]?.lease
    const id = lost?.request.id ?? (lease as Lease).id
    const origins = lost === undefined ? originsOf(sights, this.operations) : [lost]
    const renewals = this.operations.filter(
      (each): each is Operation<RunRequest> =>
        isRun(each) && (origins.includes(each) || mayRenew(each, { id, generation })),
    )
    const seenBySteps = sights.map(({ by }) => by.answered.step)
    const doneBySteps = origins.map((each) => each.answered.step)
    return {
      id,
      generation,
      origins,
      sights,
      renewals,
      enders: this.operations.filter((each) => mayEnd(each, { id, generation })),
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

/** Whether the taking is certainly live from one step to another without a gap. */
export function isCertainlyLive(
  taking: Pick<Taking, 'certain'> | undefined,
  from: number,
  to: number,
): boolean {
  return taking?.certain.some((interval) => interval.from <= from && to < interval.to) ?? false
}

/** The leases that an answer shows, with the one it is about. */
export function leasesShown({ answer }: Operation): readonly Lease[] {
  switch (answer.outcome) {
    case 'admitted':
    case 'renewed':
      return [answer.lease, ...answer.live]
    case 'denied':
      return answer.holders
    case 'listed':
      return answer.live
    case 'evicted':
    case 'ended':
    case 'finished':
    case 'stopped':
    case 'erased':
    case 'failed':
      return []
  }
}

function sightsOf(operations: readonly Operation[]): Map<Generation, Sight[]> {
  const sights = new Map<Generation, Sight[]>()
  for (const by of operations) {
    for (const lease of leasesShown(by)) {
      sights.set(lease.generation, [...(sights.get(lease.generation) ?? []), { by, lease }])
    }
  }
  return sights
}

/** The one that was told it was admitted; where none was, those whose answer was lost and who asked at that instant. */
function originsOf(sights: readonly Sight[], operations: readonly Operation[]): Operation<RunRequest>[] {
  const lease = sights[0]?.lease
  const runs = operations.filter(isRun).filter((each) => each.request.id === lease?.id)
  const admitted = runs.filter(
    ({ answer }) => answer.outcome === 'admitted' && answer.lease.generation === lease?.generation,
  )
  if (admitted.length > 0) return admitted
  return runs.filter(
    (each) => isLost(each) && each.request.generation === undefined && askedAtMs(each) === lease?.startedAtMs,
  )
}

type Named = { readonly id: LeaseId; readonly generation: Generation | undefined }

function mayRenew(operation: Operation<RunRequest>, { id, generation }: Named): boolean {
  const { request, answer } = operation
  if (request.id !== id) return false
  if (request.generation !== undefined && request.generation !== generation) return false
  return isLost(operation) || (answer.outcome === 'renewed' && answer.lease.generation === generation)
}

function mayEnd(operation: Operation, { id, generation }: Named): boolean {
  const { request } = operation
  if (!mayHaveWritten(operation)) return false
  switch (request.verb) {
    case 'start':
    case 'heartbeat':
      return request.replaces === id && request.id !== id
    case 'stop':
      return request.id === id && (request.generation === undefined || request.generation === generation)
    case 'erase':
      return true
    case 'list':
      return false
  }
}

/** Whether the taking is over once this operation is answered. */
function certainlyEnds({ request, answer, invoked }: Operation, taking: Taking): boolean {
  const { id, generation } = taking
  const isLater = invoked.step > taking.takenByStep
  switch (answer.outcome) {
    case 'stopped': {
      if (request.verb !== 'stop' || request.id !== id) return false
      const isNamed = request.generation !== undefined && request.generation === generation
      return (isLater && (isNamed || request.generation === undefined)) || (isNamed && answer.stopped)
    }
    case 'erased':
      return isLater
    case 'admitted':
    case 'renewed': {
      if (!('replaces' in request) || request.replaces !== id || request.id === id) return false
      return isLater && (request.verb === 'start' || answer.outcome === 'admitted')
    }
    case 'ended':
      return request.verb === 'heartbeat' && request.generation === generation && generation !== undefined
    case 'evicted':
      return answer.eviction.leaseId === id && answer.eviction.generation === generation
    case 'finished':
    case 'denied':
    case 'listed':
    case 'failed':
      return false
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
