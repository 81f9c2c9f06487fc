import {
  LimiterError,
  heldLease,
  type FinishedPage,
  type FinishedStream,
  type Lease,
  type LeaseRef,
  type Note,
  type Outcome,
  type Renewal,
  type Room,
  type Roster,
  type RosterContent,
  type ScanPage,
  type ScanRequest,
  type SharedOutcome,
  type SharedText,
  type Store,
  type UserId,
} from '@streamgate/core'
import { hasRoomFor } from '../transitions.ts'
import { ItemWriter } from './item-writer.ts'
import { withDeadline } from './deadline.ts'
import { callLimitMs, DynamoDbClient, type DynamoDbClientOptions } from './dynamodb-client.ts'
import { FinishedTable, finishedTableName } from './finished-table.ts'
import { addedTo, placeOf, removedFrom, saysTheSame } from './item-facts.ts'
import { addChange, describeChange, firstPlace, removeChange, renewChange } from './lease-change.ts'
import { mendExpiryChange } from './lifetime.ts'
import { ERASE_CHANGE, replaceChange } from './roster-change.ts'
import { SharedTexts } from './shared-texts.ts'
import { isDescribed, noteAfter, rosterOf, type UserItem } from './user-item.ts'
import { UserTable } from './user-table.ts'

/** Which table to use, and how to reach it. */
export type DynamoDbStoreOptions = DynamoDbClientOptions & {
  /**
   * A table whose hash key is the text `UserId`, without a range key. Its TTL attribute is
   * `ExpiresAt`. Next to it is `<tableName>-finished`, with the texts `Shard` and `FinishedAt` as
   * hash and range key and the same TTL attribute.
   */
  readonly tableName: string
}

/**
 * Rosters in a DynamoDB table, one item per user. A program that knows only `UserId` and `Streams`
 * can read it. See `user-item.ts` for the rest of the item. Finished streams have their own table,
 * see `finished-table.ts`. If that is missing, `finish` and `finished` reject, and all other verbs
 * work.
 *
 * Each verb is one conditional `UpdateItem` in the common case: one write unit for an item of up to
 * 1 KiB, and no read unit. Such an item has room for seven leases of streams named by UUIDs, for
 * fifteen with ids like `film-1`, or for three with UUIDs for stream and device and with type,
 * content, label and plan. Notes take room too: after a stop there is room for one lease less. A
 * conflict returns the item and costs the same write unit.
 *
 * A second request is made
 * - if a lease ends that is not the first in the list,
 * - if a lease that was written by hand is renewed or ends,
 * - if a lease that expires is added beside one that may not,
 * - if a lease ends, or must be alone on its device, and the item's list of devices is missing or
 *   wrong, as in items of version 0.1: the request corrects it,
 * - about once in three weeks of renewals,
 * - if a conflict comes without an item.
 *
 * A call settles within `maxAttempts × requestTimeoutMs + 1 s`, 2 s by default, including the
 * search for credentials and every wait.
 *
 * The client repeats a request whose answer was lost, so a write may meet itself. An `add` or
 * `replace` recognises its own work and is `done`. A `renew` does the same again. A `remove` finds
 * the lease gone and conflicts, though this call ended it. A first request that arrives only after
 * a later call of the same user is not recognised. If an `add` arrives so late and its lease has
 * ended meanwhile, it takes a slot until it expires, but never more than its room allows. A late
 * `renew` moves its lease back to the older instants until the next one. A late `replace` changes
 * nothing, nor does a late `remove` of a generation that is over.
 *
 * On a global table with multi-Region strong consistency, a write that meets one of another Region
 * conflicts with it and writes nothing. The call then reads and decides again.
 *
 * Rejects with `STORE_UNAVAILABLE` for everything that the driver throws, including a call that
 * takes too long, with `STORE_CLOSED`, and with `STORE_CONTENDED` if others kept changing the
 * roster between the requests of one call.
 *
 * Rules of the engine: Amazon DynamoDB Developer Guide, "Condition and filter expressions", "Update
 * expressions", "Item sizes and formats", "Read and write operations".
 */
export class DynamoDbStore implements Store {
  readonly #client: DynamoDbClient
  readonly #table: UserTable
  readonly #writer: ItemWriter
  readonly #finished: FinishedTable
  readonly #shared: SharedTexts
  readonly #callLimitMs: number
  readonly #underWay = new Set<Promise<unknown>>()
  #isClosed = false

  /** Sends nothing yet. A missing table, Region or credential shows at the first call. */
  constructor(options: DynamoDbStoreOptions) {
    const { tableName } = options
    this.#client = new DynamoDbClient(options)
    this.#table = new UserTable(this.#client, tableName)
    this.#writer = new ItemWriter(this.#table)
    this.#finished = new FinishedTable(this.#client, finishedTableName(tableName))
    this.#shared = new SharedTexts(this.#client, finishedTableName(tableName))
    this.#callLimitMs = callLimitMs(options)
  }

  /** @throws {Error} if no Region is set, with what to set. Sends nothing. */
  async assertRegion(): Promise<void> {
    await this.#client.assertRegion()
  }

  /** Sees every write that was acknowledged before the call. */
  async read(user: UserId): Promise<Roster> {
    return this.#run(async (deadline) => rosterOf(await this.#table.read({ user, deadline })))
  }

  async add(user: UserId, lease: Lease, room: Room): Promise<Outcome> {
    if (room.capacity < 1) return { done: false, roster: await this.read(user) }
    return this.#run(async (deadline) => {
      const written = await this.#writer.write({ user, deadline }, addChange(lease, room), (conflicting) =>
        hasRoomFor(lease, room, rosterOf(conflicting))
          ? addChange(lease, room, addedTo(lease, room, conflicting))
          : undefined,
      )
      const roster = rosterOf(written.item)
      const isOwn = written.wasRepeated && heldLease(roster, lease.id)?.generation === lease.generation
      return { done: written.done || isOwn, roster }
    })
  }

  async renew(user: UserId, lease: LeaseRef, renewal: Renewal): Promise<Outcome> {
    return this.#run(async (deadline) => {
      const { done, item } = await this.#writer.write(
        { user, deadline },
        renewChange(lease, renewal),
        (conflicting) => {
          if (conflicting === undefined || placeOf(lease, conflicting) === undefined) return undefined
          return isDescribed(conflicting, lease.id)
            ? renewChange(lease, renewal)
            : describeChange(lease.id, renewal)
        },
      )
      return { done, roster: rosterOf(item) }
    })
  }

  /**
   * Removes every entry of the id from the list, because the old service wrote one for each start.
   */
  async remove(user: UserId, lease: LeaseRef, note: Note): Promise<Outcome> {
    return this.#run(async (deadline) => {
      const call = { user, deadline }
      const removingFrom = (item: UserItem | undefined, left?: Note) => {
        const from = removedFrom(lease, item)
        return from && removeChange(lease, left && noteAfter(item, left), from)
      }
      const guess = removeChange(lease, note, firstPlace(lease))
      const first = await this.#writer.write(call, guess, (conflicting) => removingFrom(conflicting, note))
      let last = first
      for (let again = removingFrom(last.item); last.done && again; again = removingFrom(last.item)) {
        last = await this.#writer.write(call, again, removingFrom)
      }
      return { done: first.done, roster: rosterOf(last.item) }
    })
  }

  /** A roster with neither a lease nor a note left is not kept: the item is deleted. */
  async replace(user: UserId, seen: Roster, next: RosterContent): Promise<Outcome> {
    return this.#run(async (deadline) => {
      const replacement = replaceChange(seen, next)
      const { done, item, wasRepeated } = await this.#writer.write(
        { user, deadline },
        replacement,
        () => undefined,
      )
      const roster = rosterOf(item)
      const isOwn = wasRepeated && roster.version === replacement.version && saysTheSame(roster, next)
      return { done: done || isOwn, roster }
    })
  }

  async erase(user: UserId): Promise<void> {
    await this.#run((deadline) => this.#writer.write({ user, deadline }, ERASE_CHANGE, eraseAgain))
  }

  /**
   * Walks the table in its own order and segments. A cursor is valid for the segment it came from.
   * A user whose last lease was stopped is met, with the note on it, until a sweep or the table's
   * TTL removes the user.
   */
  async scan(request: ScanRequest): Promise<ScanPage> {
    return this.#run(async (deadline) => {
      const { items, lastUser, readUnits } = await this.#table.page(request, deadline)
      return {
        users: items.map((item) => ({
          user: item['UserId']?.S as UserId,
          roster: rosterOf(item),
          ...(mendExpiryChange(item) !== undefined && { needsRewrite: true as const }),
        })),
        ...(lastUser !== undefined && { cursor: lastUser }),
        ...(readUnits !== undefined && { readUnits }),
      }
    })
  }

  async readShared(name: string): Promise<SharedText | undefined> {
    return this.#run((deadline) => this.#shared.read(name, deadline))
  }

  async writeShared(name: string, seenVersion: number, text: string): Promise<SharedOutcome> {
    return this.#run((deadline) => this.#shared.write(name, { seenVersion, text }, deadline))
  }

  /** One write unit. A stream that is finished again at another instant gets a second note. */
  async noteFinished(stream: FinishedStream, atMs: number): Promise<void> {
    await this.#run((deadline) => this.#finished.add(stream, atMs, deadline))
  }

  /**
   * Sees every note that was acknowledged before the call, as long as the writers' clocks differ by
   * no more than 2 s. One read unit if nothing is new. Notes of the last 10 s come again.
   */
  async finishedSince(cursor?: string): Promise<FinishedPage> {
    return this.#run((deadline) => this.#finished.since(cursor, deadline))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await Promise.allSettled(this.#underWay)
    this.#client.destroy()
  }

  async #run<Result>(work: (deadline: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new LimiterError('STORE_CLOSED', 'The store was closed')
    const settled = withDeadline(this.#callLimitMs, work)
    this.#underWay.add(settled)
    try {
      return await settled
    } catch (cause) {
      if (cause instanceof LimiterError) throw cause
      throw new LimiterError('STORE_UNAVAILABLE', 'DynamoDB did not carry out the request', { cause })
    } finally {
      this.#underWay.delete(settled)
    }
  }
}

/** Erases again for as long as the item exists. */
const eraseAgain = (item: UserItem | undefined) => item && ERASE_CHANGE
