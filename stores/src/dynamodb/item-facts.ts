/** What an item says about a call on it, apart from its roster. */
import { isDeepStrictEqual } from 'node:util'
import type { Lease, LeaseRef, Room, Roster, RosterContent } from '@streamgate/core'
import type { AddedTo, RemovedFrom } from './lease-change.ts'
import { noteValue, notesValue } from './note-value.ts'
import { registryAttributes } from './registry-value.ts'
import { devicesValue, expirySecondsIn, leaseValue, rosterOf, type UserItem } from './user-item.ts'

/** The lease's place in the list, if it is held and of the requested generation. */
export function placeOf({ id, generation }: LeaseRef, item: UserItem | undefined): number | undefined {
  const place = rosterOf(item).leases.findIndex(
    (held) => held.id === id && (generation === undefined || held.generation === generation),
  )
  return place === -1 ? undefined : place
}

/**
 * What is known of an item whose lease could not be ended. `undefined` if it does not hold the
 * lease.
 */
export function removedFrom(lease: LeaseRef, item: UserItem | undefined): RemovedFrom | undefined {
  const place = placeOf(lease, item)
  if (item === undefined || place === undefined) return undefined
  const roster = rosterOf(item)
  return knowsDevices(item, roster)
    ? { place, deviceId: roster.leases[place]?.deviceId }
    : { place, judged: roster }
}

/** What is known of an item to which a lease could not be added, although it has room. */
export function addedTo({ deviceId }: Lease, room: Room, item: UserItem | undefined): AddedTo {
  const roster = rosterOf(item)
  const isDeviceAsked = room.soleOfDevice === true && deviceId !== undefined
  const isInTheDark = isDeviceAsked && item !== undefined && !knowsDevices(item, roster)
  return {
    mayLast: !carriesExpiry(item),
    keepsDate: roster.registry !== undefined,
    ...(isInTheDark && { judged: roster }),
  }
}

/** Whether two rosters would be written alike. */
export function saysTheSame(roster: RosterContent, other: RosterContent): boolean {
  return isDeepStrictEqual(valuesOf(roster), valuesOf(other))
}

/** Whether the item's list of devices is right. */
function knowsDevices(item: UserItem, { leases }: Roster): boolean {
  return isDeepStrictEqual(item['D'], devicesValue(leases))
}

/** Whether the common form of an `add` is right for the item: see `lifetime.ts`. */
function carriesExpiry(item: UserItem | undefined): boolean {
  if (item === undefined || rosterOf(item).leases.length === 0) return true
  return expirySecondsIn(item) !== undefined
}

function valuesOf({ leases, notes, lastStop, forgottenUntilMs, registry }: RosterContent): unknown {
  const devices = registry && registryAttributes(registry)
  return [
    leases.map(valueWithId),
    notesValue(notes),
    lastStop && noteValue(lastStop),
    forgottenUntilMs,
    devices,
  ]
}

function valueWithId(lease: Lease): unknown {
  return [lease.id, leaseValue(lease)]
}
