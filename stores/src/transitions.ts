/**
 * The verbs of the store port as pure functions of a roster, for stores that hold it as one value.
 * Each returns what to write, or `undefined` if its condition does not hold. They know no clock and
 * no policy.
 */
import {
  heldLease,
  registeredDevice,
  renewedLease,
  withLastUse,
  type Lease,
  type LeaseRef,
  type Note,
  type Renewal,
  type Room,
  type Roster,
  type RosterContent,
} from '@streamgate/core'

type Writable<Value> = { -readonly [Name in keyof Value]: Value[Name] }

/** How a verb changes a roster. `undefined` is a conflict. The store sets the next version. */
export type Transition = (roster: Roster) => RosterContent | undefined

/** The roster with the lease added at the end, if there is room for it. */
export function addTransition(lease: Lease, room: Room): Transition {
  return (roster) => {
    if (!hasRoomFor(lease, room, roster)) return undefined
    const { registry } = roster
    const { deviceId, startedAtMs } = lease
    const isUsed = room.registeredDevice === true && registry !== undefined && deviceId !== undefined
    return {
      ...roster,
      leases: [...roster.leases, lease],
      ...(isUsed && { registry: withLastUse(registry, deviceId, startedAtMs) }),
    }
  }
}

/**
 * Whether the roster can take the lease: its id is not held, and the room excludes nothing in it.
 * With `registeredDevice` its device must be registered.
 */
export function hasRoomFor(
  { id, deviceId }: Lease,
  { capacity, soleOfDevice = false, registeredDevice: isRegistered = false }: Room,
  { leases, registry }: RosterContent,
): boolean {
  const isDeviceAsked = soleOfDevice && deviceId !== undefined
  const isTaken = leases.some((held) => held.id === id || (isDeviceAsked && held.deviceId === deviceId))
  const isUnknown = isRegistered && registeredDevice(registry, deviceId) === undefined
  return leases.length < capacity && !isTaken && !isUnknown
}

/** The roster with a lease renewed, if it is held as the reference says. */
export function renewTransition(ref: LeaseRef, renewal: Renewal): Transition {
  return (roster) => {
    const held = heldAs(roster, ref)
    if (held === undefined) return undefined
    const renewed = renewedLease(held, renewal)
    return { ...roster, leases: roster.leases.map((lease) => (lease === held ? renewed : lease)) }
  }
}

/** The roster without a lease, if it is held as the reference says, and with a note on its end. */
export function removeTransition(ref: LeaseRef, note: Note): Transition {
  return (roster) => {
    const held = heldAs(roster, ref)
    if (held === undefined) return undefined
    const leases = roster.leases.filter((lease) => lease !== held)
    const forgottenUntilMs = Math.max(roster.lastStop?.untilMs ?? 0, roster.forgottenUntilMs ?? 0)
    return { ...roster, leases, lastStop: note, ...(forgottenUntilMs > 0 && { forgottenUntilMs }) }
  }
}

/** The next content as it is, if the roster is still at the version that was seen. */
export function replaceTransition(seen: Roster, next: RosterContent): Transition {
  return (roster) => (roster.version === seen.version ? next : undefined)
}

/** A roster with this content at a version. It is filled, because a spread of it is much slower. */
export function rosterAt(version: number, content: RosterContent): Roster {
  const { leases, notes, lastStop, forgottenUntilMs, registry } = content
  const roster: Writable<Roster> = { leases, notes, version }
  if (lastStop !== undefined) roster.lastStop = lastStop
  if (forgottenUntilMs !== undefined) roster.forgottenUntilMs = forgottenUntilMs
  if (registry !== undefined) roster.registry = registry
  return roster
}

/** Whether nothing of a user is left to keep. */
export function isVacant({ leases, notes, lastStop, forgottenUntilMs, registry }: RosterContent): boolean {
  const isNoted = notes.length > 0 || lastStop !== undefined || forgottenUntilMs !== undefined
  return leases.length === 0 && !isNoted && registry === undefined
}

function heldAs(roster: RosterContent, { id, generation }: LeaseRef): Lease | undefined {
  const held = heldLease(roster, id)
  return generation === undefined || held?.generation === generation ? held : undefined
}
