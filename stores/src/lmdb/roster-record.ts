import { EMPTY_ROSTER, type NoteOf, type Roster } from '@streamgate/core'

/** A record of version 0.1, which knew notes on evictions alone. */
type FormerRecord = Omit<Roster, 'notes'> & { readonly evictions: readonly Omit<NoteOf<'evicted'>, 'how'>[] }

/** What stands under a user. */
export type RosterRecord = Roster | FormerRecord

/** The roster that a record says; of no record, the empty one. */
export function rosterIn(record: RosterRecord | undefined): Roster {
  if (record === undefined) return EMPTY_ROSTER
  if (!('evictions' in record)) return record
  const { evictions, ...rest } = record
  return { ...rest, notes: evictions.map((note) => ({ ...note, how: 'evicted' })) }
}
