import { isLive, type DeviceId, type Generation, type Lease, type LeaseId } from './lease.ts'

/** A note that a lease was ended by another stream, kept so that its player learns by whom and when. */
export type Eviction = {
  readonly leaseId: LeaseId
  readonly generation: Generation
  readonly by: Evictor
  readonly atMs: number
  /** From this instant on nobody needs the note any more. */
  readonly untilMs: number
}

/** The stream that took the place, as the evicted viewer would recognise it. */
export type Evictor = {
  readonly id: LeaseId
  readonly deviceId?: DeviceId
  readonly deviceType?: string
  readonly label?: string
}

/** What a roster says, apart from when it was written. */
export type RosterContent = {
  /** Held leases, oldest first, lapsed ones included. */
  readonly leases: readonly Lease[]
  readonly evictions: readonly Eviction[]
}

/**
 * All that is held for one user, at a version.
 *
 * Two rosters of one user with the same version hold the same; beyond that a version means nothing
 * outside its store. A user who holds nothing may be at version 0.
 */
export type Roster = RosterContent & { readonly version: number }

/** The roster of a user nobody has ever seen. */
export const EMPTY_ROSTER: Roster = { leases: [], evictions: [], version: 0 }

/** The lease with this id, live or lapsed. */
export function heldLease(roster: RosterContent, id: LeaseId): Lease | undefined {
  return roster.leases.find((lease) => lease.id === id)
}

/** The leases that count against a newcomer. */
export function liveLeases(roster: RosterContent, nowMs: number): Lease[] {
  return roster.leases.filter((lease) => isLive(lease, nowMs))
}

/** The note about a lease that was ended by another stream; `generation` narrows it to one taking of that lease. */
export function evictionOf(
  roster: RosterContent,
  id: LeaseId,
  generation: Generation | undefined,
): Eviction | undefined {
  return roster.evictions.find(
    (note) => note.leaseId === id && (generation === undefined || note.generation === generation),
  )
}
