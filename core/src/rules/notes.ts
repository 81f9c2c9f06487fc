/**
 * Notes on leases that ended: which to keep, and what the newest one on a lease says.
 *
 * A roster keeps few of them. If it must drop one that may still be of use, it remembers until when, and
 * every call on a lease it does not know is answered by "ended" until then. So a dropped note never revives
 * a stream.
 */
import { leaseLengthMs, rememberedUntilMs, type Generation, type Lease, type LeaseId } from '../lease.ts'
import type { Evictor, LeaseFacts, Note, NoteOf, RosterContent } from '../roster.ts'

/** The most notes a roster keeps, newest first to stay: zapping through a hundred channels must not grow the record. */
export const NOTES_MAX = 16

/** How long a note is kept if leases never lapse: a day, in which any player has called. */
const KEPT_WITHOUT_LEASE_MS = 86_400_000

/** The notes of a roster in all their places. */
export type KeptNotes = Omit<RosterContent, 'leases'>

/** How a write ends leases: which, and for which newcomer. */
export type Endings = {
  /** The stream that is held after the write, if the write is about one. */
  readonly newcomer: Lease
  /** The leases that end for it. */
  readonly ends: readonly Lease[]
  /** The lapsed leases that are tidied away with it. */
  readonly lapsed: readonly Lease[]
}

/** The notes to keep once `newcomer` is held: one on each lease that goes, none about the newcomer itself. */
export function notesAfter(roster: RosterContent, endings: Endings, nowMs: number): KeptNotes {
  const { newcomer, ends, lapsed } = endings
  const lapses = lapsed.flatMap((lease) => noteLapse(lease, nowMs))
  const fresh = [...lapses, ...ends.map((lease) => noteEviction(lease, newcomer))]
  // A note from before a lapsed lease was taken is no longer true, even if the lapse leaves none.
  const former = new Set([newcomer, ...lapsed].map(({ id }) => id))
  return withNotes(withoutNotesOn(roster, former), fresh, nowMs)
}

/** The notes with these behind them. Notes that are over go, and so do older ones on the same leases. */
export function withNotes(roster: KeptNotes, fresh: readonly Note[], nowMs: number): KeptNotes {
  const { lastStop } = roster
  const renewed = new Set(fresh.map(({ leaseId }) => leaseId))
  const isSuperseded = ({ leaseId }: Note) => renewed.has(leaseId) || leaseId === lastStop?.leaseId
  const all = [...roster.notes.filter((note) => !isSuperseded(note)), ...fresh]
  const current = all.filter(({ untilMs }) => nowMs < untilMs)
  const dropped = current.slice(0, -NOTES_MAX)
  const forgottenUntilMs = Math.max(
    roster.forgottenUntilMs ?? nowMs,
    ...dropped.map(({ untilMs }) => untilMs),
  )
  return {
    notes: current.slice(-NOTES_MAX),
    ...(lastStop !== undefined && nowMs < lastStop.untilMs && !renewed.has(lastStop.leaseId) && { lastStop }),
    ...(nowMs < forgottenUntilMs && { forgottenUntilMs }),
  }
}

/**
 * The newest note on a lease, if it is still of use. A `generation` narrows it to that one; a note that names none
 * is about whichever its player knows.
 *
 * The last stop is newer than any other note on its lease, whatever their clocks said: a write that leaves another
 * note on that lease drops it.
 */
export function currentNote(
  { notes, lastStop }: KeptNotes,
  { id, generation }: { readonly id: LeaseId; readonly generation?: Generation | undefined },
  nowMs: number,
): Note | undefined {
  const isAsked = (note: Note) =>
    note.leaseId === id &&
    (generation === undefined || note.generation === undefined || note.generation === generation)
  const newest = lastStop !== undefined && isAsked(lastStop) ? lastStop : notes.findLast(isAsked)
  return newest !== undefined && nowMs < newest.untilMs ? newest : undefined
}

/** Whether a note on this lease may have been dropped. */
export function mayBeForgotten({ forgottenUntilMs = 0 }: KeptNotes, nowMs: number): boolean {
  return nowMs < forgottenUntilMs
}

/** How long a player may still call after the end of a lease of this length. */
export function noteKeptMs(leaseMs: number | null): number {
  return leaseMs ?? KEPT_WITHOUT_LEASE_MS
}

/**
 * The note that `evicted` was ended by `newcomer`. It is kept for twice the longer lease of the two, in which
 * its player has called.
 */
export function noteEviction(evicted: Lease, newcomer: Lease): NoteOf<'evicted'> {
  const atMs = newcomer.renewedAtMs
  const keptMs = Math.max(evictionKeptMs(evicted), evictionKeptMs(newcomer))
  return {
    how: 'evicted',
    leaseId: evicted.id,
    generation: evicted.generation,
    by: evictorOf(newcomer),
    atMs,
    untilMs: atMs + keptMs,
  }
}

/** What a lease was judged by, for the time when it comes back. */
export function factsOf(lease: LeaseFacts): LeaseFacts {
  const { plan, deviceType, contentId, label, reportedContentId } = lease
  return {
    ...(plan !== undefined && { plan }),
    ...(deviceType !== undefined && { deviceType }),
    ...(contentId !== undefined && { contentId }),
    ...(label !== undefined && { label }),
    ...(reportedContentId !== undefined && { reportedContentId }),
  }
}

/** The note on a lapsed lease; none if its player has had its time, or the stream has finished. */
function noteLapse(lease: Lease, nowMs: number): NoteOf<'lapsed'>[] {
  const untilMs = rememberedUntilMs(lease)
  if (untilMs === null || untilMs <= nowMs) return []
  const { id: leaseId, generation } = lease
  return [{ how: 'lapsed', leaseId, generation, facts: factsOf(lease), atMs: nowMs, untilMs }]
}

/** The notes without those on these leases. */
export function withoutNotesOn({ lastStop, ...roster }: RosterContent, ids: ReadonlySet<LeaseId>): KeptNotes {
  return {
    ...roster,
    notes: roster.notes.filter(({ leaseId }) => !ids.has(leaseId)),
    ...(lastStop !== undefined && !ids.has(lastStop.leaseId) && { lastStop }),
  }
}

function evictionKeptMs(lease: Lease): number {
  const lengthMs = leaseLengthMs(lease)
  return lengthMs === null ? KEPT_WITHOUT_LEASE_MS : 2 * lengthMs
}

function evictorOf({ id, deviceId, deviceType, label }: Lease): Evictor {
  return {
    id,
    ...(deviceId !== undefined && { deviceId }),
    ...(deviceType !== undefined && { deviceType }),
    ...(label !== undefined && { label }),
  }
}
