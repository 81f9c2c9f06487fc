import type { PlayedOutRequest, StopRequest, StopResult } from './decision.ts'
import { longestLeaseMs } from './pace.ts'
import type { UserId } from './lease.ts'
import type { Policy } from './policy/policy.ts'
import type { Note, Roster } from './roster.ts'
import { judgeLateStop, judgeOperatorStop, judgePlayedOut, type PlayedOutVerdict } from './rules/ending.ts'
import { currentNote, noteKeptMs, withNotes } from './rules/notes.ts'
import type { VerbParts } from './verb-parts.ts'

/** Ends a stream, and leaves the note that its player's next call finds: see `Limiter.stop`. */
export async function stop(parts: VerbParts, policy: Policy, request: StopRequest): Promise<StopResult> {
  const { user, id, generation, byOperator } = request
  const keptMs = keptMsUnder(policy)
  if (byOperator !== undefined) return stopByOperator(parts, request, 2 * keptMs)
  const ending = { how: 'stopped' } as const
  const note = { ...ending, leaseId: id, ...keptFor(parts, keptMs) }
  const { done, roster } = await parts.store.remove(user, { id, generation }, note)
  if (done) {
    parts.pools.release(user, id, generation)
    if (roster.notes.some(({ leaseId }) => leaseId === id)) await dropOlderNotes(parts, user, roster)
    return { outcome: 'stopped' }
  }
  const isUnknown = currentNote(roster, { id }, parts.judgingMs()) === undefined
  if (isUnknown || generation !== undefined) return { outcome: 'not-held' }
  return settle(parts, { user, id, seen: roster }, (newer, nowMs) =>
    judgeLateStop(newer, { id, ending, ...keptFor(parts, keptMs) }, nowMs),
  )
}

/**
 * Drops the notes that are older than the last stop of their stream. The next stop of another
 * stream would take the place of that one, and an operator's reason from an earlier playback would
 * be told again.
 */
async function dropOlderNotes(parts: VerbParts, user: UserId, seen: Roster): Promise<void> {
  await parts.settler.settle(user, seen, (roster, nowMs) => {
    const { leases, notes } = roster
    const isOlder = notes.some(({ leaseId }) => leaseId === roster.lastStop?.leaseId)
    const write = { verb: 'replace', next: { leases, ...withNotes(roster, [], nowMs) } } as const
    return { outcome: 'stopped', ...(isOlder && { write }) }
  })
}

async function stopByOperator(parts: VerbParts, request: StopRequest, keptMs: number): Promise<StopResult> {
  const { user, id, generation, byOperator } = request
  const reason = byOperator?.reason
  const ending = { how: 'ended', ...(reason !== undefined && { reason }) } as const
  const seen = await parts.store.read(user)
  return settle(parts, { user, id, seen }, (roster, nowMs) =>
    judgeOperatorStop(roster, { id, generation, ending, ...keptFor(parts, keptMs) }, nowMs),
  )
}

/** Ends a stream whose player reports that playback is over: see `Limiter.playedOut`. */
export async function playedOut(
  parts: VerbParts,
  policy: Policy,
  { user, id, report, playingContentId }: PlayedOutRequest,
): Promise<StopResult> {
  const keptMs = keptMsUnder(policy)
  const seen = await parts.store.read(user)
  return settle(parts, { user, id, seen }, (roster, nowMs) =>
    judgePlayedOut(roster, { id, report, playingContentId, ...keptFor(parts, keptMs) }, nowMs),
  )
}

/** How long a player that still thinks it plays may take to call. */
function keptMsUnder({ paces }: Policy): number {
  return noteKeptMs(longestLeaseMs(paces))
}

/**
 * Counted from each attempt: a stop that took long must not shorten the note of one that was
 * faster.
 */
function keptFor(parts: VerbParts, keptMs: number): Pick<Note, 'atMs' | 'untilMs'> {
  const atMs = parts.now()
  return { atMs, untilMs: atMs + keptMs }
}

async function settle(
  { settler, pools }: VerbParts,
  { user, id, seen }: Pick<StopRequest, 'user' | 'id'> & { readonly seen: Roster },
  judge: (roster: Roster, nowMs: number) => PlayedOutVerdict,
): Promise<StopResult> {
  const { verdict } = await settler.settle(user, seen, judge)
  if (verdict.outcome === 'stopped') pools.release(user, id)
  return { outcome: verdict.outcome }
}
