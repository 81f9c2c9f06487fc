import type { Generation, Lease, LeaseId, StreamDescription } from '@streamgate/core'
import type { Operation, RunRequest } from '../history.ts'

/** An answer that shows a lease. */
export type Sighting = { readonly by: Operation; readonly lease: Lease }

/**
 * One lifetime of a lease: from an admission until it is stopped, replaced, evicted, erased, or
 * expires. Its generation names it.
 */
export type Lifetime = {
  readonly id: LeaseId
  /** Absent if the answer was lost and no other answer ever showed the lease. */
  readonly generation: Generation | undefined
  /** The stream that the lease is for. */
  readonly stream: StreamDescription
  /** The operations that may have admitted it. There is one, unless answers were lost. */
  readonly origins: readonly Operation<RunRequest>[]
  readonly sightings: readonly Sighting[]
  /** All operations that may have set its expiry, including the origins. */
  readonly renewals: readonly Operation<RunRequest>[]
  /** All operations that may have ended it. */
  readonly enders: readonly Operation[]
  /** From this step on it has certainly been admitted. */
  readonly admittedByStep: number
  /** From this step on it is certainly over, whatever its expiry. */
  readonly overByStep: number
  /** The steps during which it is certainly live. */
  readonly certain: readonly Interval[]
  /** The same, separately for each answer that makes it certain. */
  readonly certainBySighting: readonly Interval[]
}

/** From `from` up to, but not including, `to`. */
export type Interval = { readonly from: number; readonly to: number }

/** Whether the lifetime is certainly live from one step to another without a gap. */
export function isCertainlyLive(
  lifetime: Pick<Lifetime, 'certain'> | undefined,
  from: number,
  to: number,
): boolean {
  return lifetime?.certain.some((interval) => interval.from <= from && to < interval.to) ?? false
}

/**
 * When a lease that is shown expires unless it is renewed. A lease in grace ends with its grace.
 */
export function lapseMs({ expiresAtMs, graceUntilMs }: Lease): number | null {
  if (graceUntilMs === undefined) return expiresAtMs
  return Math.min(expiresAtMs ?? Infinity, graceUntilMs)
}

/** Whether an answer ever showed this lifetime in grace. */
export function wasEverInGrace(lifetime: Pick<Lifetime, 'sightings'> | undefined): boolean {
  return lifetime?.sightings.some(({ lease }) => lease.graceUntilMs !== undefined) ?? false
}
