import { EMPTY_ROSTER, type NoteOf, type Roster } from '@streamgate/core'

/** A record of version 0.1, which only had notes on evictions. */
type FormerRecord = Omit<Roster, 'notes'> & { readonly evictions: readonly Omit<NoteOf<'evicted'>, 'how'>[] }

/** The value stored for a user. */
export type RosterRecord = Roster | FormerRecord

/** The roster in a record. Empty for no record. */
export function rosterIn(record: RosterRecord | undefined): Roster {
  if (record === undefined) return EMPTY_ROSTER
  if (!('evictions' in record)) return record
  const { evictions, ...rest } = record
  return { ...rest, notes: evictions.map((note) => ({ ...note, how: 'evicted' })) }
}
