/**
 * The two stops that are more than one conditional write: an operator's, and a player's report that
 * playback is over.
 */
import type { Write } from './claim.ts'
import type { PlayedOutRequest } from '../decision.ts'
import type { Generation, Lease, LeaseId, ReportFacts } from '../lease.ts'
import { currentNote, factsOf, withNotes } from './notes.ts'
import { heldLease, type Ending, type Note, type Roster } from '../roster.ts'

/** `stopped`: it was held and has ended. `noted`: it was not held, and its player will be told. */
export type StopVerdict =
  | { readonly outcome: 'stopped' | 'noted'; readonly write: Write }
  | { readonly outcome: 'not-held' }

/** `ignored`: the report is about something else, or from before the last renewal. */
export type PlayedOutVerdict = StopVerdict | { readonly outcome: 'ignored' }

/** Which lease to stop, and the note to leave. */
export type StopNote = {
  readonly id: LeaseId
  readonly generation?: Generation | undefined
  readonly ending: Ending
  readonly atMs: number
  readonly untilMs: number
}

/** A report that playback is over. */
export type PlayedOut = Omit<StopNote, 'ending' | 'generation'> &
  Pick<PlayedOutRequest, 'report' | 'playingContentId'>

/**
 * How far a player's clock may be behind for its reports to be comparable with renewals. A clock
 * that is further off says nothing.
 */
const COMPARABLE_MS = 86_400_000

/** Ends the lease if it is held, and leaves the note in any case. */
export function judgeOperatorStop(roster: Roster, stop: StopNote, nowMs: number): StopVerdict {
  const held = heldLease(roster, stop.id)
  const isOther = stop.generation !== undefined && held?.generation !== stop.generation
  if (isOther) return { outcome: 'not-held' }
  return held === undefined
    ? { outcome: 'noted', write: endWith(roster, { note: noteOf(stop) }, nowMs) }
    : { outcome: 'stopped', write: endWith(roster, { gone: held, note: noteOf(stop, held) }, nowMs) }
}

/** An expired lease that was removed stays away if its player stops it. */
export function judgeLateStop(roster: Roster, stop: StopNote, nowMs: number): StopVerdict {
  const held = heldLease(roster, stop.id)
  if (held !== undefined)
    return { outcome: 'stopped', write: endWith(roster, { gone: held, note: noteOf(stop, held) }, nowMs) }
  const note = currentNote(roster, { id: stop.id }, nowMs)
  return note?.how === 'lapsed' || note?.how === 'played-out'
    ? { outcome: 'noted', write: endWith(roster, { note: noteOf(stop) }, nowMs) }
    : { outcome: 'not-held' }
}

/**
 * Ends the lease if the report is about what its own player plays, and not older than the last
 * renewal.
 *
 * Adverts report under the film's `sid`, with their own `cid`. Their end is not the film's. If
 * neither the lease nor the same request says what its player plays, any end counts.
 */
export function judgePlayedOut(
  roster: Roster,
  { report, playingContentId, ...stop }: PlayedOut,
  nowMs: number,
): PlayedOutVerdict {
  const held = heldLease(roster, stop.id)
  if (held === undefined) return { outcome: 'not-held' }
  const ownContentId = held.contentId ?? held.reportedContentId ?? playingContentId
  const isOther = ownContentId !== undefined && report.reportedContentId !== ownContentId
  if (isOther || isOutdated(report, held)) return { outcome: 'ignored' }
  const { reportedAtMs } = report
  const ending = {
    how: 'played-out',
    facts: factsOf(held),
    ...(reportedAtMs !== undefined && { reportedAtMs }),
  } as const
  return {
    outcome: 'stopped',
    write: endWith(roster, { gone: held, note: noteOf({ ...stop, ending }, held) }, nowMs),
  }
}

/**
 * The time of a report is by the player's clock, that of any other renewal by the process's clock.
 */
function isOutdated({ reportedAtMs }: ReportFacts, held: Lease): boolean {
  if (reportedAtMs === undefined) return false
  if (held.reportedAtMs !== undefined) return reportedAtMs < held.reportedAtMs
  const behindMs = held.renewedAtMs - reportedAtMs
  return behindMs > 0 && behindMs <= COMPARABLE_MS
}

function noteOf({ id, ending, atMs, untilMs }: StopNote, held?: Lease): Note {
  return { ...ending, leaseId: id, ...(held && { generation: held.generation }), atMs, untilMs }
}

/** Ends the lease, if one is given, and leaves the note. */
function endWith(roster: Roster, { gone, note }: { gone?: Lease; note: Note }, nowMs: number): Write {
  const leases = roster.leases.filter((lease) => lease !== gone)
  return { verb: 'replace', next: { leases, ...withNotes(roster, [note], nowMs) } }
}
