import { rememberedUntilMs, type Lease, type StreamId } from '../lease.ts'
import { withNotes, withoutNotesOn, type KeptNotes } from './notes.ts'
import type { Roster, RosterContent } from '../roster.ts'

/** What is needed to judge a roster that may hold dead data. */
export type SweepJudge = {
  /** A lease that ended by this instant has expired for every process. */
  readonly nowMs: number
  readonly isFinished: (streamId: StreamId) => boolean
}

/** A roster without dead data, and how much of each kind was removed. */
export type Tidying = {
  readonly next: RosterContent
  /** Leases that expired at least their own length ago. */
  readonly lapsed: readonly Lease[]
  /** Leases of finished streams, lapsed or not. */
  readonly finished: number
  /** Notes that have expired. */
  readonly notes: number
}

/**
 * Removes dead data from a roster. `undefined` if there is none.
 *
 * An expired lease counts for nothing, so removing it frees nothing. If it stays, a late heartbeat
 * can still revive it without passing the limit. So it stays for its own length once more, in which
 * a player that is still there has called, under any policy. A lease of a finished stream is
 * removed at once, and one that never expires is only removed for that reason.
 *
 * A lease in grace is also the memory that the user's grace window is used up. It stays for as long
 * as any other lease does, or the window would open again.
 *
 * A user who is kept by the store and holds nothing is a reason to write too, because that is how
 * the store forgets them. One at version 0 is already forgotten.
 */
export function tidied(roster: Roster, judge: SweepJudge): Tidying | undefined {
  const isFinished = ({ streamId }: Lease) => judge.isFinished(streamId)
  const isNeeded = (lease: Lease) => !isFinished(lease) && judge.nowMs < prunableFromMs(lease)
  const isAnyNeeded = roster.leases.some(isNeeded)
  const stays = (lease: Lease) => isNeeded(lease) || (isAnyNeeded && lease.graceUntilMs !== undefined)
  const leases = roster.leases.filter(stays)
  const next = { leases, ...withoutNotesOnSwept(roster, leases, judge.nowMs) }
  const gone = roster.leases.filter((lease) => !stays(lease))
  const lapsed = gone.filter((lease) => !isFinished(lease))
  const finished = gone.length - lapsed.length
  const notes = noteCount(roster) - noteCount(next)
  const isEmpty = leases.length === 0 && noteCount(next) === 0 && roster.registry === undefined
  const isVacant = isEmpty && roster.version !== 0
  if (gone.length + notes === 0 && !isVacant) return undefined
  return { next, lapsed, finished, notes }
}

/**
 * The notes that still count. Otherwise an older note on a lease that is swept away would look like
 * its end.
 */
function withoutNotesOnSwept(roster: Roster, staying: readonly Lease[], nowMs: number): KeptNotes {
  const swept = new Set(roster.leases.filter((lease) => !staying.includes(lease)).map(({ id }) => id))
  return withNotes(withoutNotesOn(roster, swept), [], nowMs)
}

function noteCount({ notes, lastStop, forgottenUntilMs }: KeptNotes): number {
  return notes.length + (lastStop === undefined ? 0 : 1) + (forgottenUntilMs === undefined ? 0 : 1)
}

/**
 * The instant after which a lease is not waited for. A lease that never expires stays until it is
 * stopped.
 */
function prunableFromMs(lease: Lease): number {
  return rememberedUntilMs(lease) ?? Number.POSITIVE_INFINITY
}
