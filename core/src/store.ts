import type { Generation, Lease, LeaseId, Renewal, StreamId, UserId } from './lease.ts'
import type { Note, Roster, RosterContent } from './roster.ts'

/** What a conditional write came to, with the roster as it is after the call, whether or not it was `done`. */
export type Outcome = { readonly done: boolean; readonly roster: Roster }

/** For whom an `add` finds room. */
export type Room = {
  /** How many leases may be held after it. */
  readonly capacity: number
  /** Whether the lease must be the only one of its device. */
  readonly soleOfDevice?: boolean
}

/** Which part of all users to walk, and how far in one step. */
export type ScanRequest = {
  /** Where the page before left off; absent at the beginning. */
  readonly cursor?: string
  /** The most users in one page; at least 1. */
  readonly pageSize: number
  /** This walk's share, `index` of `count`, where several walk in parallel. */
  readonly segment?: { readonly index: number; readonly count: number }
}

/** A user as a walk meets them. */
export type ScannedUser = {
  readonly user: UserId
  readonly roster: Roster
  /**
   * The engine keeps something beside the roster that does not fit it any more, because somebody wrote around
   * this store. A `replace` by the same roster sets it right.
   */
  readonly needsRewrite?: true
}

/** One step of a walk; without a `cursor` it was the last. A page may be empty and not the last. */
export type ScanPage = {
  readonly users: readonly ScannedUser[]
  readonly cursor?: string
  /** What reading the page cost, where the engine is paid by read capacity. */
  readonly readUnits?: number
  /** About how many users there are, where the engine knows without counting. */
  readonly usersAbout?: number
}

/** A note that a stream has finished, for every user; it counts until `untilMs`. */
export type FinishedStream = { readonly streamId: StreamId; readonly untilMs: number }

/** Notes on finished streams, and where to go on; `hasMore` says to ask again at once. */
export type FinishedPage = {
  readonly streams: readonly FinishedStream[]
  readonly cursor: string
  readonly hasMore: boolean
}

/**
 * A bounded set of leases per user, and a list of streams that have finished.
 *
 * The rule lives in the limiter; a store is dumb. It never looks at a clock, a policy or a lease's
 * expiry. Each verb is atomic for one user, one round trip, and hands back the roster whatever its
 * outcome. Ids are compared byte by byte.
 *
 * A verb that cannot be carried out rejects with a `LimiterError`: `STORE_UNAVAILABLE` with the driver's
 * error as its cause, `STORE_TIMED_OUT`, `STORE_CLOSED`, or `STORE_CONTENDED` where others kept changing
 * the roster and nothing was written. After the first two, whether the write happened is unknown, and
 * repeating the request is safe.
 */
export interface Store {
  /** The roster of a user; of one never seen, an empty one. */
  read(user: UserId): Promise<Roster>

  /**
   * Adds the lease if fewer than `capacity` leases are held, lapsed ones included, and none has its id. With
   * `soleOfDevice`, also none may be of its device.
   */
  add(user: UserId, lease: Lease, room: Room): Promise<Outcome>

  /** Renews a lease, as `renewedLease` says, if it is held and, if a generation is given, is still of it. */
  renew(user: UserId, lease: LeaseRef, renewal: Renewal): Promise<Outcome>

  /**
   * Ends a lease if it is held and, if a generation is given, is still of it. The note becomes `lastStop`. If
   * another note stood there, `forgottenUntilMs` becomes its `untilMs`, unless it is later already. Notes
   * come with an `untilMs` that does not go back.
   */
  remove(user: UserId, lease: LeaseRef, note: Note): Promise<Outcome>

  /** Writes the whole roster if it is unchanged since `seen` was handed out. */
  replace(user: UserId, seen: Roster, next: RosterContent): Promise<Outcome>

  /** Forgets the user wholly, whatever is held. */
  erase(user: UserId): Promise<void>

  /**
   * Walks all users, each once, page by page. A walk may be resumed from any cursor, in another
   * process too; users who come or go meanwhile may be met or not.
   */
  scan(request: ScanRequest): Promise<ScanPage>

  /**
   * Notes that a stream has finished, at `atMs` by the caller's clock. May be repeated: the later `untilMs`
   * holds. Notes whose `untilMs` is not after `atMs` may be dropped by the same call.
   */
  noteFinished(stream: FinishedStream, atMs: number): Promise<void>

  /**
   * The notes that have come since `cursor`, or all that are kept, in pages; cheap where nothing is new.
   * A note may come again, and so may an older one on the same stream, of which the later `untilMs` holds;
   * none is ever left out. A cursor is good for this store in any process, and for an engine that was not
   * emptied meanwhile. Notes that are over may be among them.
   */
  finishedSince(cursor?: string): Promise<FinishedPage>

  /** Lets go of the engine once what is under way has settled. Every later call rejects with `STORE_CLOSED`. */
  close(): Promise<void>
}

/** A lease by its id; with a generation, that one and no other. */
export type LeaseRef = { readonly id: LeaseId; readonly generation?: Generation | undefined }
