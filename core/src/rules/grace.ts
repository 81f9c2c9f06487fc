/**
 * The grace window of a plan: a few more streams than the limit, for a while.
 *
 * A stream in grace knows its end. Then it continues only if there is room by now, and is denied
 * like a newcomer otherwise. Its expired lease stays in the roster as the memory that the window is
 * used up, until the user is back within the limit and a newcomer is admitted without it.
 */
import type { Lease } from '../lease.ts'
import type { Plan } from '../plan.ts'
import type { RosterContent } from '../roster.ts'

/**
 * Until when a newcomer may run above the limit. `undefined` if the plan has no such window, or it
 * is used up.
 */
export function graceUntil({ grace }: Plan, roster: RosterContent, nowMs: number): number | undefined {
  if (grace === null) return undefined
  const ends = roster.leases.flatMap(({ graceUntilMs }) => (graceUntilMs === undefined ? [] : [graceUntilMs]))
  const endMs = Math.min(nowMs + grace.windowMs, ...ends)
  return nowMs < endMs ? endMs : undefined
}

/** The lease as one in grace. It runs until `untilMs` at the latest. */
export function inGrace(lease: Lease, untilMs: number): Lease {
  const expiresAtMs = lease.expiresAtMs === null ? untilMs : Math.min(lease.expiresAtMs, untilMs)
  return { ...lease, expiresAtMs, graceUntilMs: untilMs }
}

/** The lease as one within the limit. */
export function outOfGrace(lease: Lease): Lease {
  const { graceUntilMs: _over, ...rest } = lease
  return rest
}
