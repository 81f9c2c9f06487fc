import type { Lease } from '../lease.ts'
import { shareSlot } from './slots.ts'
import { NOTES_MAX } from './notes.ts'
import type { Limit, WhenFull } from '../plan.ts'

/** The most streams that one newcomer evicts, because each must find its note. */
export const EVICTIONS_MAX = NOTES_MAX
/** The most streams that a start may ask to end, for the same reason. */
export const REPLACES_MAX = NOTES_MAX

/** The leases in the order in which they would be evicted, the first one first. */
export function inTurn(whenFull: Exclude<WhenFull, 'deny'>, leases: readonly Lease[]): readonly Lease[] {
  switch (whenFull) {
    case 'evict-oldest':
      return leases.toSorted((one, other) => one.startedAtMs - other.startedAtMs)
    case 'evict-idle':
      return leases.toSorted((one, other) => one.renewedAtMs - other.renewedAtMs)
  }
}

/**
 * The leases in the order in which they are best ended to make room under these limits: those that
 * the viewer chose already, and then those that free a slot together with the fewest others. The
 * order of the rest stays.
 */
export function easiestToEnd(
  leases: readonly Lease[],
  limits: readonly Limit[],
  isChosen: (lease: Lease) => boolean = () => false,
): readonly Lease[] {
  const shared = limits.filter(({ distinct }) => distinct !== undefined)
  const sharing = (lease: Lease) =>
    Math.max(0, ...shared.map((limit) => leases.filter((other) => shareSlot(limit, lease, other)).length))
  return leases
    .map((lease) => ({ lease, rank: isChosen(lease) ? -1 : sharing(lease) }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ lease }) => lease)
}
