import type { Lease } from './lease.ts'
import type { Eviction, Evictor } from './roster.ts'

/**
 * The most notes a roster keeps, newest first to stay: a viewer who zaps through a hundred channels
 * must not grow the record without bound, and the players of the oldest have long been told.
 */
const EVICTIONS_MAX = 16

/** How long a note is kept where leases never lapse: a day, in which any player has called. */
const NOTE_KEPT_WITHOUT_LEASE_MS = 86_400_000

/** Notes that `evicted` was ended by `newcomer`; kept for twice the lease's length, in which its player has called. */
export function noteEviction(evicted: Lease, newcomer: Lease): Eviction {
  const atMs = newcomer.renewedAtMs
  const leaseMs = newcomer.expiresAtMs === null ? null : newcomer.expiresAtMs - atMs
  return {
    leaseId: evicted.id,
    generation: evicted.generation,
    by: evictorOf(newcomer),
    atMs,
    untilMs: atMs + (leaseMs === null ? NOTE_KEPT_WITHOUT_LEASE_MS : 2 * leaseMs),
  }
}

/** The notes to keep once `newcomer` is held: those still of use at `nowMs`, none about itself, and `added`. */
export function keepEvictions(
  notes: readonly Eviction[],
  newcomer: { readonly lease: Lease; readonly added?: Eviction | undefined },
  nowMs: number,
): readonly Eviction[] {
  const { lease, added } = newcomer
  const kept = notes.filter(
    (note) => nowMs < note.untilMs && note.leaseId !== lease.id && note.leaseId !== added?.leaseId,
  )
  return (added === undefined ? kept : [...kept, added]).slice(-EVICTIONS_MAX)
}

function evictorOf({ id, deviceId, deviceType, label }: Lease): Evictor {
  return {
    id,
    ...(deviceId !== undefined && { deviceId }),
    ...(deviceType !== undefined && { deviceType }),
    ...(label !== undefined && { label }),
  }
}
