/**
 * Notes on leases that ended: which to keep, and what the newest one on a lease says.
 *
 * A roster keeps few of them. If it must drop one that may still matter, it remembers until when.
 * Until then every call on an unknown lease is answered by "ended". So a dropped note never revives
 * a stream.
 */
import {
  leaseLengthMs,
  rememberedUntilMs,
  type Generation,
  type Lease,
  type LeaseId,
  type Writable,
} from '../lease.ts'
import type { Evictor, LeaseFacts, Note, NoteOf, RosterContent } from '../roster.ts'

/**
 * The most notes that a roster keeps, the newest ones. Zapping through a hundred channels must not
 * grow the record.
 */
export const NOTES_MAX = 16

/** How long a note is kept if leases never expire: a day, in which every player has called. */
const KEPT_WITHOUT_LEASE_MS = 86_400_000

/** The notes of a roster in all their places, and what else stays if leases change. */
export type KeptNotes = Omit<RosterContent, 'leases'>

/** How a write ends leases: which, and for which newcomer. */
export type Endings = {
  /** The stream that is held after the write, if the write is about one. */
  readonly newcomer: Lease
  /** The leases that end for it. */
  readonly ends: readonly Lease[]
  /** The expired leases that are removed with it. */
  readonly lapsed: readonly Lease[]
}

/**
 * The notes to keep once `newcomer` is held: one on each lease that ends, and none about the
 * newcomer.
 */
export function notesAfter(roster: RosterContent, endings: Endings, nowMs: number): KeptNotes {
  const { newcomer, ends, lapsed } = endings
  const lapses = lapsed.flatMap((lease) => noteLapse(lease, nowMs))
  const fresh = [...lapses, ...ends.map((lease) => noteEviction(lease, newcomer))]
  // A note from before an expired lease was started is no longer true, even if the expiry leaves
  // none.
  const former = new Set([newcomer, ...lapsed].map(({ id }) => id))
  return withNotes(withoutNotesOn(roster, former), fresh, nowMs)
}

/** The roster without leases that have lapsed, with a note on each. */
export function withoutLapsed(roster: RosterContent, lapsed: readonly Lease[], nowMs: number): RosterContent {
  const gone = new Set(lapsed.map(({ id }) => id))
  const fresh = lapsed.flatMap((lease) => noteLapse(lease, nowMs))
  return {
    leases: roster.leases.filter(({ id }) => !gone.has(id)),
    ...withNotes(withoutNotesOn(roster, gone), fresh, nowMs),
  }
}

/**
 * The notes with these added at the end. Expired notes are dropped, and so are older ones on the
 * same leases.
 */
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
    ...(roster.registry !== undefined && { registry: roster.registry }),
  }
}

/**
 * The newest note on a lease, if it still counts. A `generation` narrows it to that one. A note
 * that names none matches every generation.
 *
 * The last stop is newer than any other note on its lease, whatever their clocks said, because a
 * write that leaves another note on that lease drops it.
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
 * The note that `evicted` was ended by `newcomer`. It is kept for twice the longer lease of the
 * two, in which its player has called.
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

/** The facts by which a lease was judged, in case it comes back. */
export function factsOf(lease: LeaseFacts): LeaseFacts {
  const { plan, deviceType, contentId, label, attributes, network, reportedContentId } = lease
  const facts: Writable<LeaseFacts> = {}
  if (plan !== undefined) facts.plan = plan
  if (deviceType !== undefined) facts.deviceType = deviceType
  if (contentId !== undefined) facts.contentId = contentId
  if (label !== undefined) facts.label = label
  if (attributes !== undefined) facts.attributes = attributes
  if (network !== undefined) facts.network = network
  if (reportedContentId !== undefined) facts.reportedContentId = reportedContentId
  return facts
}

/**
 * The note on an expired lease. None if its player has had its time, or the stream has finished.
 */
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
