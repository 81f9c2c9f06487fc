/**
 * `ExpiresAt`: when the table may delete a user who left. No decision looks at it, but DynamoDB
 * deletes by it, so it must not come before the end of a lease.
 *
 * One rule makes this true in one request: an item has `ExpiresAt` only if every lease that was put
 * into it expires. In the common form a lease that expires is added only to an item that has it, or
 * that holds nothing. A lease that never expires removes it. A `replace` sees all leases and sets
 * it again. An item written by hand has none, and gets none for as long as it holds anything.
 *
 * Registered devices are kept for longer than leases. A start on one sets the date after its last
 * use. Any other start leaves the date of such an item alone.
 *
 * The old service does not know `ExpiresAt`. If it adds an entry to an item that has one, the date
 * is removed by the next write for this user, even by one that conflicts, and by the next sweep.
 */
import { lapsesAtMs, type Lease, type RosterContent } from '@streamgate/core'
import type { ItemChange } from './item-change.ts'
import { numberValue } from './members.ts'
import { expirySecondsIn, rosterOf, type UserItem } from './user-item.ts'

const DAY_SECONDS = 86_400

/**
 * How long after the end of the lease written last a user may be deleted. It is longer than the
 * longest lease of a policy, which is a week, so that no lease written earlier ends later.
 */
const KEPT_SECONDS = 30 * DAY_SECONDS

/**
 * What must be left after a renewal. Below it the date is moved, once in three weeks of watching.
 */
const KEPT_SECONDS_MIN = 7 * DAY_SECONDS

/**
 * How long after its last use a registered device is remembered, if nothing else happens.
 */
const DEVICES_KEPT_SECONDS = 400 * DAY_SECONDS

/** The date of an item whose newest lease ends then. */
export function expirySeconds(expiresAtMs: number): number {
  return Math.ceil(expiresAtMs / 1000) + KEPT_SECONDS
}

/** The date of an item with registered devices, of which one was used then. */
export function expirySecondsWithDevices(lastUsedAtMs: number): number {
  return Math.ceil(lastUsedAtMs / 1000) + DEVICES_KEPT_SECONDS
}

/** The date of an item with these contents. `null` if it must never be deleted. */
export function expirySecondsOf(content: RosterContent): number | null {
  const { leases, notes, lastStop, forgottenUntilMs = 0 } = content
  const notesUntilMs = [...notes, ...(lastStop === undefined ? [] : [lastStop])].map(({ untilMs }) => untilMs)
  const lastMs = lastInstantMs(leases, Math.max(forgottenUntilMs, ...notesUntilMs))
  if (lastMs === null) return null
  const lastUses = content.registry?.devices.map(({ lastUsedAtMs }) => expirySecondsWithDevices(lastUsedAtMs))
  return Math.max(expirySeconds(lastMs), ...(lastUses ?? []))
}

/**
 * The change that corrects the date of an item after a write, if one is needed: renewals leave it
 * alone until it has come near, or a program that knows only `Streams` has added an entry.
 */
export function mendExpiryChange(item: UserItem): ItemChange | undefined {
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
