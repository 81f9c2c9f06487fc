/**
 * `ExpiresAt`: when the table may forget a user who left. It is never looked at for a decision, but
 * DynamoDB deletes by it, so it must not come before the end of a lease.
 *
 * The rule that makes this true in one request: an item carries `ExpiresAt` only where every lease that
 * was put into it lapses. A lapsing lease is added in the common form only to an item that carries it,
 * or that holds nothing; a lease that never lapses takes it away; a `replace`, which sees all leases,
 * sets it anew. So an item written by hand, which has none, gets none for as long as it holds anything.
 *
 * The old service knows nothing of `ExpiresAt`. If it adds an entry to an item that carries one, the date is
 * taken away by the next write for this user, also by one that is refused, and by the next sweep.
 */
import { lapsesAtMs, type Lease, type RosterContent } from '@streamgate/core'
import type { Change } from './change.ts'
import { numberValue } from './members.ts'
import { expirySecondsIn, rosterOf, type UserItem } from './user-item.ts'

const DAY_SECONDS = 86_400

/**
 * How long after the end of the lease written last a user may be forgotten. It is longer than the longest
 * lease of a policy, which is a week, so that no lease written earlier ends later.
 */
const KEPT_SECONDS = 30 * DAY_SECONDS

/** What must be left after a renewal: below it the date is moved, once in three weeks of watching. */
const KEPT_SECONDS_MIN = 7 * DAY_SECONDS

/** The date of an item whose newest lease ends then. */
export function expirySeconds(expiresAtMs: number): number {
  return Math.ceil(expiresAtMs / 1000) + KEPT_SECONDS
}

/** The date of an item that holds this; `null` where it must never be forgotten. */
export function expirySecondsOf(content: RosterContent): number | null {
  const { leases, notes, lastStop, forgottenUntilMs = 0 } = content
  const notesUntilMs = [...notes, ...(lastStop === undefined ? [] : [lastStop])].map(({ untilMs }) => untilMs)
  const lastMs = lastInstantMs(leases, Math.max(forgottenUntilMs, ...notesUntilMs))
  return lastMs === null ? null : expirySeconds(lastMs)
}

/**
 * The change that mends the date of an item after a write, where one is needed: it has come near by
 * renewals, which leave it alone, or somebody who knows only `Streams` has added an entry.
 */
export function mendingExpiry(item: UserItem): Change | undefined {
  const currentSeconds = expirySecondsIn(item)
  if (currentSeconds === undefined) return undefined
  const lastMs = lastInstantMs(rosterOf(item).leases, 0)
  if (lastMs === null) {
    return { update: 'REMOVE ExpiresAt', condition: 'attribute_exists(ExpiresAt)' }
  }
  if (currentSeconds >= lastMs / 1000 + KEPT_SECONDS_MIN) return undefined
  const isEarlier = 'ExpiresAt < :expiry'
  return {
    update: 'SET ExpiresAt = :expiry',
    condition: isEarlier,
    values: { ':expiry': numberValue(expirySeconds(lastMs)) },
  }
}

function lastInstantMs(leases: readonly Lease[], floorMs: number): number | null {
  let lastMs = floorMs
  for (const lease of leases) {
    const endMs = lapsesAtMs(lease)
    if (endMs === null) return null
    lastMs = Math.max(lastMs, endMs)
  }
  return lastMs
}
