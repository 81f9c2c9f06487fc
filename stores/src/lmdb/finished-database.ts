import type { FinishedPage, FinishedStream, StreamId } from '@streamgate/core'
import type { Database, RootDatabase } from 'lmdb'
import { NOTES_PER_PAGE } from '../notes-per-page.ts'

/** The database within the environment. The name carries the record's format. */
const FINISHED_DATABASE = 'finished.v1'

/**
 * How many notes one transaction drops at most: more than it adds, so that their number falls, but
 * few enough to be quick.
 */
const DROPPED_AT_ONCE_MAX = 100

/** The key of the newest note's number. It outlives the note, so that no number is given twice. */
const LAST_SEQUENCE = 0

type Entry = { readonly key: number; readonly value: FinishedStream }

/**
 * Notes on finished streams in an LMDB environment. Rejects with what the driver throws.
 *
 *     1, 2, 3 …    { streamId, untilMs }    the notes, in the order in which they were committed
 *     "match-1"    3                        the number of the stream's only note
 *     0            3                        the last number that was given to a note
 *
 * Numbers are given inside the write transaction, which one process has at a time. So a reader that
 * has seen a number has seen all lower ones, and a cursor is the last number seen. Notes are
 * dropped from the oldest on, up to the first that still counts. So a note that counts for long
 * keeps the later ones.
 */
export class FinishedDatabase {
  readonly #records: Database<FinishedStream | number, number | StreamId>

  constructor(environment: RootDatabase) {
    this.#records = environment.openDB({ name: FINISHED_DATABASE, encoding: 'json' })
  }

  /**
   * Keeps the note, unless one that counts as long is there, and drops some expired notes. Resolves
   * after the flush.
   */
  async add(note: FinishedStream, atMs: number): Promise<void> {
    await this.#records.transaction(() => {
      this.#dropOver(atMs)
      this.#put(note)
    })
  }

  /**
   * A page of the notes behind the cursor. Sees every note that any process acknowledged before the
   * call.
   */
  since(cursor = String(LAST_SEQUENCE)): FinishedPage {
    this.#records.resetReadTxn()
    const page = [...this.#entriesFrom(Number(cursor) + 1, NOTES_PER_PAGE)]
    const last = page.at(-1)
    return {
      streams: page.map(({ value }) => value),
      cursor: last === undefined ? cursor : String(last.key),
      hasMore: page.length === NOTES_PER_PAGE,
    }
  }

  #put(note: FinishedStream): void {
    const before = this.#records.get(note.streamId)
    if (typeof before === 'number') {
      const held = this.#records.get(before)
      if (typeof held === 'object' && held.untilMs >= note.untilMs) return
      void this.#records.remove(before)
    }
    const sequence = Number(this.#records.get(LAST_SEQUENCE) ?? LAST_SEQUENCE) + 1
    void this.#records.put(LAST_SEQUENCE, sequence)
    void this.#records.put(sequence, { streamId: note.streamId, untilMs: note.untilMs })
    void this.#records.put(note.streamId, sequence)
  }

  #dropOver(atMs: number): void {
    const over: Entry[] = []
    for (const entry of this.#entriesFrom(LAST_SEQUENCE + 1, DROPPED_AT_ONCE_MAX)) {
      if (entry.value.untilMs > atMs) break
      over.push(entry)
    }
    for (const { key, value } of over) {
      void this.#records.remove(key)
      void this.#records.remove(value.streamId)
    }
  }

  /** Numbers sort before texts, so a range that ends at the largest number holds only notes. */
  #entriesFrom(start: number, limit: number): Iterable<Entry> {
    const range = { start, end: Number.MAX_SAFE_INTEGER, limit }
    return this.#records.getRange(range) as Iterable<unknown> as Iterable<Entry>
  }
}
