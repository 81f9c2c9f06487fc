import type { FinishedPage, FinishedStream, StreamId } from '@streamgate/core'
import { NOTES_PER_PAGE } from '../notes-per-page.ts'

type Note = { readonly untilMs: number; readonly sequence: number }

/**
 * Notes on finished streams in the order in which they came. A cursor is the number of the last
 * note seen.
 *
 * Notes are dropped from the oldest on, up to the first that still counts. So a note that counts
 * for long keeps the later ones.
 */
export class FinishedList {
  /** One note per stream. A stream whose note is renewed goes to the end. */
  readonly #notes = new Map<StreamId, Note>()
  #sequence = 0

  /** Keeps the note, unless one that counts as long is there, and drops expired ones. */
  add({ streamId, untilMs }: FinishedStream, atMs: number): void {
    this.#dropOver(atMs)
    if ((this.#notes.get(streamId)?.untilMs ?? -Infinity) >= untilMs) return
    this.#sequence += 1
    this.#notes.delete(streamId)
    this.#notes.set(streamId, { untilMs, sequence: this.#sequence })
  }

  /** A page of the notes behind the cursor. */
  since(cursor = '0'): FinishedPage {
    const seen = Number(cursor)
    if (seen >= this.#sequence) return { streams: [], cursor, hasMore: false }
    const streams: FinishedStream[] = []
    for (const [streamId, { untilMs, sequence }] of this.#notes) {
      if (sequence <= seen) continue
      streams.push({ streamId, untilMs })
      if (streams.length === NOTES_PER_PAGE) return { streams, cursor: String(sequence), hasMore: true }
    }
    return { streams, cursor: String(this.#sequence), hasMore: false }
  }

  /** Forgets everything. */
  clear(): void {
    this.#notes.clear()
  }

  #dropOver(atMs: number): void {
    for (const [streamId, { untilMs }] of this.#notes) {
      if (untilMs > atMs) return
      this.#notes.delete(streamId)
    }
  }
}
