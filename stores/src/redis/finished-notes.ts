import type { FinishedPage, FinishedStream, StreamId } from '@streamgate/core'
import { NOTES_PER_PAGE } from '../notes-per-page.ts'
import type { RedisKeys } from './keys.ts'
import type { RedisLink } from './redis-link.ts'

/**
 * How many notes one call drops at most: more than it adds, so that their number falls, but few
 * enough to be quick.
 */
const DROPPED_AT_ONCE_MAX = 100

/** The cursor of a reader that has seen nothing. */
const BEGINNING = '0:'

/**
 * Notes on finished streams: a sorted set by the number of the note, and one by its end. Redis runs
 * one script at a time, so a reader that has seen a number has seen all lower ones. A cursor is the
 * number and the stream of the last note seen.
 */
export class FinishedNotes {
  readonly #link: RedisLink
  readonly #keys: RedisKeys

  constructor(link: RedisLink, keys: RedisKeys) {
    this.#link = link
    this.#keys = keys
  }

  /** Keeps the note, and drops some expired ones. */
  async add({ streamId, untilMs }: FinishedStream, atMs: number): Promise<void> {
    const keys = (['number', 'order', 'ends'] as const).map((part) => this.#keys.finished(part))
    await this.#link.call((redis) =>
      redis.noteFinished(...keys, streamId, untilMs, atMs, DROPPED_AT_ONCE_MAX),
    )
  }

  /** A page of the notes behind the cursor. */
  async since(cursor = BEGINNING): Promise<FinishedPage> {
    const colon = cursor.indexOf(':')
    const [number, streamId] = [cursor.slice(0, colon), cursor.slice(colon + 1)]
    const keys = (['order', 'ends'] as const).map((part) => this.#keys.finished(part))
    const answer = await this.#link.call((redis) =>
      redis.finishedSince(...keys, number, streamId, NOTES_PER_PAGE),
    )
    return pageOf(answer as readonly string[], cursor)
  }
}

/** The answer has ids and numbers in turn, and then the ends. */
function pageOf(answer: readonly string[], cursor: string): FinishedPage {
  const count = answer.length / 3
  const streams = Array.from({ length: count }, (_, place) => ({
    streamId: answer[2 * place] as StreamId,
    untilMs: Number(answer[2 * count + place]),
  }))
  const last = count - 1
  return {
    streams,
    cursor: last < 0 ? cursor : `${answer[2 * last + 1]}:${answer[2 * last]}`,
    hasMore: count === NOTES_PER_PAGE,
  }
}
