import { keepEvictions, noteEviction } from './eviction.ts'
import { isLive, type Lease, type LeaseId, type LeaseTimes } from './lease.ts'
import type { Limit } from './policy.ts'
import {
  evictionOf,
  heldLease,
  liveLeases,
  type Eviction,
  type Roster,
  type RosterContent,
} from './roster.ts'
import type { LeaseRef } from './store.ts'

/** What a newcomer asks for: its lease as it would be held, under a limit. */
export type Claim = {
  readonly newcomer: Lease
  readonly limit: Limit
  /** A lease to end in the same step. One that is not held, or is the newcomer itself, changes nothing. */
  readonly replaces?: LeaseId | undefined
  /**
   * Whether the answer holds only for the roster it was given for. A heartbeat sets this, because an
   * eviction it has not seen must not be undone by it.
   */
  readonly onlyIfUnchanged?: boolean
}

/** The one conditional write that makes a decision true; where it is refused, the decision was out of date. */
export type Write =
  | { readonly verb: 'add'; readonly lease: Lease; readonly capacity: number }
  | { readonly verb: 'renew'; readonly lease: LeaseRef; readonly times: LeaseTimes }
  | { readonly verb: 'replace'; readonly next: RosterContent }

/** The limit is reached: who stands in the way, and when the first of them can lapse. */
export type Denial = {
  readonly outcome: 'denied'
  readonly limit: Limit
  /** Exactly the live leases, oldest first. */
  readonly holders: readonly Lease[]
  /** From now to the earliest lapse of a holder, more than 0; `null` where none can lapse. */
  readonly retryAfterMs: number | null
}

/** `admitted`: one more stream runs. `renewed`: it ran already. Both are true once the write is done. */
export type Admission = { readonly outcome: 'admitted' | 'renewed'; readonly write: Write } | Denial

/**
 * Decides whether a user may start one more stream.
 *
 * Asking again for a stream that is already held renews it and is never denied, because a player
 * that lost our answer must be able to repeat its question. A held lease that has lapsed is revived
 * by the same rule: it stands in the roster, and a roster never holds more than its limit.
 */
export function admit(roster: Roster, claim: Claim, nowMs: number): Admission {
  const { newcomer, limit } = claim
  const held = heldLease(roster, newcomer.id)
  if (held !== undefined) return renew(roster, { claim, held }, nowMs)

  const replaced = replacedLease(roster, claim)
  const holders = liveLeases(roster, nowMs)
  const staying = holders.filter((lease) => lease.id !== replaced?.id)
  if (staying.length >= limit.max) return deny(limit, holders, nowMs)

  const isPlain = replaced === undefined && evictionOf(roster, newcomer.id, undefined) === undefined
  const hasRoom = roster.leases.length < limit.max
  const write: Write =
    isPlain && hasRoom && claim.onlyIfUnchanged !== true
      ? { verb: 'add', lease: newcomer, capacity: limit.max }
      : { verb: 'replace', next: { leases: [...staying, newcomer], evictions: notes(roster, claim, nowMs) } }
  return { outcome: 'admitted', write }
}

/** The answer to a newcomer for whom there is no room among the `holders`, who are all live at `nowMs`. */
function deny(limit: Limit, holders: readonly Lease[], nowMs: number): Denial {
  const lapses = holders.flatMap((lease) => (lease.expiresAtMs === null ? [] : [lease.expiresAtMs - nowMs]))
  return { outcome: 'denied', limit, holders, retryAfterMs: lapses.length === 0 ? null : Math.min(...lapses) }
}

/** A lease that is held goes on as it is, for longer; the one it replaces ends, where that is held too. */
function renew(roster: Roster, { claim, held }: { claim: Claim; held: Lease }, nowMs: number): Admission {
  const { id, generation } = held
  const times = { renewedAtMs: claim.newcomer.renewedAtMs, expiresAtMs: claim.newcomer.expiresAtMs }
  const replaced = replacedLease(roster, claim)
  if (replaced === undefined) {
    return { outcome: 'renewed', write: { verb: 'renew', lease: { id, generation }, times } }
  }
  const leases = roster.leases
    .filter((lease) => lease.id === id || (lease.id !== replaced.id && isLive(lease, nowMs)))
    .map((lease) => (lease.id === id ? { ...lease, ...times } : lease))
  const write: Write = { verb: 'replace', next: { leases, evictions: notes(roster, claim, nowMs) } }
  return { outcome: 'renewed', write }
}

function replacedLease(roster: Roster, { newcomer, replaces }: Claim): Lease | undefined {
  return replaces === undefined || replaces === newcomer.id ? undefined : heldLease(roster, replaces)
}

/** The notes on evictions once the newcomer is held: one for the lease it replaces, none for itself. */
function notes(roster: Roster, claim: Claim, nowMs: number): readonly Eviction[] {
  const { newcomer } = claim
  const replaced = replacedLease(roster, claim)
  const added = replaced && noteEviction(replaced, newcomer)
  return keepEvictions(roster.evictions, { lease: newcomer, added }, nowMs)
}
