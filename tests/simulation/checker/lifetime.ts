import type { Generation, Lease, LeaseId, StreamDescription } from '@streamgate/core'
import type { Operation, RunRequest } from '../history.ts'

/** An answer that shows a lease. */
export type Sight = { readonly by: Operation; readonly lease: Lease }

/** One taking of a lease: from an admission until it is stopped, replaced, evicted, erased, or lapses. */
export type Taking = {
  readonly id: LeaseId
  /** Absent where the answer was lost and no other answer ever showed it. */
  readonly generation: Generation | undefined
  /** What runs. */
  readonly stream: StreamDescription
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
export type Interval = { readonly from: number; readonly to: number }

/** Whether the taking is certainly live from one step to another without a gap. */
export function isCertainlyLive(
  taking: Pick<Taking, 'certain'> | undefined,
  from: number,
  to: number,
): boolean {
  return taking?.certain.some((interval) => interval.from <= from && to < interval.to) ?? false
}

/** The instant at which a lease that is shown lapses unless it is renewed: in grace, at the end of that at the latest. */
export function lapseMs({ expiresAtMs, graceUntilMs }: Lease): number | null {
  if (graceUntilMs === undefined) return expiresAtMs
  return Math.min(expiresAtMs ?? Infinity, graceUntilMs)
}

/** Whether an answer ever showed this taking in grace. */
export function wasEverInGrace(taking: Pick<Taking, 'sights'> | undefined): boolean {
  return taking?.sights.some(({ lease }) => lease.graceUntilMs !== undefined) ?? false
}
