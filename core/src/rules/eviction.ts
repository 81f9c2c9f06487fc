import type { Lease } from '../lease.ts'
import { NOTES_MAX } from './notes.ts'
import type { WhenFull } from '../plan.ts'

/** The most streams that one newcomer evicts, because each must find its note. */
export const EVICTIONS_MAX = NOTES_MAX

/** The leases in the order in which they would be evicted, the first one first. */
export function inTurn(whenFull: Exclude<WhenFull, 'deny'>, leases: readonly Lease[]): readonly Lease[] {
  switch (whenFull) {
    case 'evict-oldest':
      return leases.toSorted((one, other) => one.startedAtMs - other.startedAtMs)
    case 'evict-idle':
      return leases.toSorted((one, other) => one.renewedAtMs - other.renewedAtMs)
  }
}
