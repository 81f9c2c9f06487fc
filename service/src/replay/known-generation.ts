import { heldLease, type Generation, type LeaseId, type RosterContent } from '@streamgate/core'

/** A generation that no lease has. */
const UNKNOWN_GENERATION = 'unknown' as Generation

/** The generation that a player names: that of its lease, held or ended. */
export function generationIn(roster: RosterContent, id: LeaseId): Generation {
  const ended = roster.notes.findLast(({ leaseId }) => leaseId === id)
  return heldLease(roster, id)?.generation ?? ended?.generation ?? UNKNOWN_GENERATION
}
