/** Leases, rosters and claims for the tests of the rules. Instants are small whole milliseconds. */
import {
  leaseIdOf,
  planOfOneLimit,
  type Generation,
  type Lease,
  type LeaseId,
  type Note,
  type NoteOf,
  type Roster,
  type RosterContent,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import type { Claim } from '../src/rules/claim.ts'
import type { LostHeartbeat } from '../src/rules/lost-heartbeat.ts'

export const USER = 'user-1' as UserId
export const LEASE_MS = 75_000

/** A lease of this stream, taken at 0 and live until 75,000. */
export function leaseOf(streamId: string, rest: Partial<Lease> = {}): Lease {
  return {
    id: leaseIdOf({ streamId: streamId as StreamId }),
    streamId: streamId as StreamId,
    startedAtMs: 0,
    renewedAtMs: 0,
    expiresAtMs: LEASE_MS,
    generation: `generation of ${streamId}` as Generation,
    ...rest,
  }
}

export function rosterOf(leases: readonly Lease[], notes: readonly Note[] = []): Roster {
  return { leases, notes, version: 1 }
}

/**
 * A newcomer that would take its lease at `nowMs`, under a plan of 3 unless `rest` says otherwise.
 */
export function claimOf(streamId: string, nowMs: number, rest: Partial<Claim> = {}): Claim {
  const times = { startedAtMs: nowMs, renewedAtMs: nowMs, expiresAtMs: nowMs + LEASE_MS }
  const generation = `generation of ${streamId} at ${nowMs}` as Generation
  return {
    newcomer: leaseOf(streamId, { ...times, generation }),
    plan: planOfOneLimit('standard', 3),
    ...rest,
  }
}

/** A heartbeat that is judged as this claim, whatever is known of its lease. */
export function lostOf(claim: Claim, rest: Partial<LostHeartbeat> = {}): LostHeartbeat {
  return { id: claim.newcomer.id, claimFor: () => claim, ...rest }
}

/** A note that `leaseId` was evicted by `other` at 0, kept until 150,000. */
export function noteOn(leaseId: string, rest: Partial<NoteOf<'evicted'>> = {}): NoteOf<'evicted'> {
  return {
    how: 'evicted',
    leaseId: leaseId as LeaseId,
    generation: `generation of ${leaseId}` as Generation,
    by: { id: 'other' as LeaseId },
    atMs: 0,
    untilMs: 2 * LEASE_MS,
    ...rest,
  }
}

export function idsOf(roster: RosterContent): string[] {
  return roster.leases.map((lease) => lease.id)
}
