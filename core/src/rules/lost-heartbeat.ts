import type { Admission, Claim } from './claim.ts'
import { admit } from './admission.ts'
import type { Generation, LeaseId, ReportFacts } from '../lease.ts'
import { tellsAllAsked } from './limits.ts'
import { currentNote, mayBeForgotten } from './notes.ts'
import { lacksDevice } from './registration.ts'
import { heldLease, liveLeases, type LeaseFacts, type NoteOf, type Roster } from '../roster.ts'

/** A heartbeat whose lease was not there to renew, or runs in grace. */
export type LostHeartbeat = {
  readonly id: LeaseId
  /** The generation that the player knows; absent if it did not say. */
  readonly generation?: Generation | undefined
  /** What it reports, if it is a CMCD report. */
  readonly report?: ReportFacts | undefined
  /** The newcomer it would be, given what is still known of its lease. */
  readonly claimFor: (known: LeaseFacts | undefined) => Claim
}

/** The lease is over and its player must start again. `reason` is an operator's. */
export type Ended = { readonly outcome: 'ended'; readonly reason?: string | undefined }

/**
 * `evicted`: another stream took its slot. `outdated`: a report older than the end of its playback.
 */
export type LostHeartbeatVerdict =
  | Admission
  | Ended
  | { readonly outcome: 'evicted'; readonly eviction: NoteOf<'evicted'> }
  | { readonly outcome: 'outdated' }

const ENDED: Ended = { outcome: 'ended' }

/**
 * Decides about a heartbeat whose lease is no longer held.
 *
 * An evicted stream is told so and stays out, or two devices would evict each other forever. So is
 * a stream that was stopped, by its player or by an operator. A lease that only expired and was
 * removed is admitted again if there is room, under its old plan. A player that names its
 * generation asks for that one only. A heartbeat that says too little to be judged is told to start
 * again.
 */
export function judgeLostHeartbeat(roster: Roster, lost: LostHeartbeat, nowMs: number): LostHeartbeatVerdict {
  const { id, generation, claimFor } = lost
  const held = heldLease(roster, id)
  if (held !== undefined && (generation === undefined || held.generation === generation)) {
    return admitAgain(roster, claimFor(held), nowMs)
  }
  const note = currentNote(roster, lost, nowMs)
  switch (note?.how) {
    case 'evicted':
      return { outcome: 'evicted', eviction: note }
    case 'ended':
      return { outcome: 'ended', reason: note.reason }
    case 'stopped':
      return ENDED
    case 'played-out':
    case 'lapsed':
    case undefined:
  }
  // A start leaves older notes in place. A note that was dropped may have been newer than this one.
  if (generation !== undefined || mayBeForgotten(roster, nowMs)) return ENDED
  if (note?.how === 'played-out') return judgeReplay(roster, { lost, note }, nowMs)
  if (note?.how === 'lapsed') return admitAgain(roster, claimFor(note.facts), nowMs)
  return judgeUnknown(roster, lost, nowMs)
}

/**
 * Nothing is known of the lease. Its plan is assumed to be that of the user's newest lease. If that
 * plan judges by something that the heartbeat does not say, and other streams are live, a guess
 * could be wrong.
 */
function judgeUnknown(roster: Roster, { claimFor }: LostHeartbeat, nowMs: number): LostHeartbeatVerdict {
  const plan = roster.leases.at(-1)?.plan
  const claim = claimFor(plan === undefined ? undefined : { plan })
  const isGuess = liveLeases(roster, nowMs).length > 0 && !tellsAllAsked(claim.plan, claim.newcomer)
  return isGuess ? ENDED : admitAgain(roster, claim, nowMs)
}

type Replay = { readonly lost: LostHeartbeat; readonly note: NoteOf<'played-out'> }

/**
 * A player that reports after the end of its film has rewound it, unless the report is older than
 * the end.
 */
function judgeReplay(roster: Roster, { lost, note }: Replay, nowMs: number): LostHeartbeatVerdict {
  if (lost.report === undefined) return ENDED
  const { reportedAtMs = Infinity } = lost.report
  if (reportedAtMs <= (note.reportedAtMs ?? -Infinity)) return { outcome: 'outdated' }
  return admitAgain(roster, lost.claimFor(note.facts), nowMs)
}

/** A stream that says too little for its device to be registered must start again. */
function admitAgain(roster: Roster, claim: Claim, nowMs: number): Admission | Ended {
  if (lacksDevice(claim)) return ENDED
  return admit(roster, { ...claim, isHeartbeat: true }, nowMs)
}
