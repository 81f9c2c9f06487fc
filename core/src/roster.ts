import type { DeviceRegistry } from './devices.ts'
import { isLive, type DeviceId, type Generation, type Lease, type LeaseId } from './lease.ts'

/** The stream that took a slot, as the evicted viewer would recognise it. */
export type Evictor = {
  readonly id: LeaseId
  readonly deviceId?: DeviceId
  readonly deviceType?: string
  readonly label?: string
}

/** What a note keeps of a lease that may come back: enough to judge it as it was judged before. */
export type LeaseFacts = Partial<
  Pick<Lease, 'plan' | 'deviceType' | 'contentId' | 'label' | 'attributes' | 'network' | 'reportedContentId'>
>

/** How a lease came to its end. */
export type Ending =
  /** Another stream took its slot. */
  | { readonly how: 'evicted'; readonly by: Evictor }
  /** An operator ended it, with words for its viewer if `reason` is there. */
  | { readonly how: 'ended'; readonly reason?: string }
  /** Its own player stopped it. */
  | { readonly how: 'stopped' }
  /**
   * Its player reported that playback is over, at `reportedAtMs` by its own clock. It may play on.
   */
  | { readonly how: 'played-out'; readonly facts: LeaseFacts; readonly reportedAtMs?: number }
  /** It lapsed and a newcomer's write tidied it away. It may come back if there is room. */
  | { readonly how: 'lapsed'; readonly facts: LeaseFacts }

/** A note that a lease has ended, kept so that its player's next call gets the right answer. */
export type Note = {
  readonly leaseId: LeaseId
  /** Absent if the store ended whatever generation was held. */
  readonly generation?: Generation
  readonly atMs: number
  /** From this instant on the note is of no use. */
  readonly untilMs: number
} & Ending

/** A note of one kind. */
export type NoteOf<How extends Ending['how']> = Extract<Note, { readonly how: How }>

/** What a roster says, apart from when it was written. */
export type RosterContent = {
  /** Held leases, oldest first, lapsed ones included. */
  readonly leases: readonly Lease[]
  /** Notes on leases that ended, in the order in which they were written. */
  readonly notes: readonly Note[]
  /** The note that the last `remove` left. */
  readonly lastStop?: Note
  /** Notes that would have been of use until this instant were dropped for lack of space. */
  readonly forgottenUntilMs?: number
  /** The devices that the user has registered. Absent if none ever was. */
  readonly registry?: DeviceRegistry
}

/**
 * All that is held for one user, at a version.
 *
 * Two rosters of one user with the same version hold the same; beyond that a version means nothing
 * outside its store. A user who holds nothing may be at version 0.
 */
export type Roster = RosterContent & { readonly version: number }

/** The roster of a user who was never seen. */
export const EMPTY_ROSTER: Roster = { leases: [], notes: [], version: 0 }

/**
 * Stands for the roster of a user who was not looked up: a guess that nothing is held. It is told
 * from the roster of an unknown user by its identity.
 */
export const UNSEEN_ROSTER: Roster = { ...EMPTY_ROSTER }

/** The lease with this id, live or lapsed. */
export function heldLease(roster: RosterContent, id: LeaseId): Lease | undefined {
  return roster.leases.find((lease) => lease.id === id)
}

/** The leases that count against a newcomer. */
export function liveLeases(roster: RosterContent, nowMs: number): Lease[] {
  return roster.leases.filter((lease) => isLive(lease, nowMs))
}
