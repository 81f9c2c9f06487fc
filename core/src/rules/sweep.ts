import { rememberedUntilMs, type Lease, type StreamId } from '../lease.ts'
import { withNotes, withoutNotesOn, type KeptNotes } from './notes.ts'
import type { Roster, RosterContent } from '../roster.ts'

/** By what a roster is judged that may hold things nobody needs any more. */
export type SweepJudge = {
  /** The instant at which a lease must have ended for everybody to agree that it has lapsed. */
  readonly nowMs: number
  readonly isFinished: (streamId: StreamId) => boolean
}

/** A roster without what nobody needs, and how much of which kind went. */
export type Tidying = {
  readonly next: RosterContent
  /** Leases that lapsed at least their own length ago. */
  readonly lapsed: number
  /** Leases of finished streams, lapsed or not. */
  readonly finished: number
  /** Notes whose time is over. */
  readonly notes: number
}

/**
 * Takes out of a roster what nobody needs any more; `undefined` where there is nothing to take out.
 *
 * A lapsed lease counts for nobody, so taking it away frees nothing. Left where it is, it can still be revived
 * by a late heartbeat without passing through the limit; so it stays for once more its own length, in which a
 * player that is still there has called, whatever policy it was taken under. A lease of a finished stream
 * goes at once, and one that never lapses goes for that reason alone.
 *
 * A lease in grace is also the memory that the user's overage window is used up: it stays for as long as any
 * other does, or the window would open anew.
 *
 * A user who is kept by the store and holds nothing is a reason to write too, because that is how the store
 * comes to forget them; one at version 0 is forgotten already.
 */
export function tidied(roster: Roster, judge: SweepJudge): Tidying | undefined {
  const isFinished = ({ streamId }: Lease) => judge.isFinished(streamId)
  const isNeeded = (lease: Lease) => !isFinished(lease) && judge.nowMs < prunableFromMs(lease)
  const isAnyNeeded = roster.leases.some(isNeeded)
  const stays = (lease: Lease) => isNeeded(lease) || (isAnyNeeded && lease.graceUntilMs !== undefined)
  const leases = roster.leases.filter(stays)
  const next = { leases, ...withoutNotesOnSwept(roster, leases, judge.nowMs) }
  const finished = roster.leases.filter((lease) => !stays(lease) && isFinished(lease)).length
  const lapsed = roster.leases.length - leases.length - finished
  const notes = noteCount(roster) - noteCount(next)
  const isVacant = leases.length === 0 && noteCount(next) === 0 && roster.version !== 0
  if (finished + lapsed + notes === 0 && !isVacant) return undefined
  return { next, lapsed, finished, notes }
}

/** The notes that are still of use; an older note on a lease that is swept away would pass for its end. */
function withoutNotesOnSwept(roster: Roster, staying: readonly Lease[], nowMs: number): KeptNotes {
  const swept = new Set(roster.leases.filter((lease) => !staying.includes(lease)).map(({ id }) => id))
  return withNotes(withoutNotesOn(roster, swept), [], nowMs)
}

function noteCount({ notes, lastStop, forgottenUntilMs }: KeptNotes): number {
  return notes.length + (lastStop === undefined ? 0 : 1) + (forgottenUntilMs === undefined ? 0 : 1)
}

/** The instant from which on a lease is not waited for: a lasting one stays until it is stopped. */
function prunableFromMs(lease: Lease): number {
  return rememberedUntilMs(lease) ?? Number.POSITIVE_INFINITY
}
