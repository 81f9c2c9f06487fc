/**
 * Notes on finished streams, in their own table next to that of the users.
 *
 *     Shard        "0"                          hash key, takes a thousand notes a second
 *     FinishedAt   "001790000000000#match-1"    range key: writer's clock in ms, `#`, stream
 *     StreamId     "match-1"
 *     UntilMs      1790172800000                until when the note counts
 *     ExpiresAt    1790172800                   the same in seconds: the table's TTL
 *
 * A note is one `PutItem`, and a page of notes is one `Query`. No other action is used. A stream
 * that is finished again gets a second note. TTL removes notes within days after they expire, so
 * readers look at `UntilMs`.
 */
import type { FinishedPage, FinishedStream, StreamId } from '@streamgate/core'
import { NOTES_PER_PAGE } from '../notes-per-page.ts'
import type { AttributeValue } from './attribute-value.ts'
import type { DynamoDbClient } from './dynamodb-client.ts'
import { DynamoDbError } from './dynamodb-error.ts'
import { numberValue } from './members.ts'

/** The table of finished streams that belongs to a table of users. */
export const finishedTableName = (tableName: string) => `${tableName}-finished`

/**
 * How far a cursor stays behind the newest note, and for how long.
 *
 * A note is sorted by its writer's clock and appears when its request is carried out, so it may
 * appear before others that were already read. With clocks that differ by up to 2 s and a request
 * that takes up to 2 s it is at most 6 s late. The rest is for a reader that needs several pages. A
 * writer whose clock is ahead by more than this hides the notes of others until that time has come.
 */
const OVERLAP_MS = 10_000

const SHARD = '0'
/** Sorts before every note, because each has more digits. */
const BEGINNING = '0'
/** Follows the instant of a note. A cursor without it is between notes. */
const SEPARATOR = '#'
/** Enough for some thirty thousand years, so that instants sort as texts. */
const INSTANT_DIGITS = 15

/** The registry of finished streams, by single requests. Rejects with what the driver throws. */
export class FinishedTable {
  readonly #client: DynamoDbClient
  readonly #name: string
  /**
   * The newest note that was read last, and when it was first seen, by a clock that never jumps.
   */
  #newest = BEGINNING
  #newestSeenAtMs = 0

  constructor(client: DynamoDbClient, name: string) {
    this.#client = client
    this.#name = name
  }

  /** Writes the note, unless this stream has one of the same instant that counts as long. */
  async add({ streamId, untilMs }: FinishedStream, atMs: number, deadline: AbortSignal): Promise<void> {
    const isNew = 'attribute_not_exists(UntilMs)'
    const countsLonger = 'UntilMs < :until'
    const input = {
      TableName: this.#name,
      Item: {
        Shard: { S: SHARD },
        FinishedAt: { S: `${instantText(atMs)}${SEPARATOR}${streamId}` },
        StreamId: { S: streamId },
        UntilMs: numberValue(untilMs),
        ExpiresAt: numberValue(Math.ceil(untilMs / 1000)),
      },
      ConditionExpression: `${isNew} OR ${countsLonger}`,
      ExpressionAttributeValues: { ':until': numberValue(untilMs) },
    }
    // The deadline ends the repetitions: once it has passed, the client throws.
    for (;;) {
      try {
        await this.#client.send('PutItem', input, deadline)
        return
      } catch (error) {
        if (!(error instanceof DynamoDbError)) throw error
        if (error.isConditionConflict) return
        if (!error.isRegionalConflict) throw error
      }
    }
  }

  /**
   * A page of the notes behind the cursor. Sees every note that was acknowledged before the call.
   */
  async since(cursor: string | undefined, deadline: AbortSignal): Promise<FinishedPage> {
    const askedAtMs = performance.now()
    const reservedWords = { '#shard': 'Shard' }
    const after = cursor ?? BEGINNING
    const input = {
      TableName: this.#name,
      ConsistentRead: true,
      Limit: NOTES_PER_PAGE,
      KeyConditionExpression: '#shard = :shard AND FinishedAt > :after',
      ExpressionAttributeNames: reservedWords,
      ExpressionAttributeValues: { ':shard': { S: SHARD }, ':after': { S: after } },
    } as const
    const { output } = await this.#client.send('Query', input, deadline)
    const { Items: items = [], LastEvaluatedKey: last } = output
    const streams = items.map(noteIn)
    const pageEnd = last?.['FinishedAt']?.S
    if (pageEnd !== undefined) return { streams, cursor: pageEnd, hasMore: true }
    const newest = items.at(-1)?.['FinishedAt']?.S ?? after
    return { streams, cursor: this.#cursorBehind(newest, askedAtMs), hasMore: false }
  }

  /**
   * The cursor once everything up to `newest` was read: behind it, until it has been the newest for
   * a while. After that nothing can appear before it, and the next query reads nothing.
   */
  #cursorBehind(newest: string, askedAtMs: number): string {
    const isNote = newest.includes(SEPARATOR)
    if (!isNote) return newest
    if (newest !== this.#newest) {
      this.#newest = newest
      this.#newestSeenAtMs = performance.now()
    }
    const isSettled = askedAtMs - this.#newestSeenAtMs >= OVERLAP_MS
    return isSettled ? newest : instantText(Math.max(0, Number.parseInt(newest, 10) - OVERLAP_MS))
  }
}

function instantText(ms: number): string {
  return String(ms).padStart(INSTANT_DIGITS, '0')
}

function noteIn(item: Readonly<Record<string, AttributeValue>>): FinishedStream {
  return { streamId: (item['StreamId']?.S ?? '') as StreamId, untilMs: Number(item['UntilMs']?.N ?? 0) }
}
