/**
 * The verbs of the store port as pure functions of a roster, for stores that hold it as one value: each
 * gives what to write, or `undefined` where its condition does not hold. No clock, no policy.
 */
import {
  heldLease,
  type Lease,
  type LeaseRef,
  type LeaseTimes,
  type Roster,
  type RosterContent,
} from '@streamgate/core'

/** What a verb makes of a roster; `undefined` refuses. */
export type Transition = (roster: Roster) => RosterContent | undefined

/** With the lease behind the others, where there is room and its id is not held. */
export function adding(lease: Lease, capacity: number): Transition {
  return ({ leases, evictions }) => {
    const hasRoom = leases.length < capacity
    const isHeld = leases.some((held) => held.id === lease.id)
    return hasRoom && !isHeld ? { leases: [...leases, lease], evictions } : undefined
  }
}

/** With the instants of a lease moved, where it is held as the reference says. */
export function renewing(ref: LeaseRef, times: LeaseTimes): Transition {
  return (roster) => {
    const held = heldAs(roster, ref)
    if (held === undefined) return undefined
    const leases = roster.leases.map((lease) => (lease === held ? { ...lease, ...times } : lease))
    return { leases, evictions: roster.evictions }
  }
}

/** Without a lease, where it is held as the reference says. */
export function removing(ref: LeaseRef): Transition {
  return (roster) => {
    const held = heldAs(roster, ref)
    if (held === undefined) return undefined
    return { leases: roster.leases.filter((lease) => lease !== held), evictions: roster.evictions }
  }
}

/** The next content as it is, where the roster is still at the version that was seen. */
export function replacing(seen: Roster, next: RosterContent): Transition {
  return (roster) => (roster.version === seen.version ? next : undefined)
}

/** Whether nothing of a user is left to keep. */
export function isVacant({ leases, evictions }: RosterContent): boolean {
  return leases.length === 0 && evictions.length === 0
}

function heldAs(roster: Roster, { id, generation }: LeaseRef): Lease | undefined {
  const held = heldLease(roster, id)
  return generation === undefined || held?.generation === generation ? held : undefined
}
