import type { Lease } from './lease.ts'
import type { WhenFull } from './plan.ts'
import type { Eviction, Evictor } from './roster.ts'

/**
 * The most notes a roster keeps, newest first to stay: a viewer who zaps through a hundred channels
 * must not grow the record without bound, and the players of the oldest have long been told. One
 * newcomer makes no more than these leave, because each must find its note.
 */
export const EVICTIONS_MAX = 16

/** How long a note is kept where leases never lapse: a day, in which any player has called. */
const NOTE_KEPT_WITHOUT_LEASE_MS = 86_400_000

/** The leases in the order in which they would have to go, the first one first. */
export function inTurn(whenFull: Exclude<WhenFull, 'deny'>, leases: readonly Lease[]): readonly Lease[] {
  switch (whenFull) {
    case 'evict-oldest':
      return leases.toSorted((one, other) => one.startedAtMs - other.startedAtMs)
    case 'evict-idle':
      return leases.toSorted((one, other) => one.renewedAtMs - other.renewedAtMs)
  }
}

/**
 * Notes that `evicted` was ended by `newcomer`; kept for twice the longer lease of the two, in which its player
 * has called. One that never lapses is the longest: where the other ends, that is for its grace.
 */
export function noteEviction(evicted: Lease, newcomer: Lease): Eviction {
  const atMs = newcomer.renewedAtMs
  return {
    leaseId: evicted.id,
    generation: evicted.generation,
    by: evictorOf(newcomer),
    atMs,
    untilMs: atMs + Math.max(keptMs(evicted), keptMs(newcomer)),
  }
}

/** The notes to keep once `newcomer` is held: those still of use at `nowMs`, none about itself, and one on each that it `ends`. */
export function keepEvictions(
  notes: readonly Eviction[],
  { newcomer, ends }: { readonly newcomer: Lease; readonly ends: readonly Lease[] },
  nowMs: number,
): readonly Eviction[] {
  const outdated = new Set([newcomer.id, ...ends.map(({ id }) => id)])
  const kept = notes.filter((note) => nowMs < note.untilMs && !outdated.has(note.leaseId))
  return [...kept, ...ends.map((lease) => noteEviction(lease, newcomer))].slice(-EVICTIONS_MAX)
}

/** How long a note is of use to the player of a lease of this length. */
function keptMs({ renewedAtMs, expiresAtMs }: Lease): number {
  return expiresAtMs === null ? NOTE_KEPT_WITHOUT_LEASE_MS : 2 * (expiresAtMs - renewedAtMs)
}

function evictorOf({ id, deviceId, deviceType, label }: Lease): Evictor {
  return {
    id,
    ...(deviceId !== undefined && { deviceId }),
    ...(deviceType !== undefined && { deviceType }),
    ...(label !== undefined && { label }),
  }
}
