import type { Generation, Lease, LeaseId, Renewal, StreamId, UserId } from './lease.ts'
import type { Note, Roster, RosterContent } from './roster.ts'

/**
 * The result of a conditional write, with the roster as it is after the call, whether or not it was
 * `done`.
 */
export type Outcome = { readonly done: boolean; readonly roster: Roster }

/** The room that an `add` needs. */
export type Room = {
  /** How many leases may be held after it. */
  readonly capacity: number
  /** Whether the lease must be the only one of its device. */
  readonly soleOfDevice?: boolean
  /**
   * Whether the lease's device must be registered. Its last use is then the start of the lease.
   */
  readonly registeredDevice?: boolean
}

/** Which part of all users to walk, and how far in one step. */
export type ScanRequest = {
  /** Where the page before ended. Absent at the beginning. */
  readonly cursor?: string
  /** The most users in one page, at least 1. */
  readonly pageSize: number
  /** This walk's share, `index` of `count`, if several walk in parallel. */
  readonly segment?: { readonly index: number; readonly count: number }
}

/** A user as a walk meets them. */
export type ScannedUser = {
  readonly user: UserId
  readonly roster: Roster
  /**
   * The engine keeps data beside the roster that no longer fits it, because another program wrote
   * it. A `replace` by the same roster corrects it.
   */
  readonly needsRewrite?: true
}

/** One step of a walk. Without a `cursor` it was the last. A page may be empty and not the last. */
export type ScanPage = {
  readonly users: readonly ScannedUser[]
  readonly cursor?: string
  /** The cost of reading the page, if the engine is paid by read capacity. */
  readonly readUnits?: number
  /** About how many users there are, if the engine knows without counting. */
  readonly usersAbout?: number
}

/** A note that a stream has finished, for every user. It counts until `untilMs`. */
export type FinishedStream = { readonly streamId: StreamId; readonly untilMs: number }

/** Notes on finished streams, and where to continue. `hasMore` says to ask again at once. */
export type FinishedPage = {
  readonly streams: readonly FinishedStream[]
  readonly cursor: string
  readonly hasMore: boolean
}

/** A text that belongs to no user, at a version from 1 up. */
export type SharedText = { readonly text: string; readonly version: number }

/** The result of writing a shared text, with the text as it is after the call. */
export type SharedOutcome = { readonly done: boolean; readonly shared: SharedText | undefined }

/**
 * A bounded set of leases per user, a list of streams that have finished, and a few texts that all
 * processes share.
 *
 * The rules are in the limiter, and a store has none. It never looks at a clock, a policy or a
 * lease's expiry. Each verb is atomic for one user, takes one round trip, and returns the roster
 * whatever its outcome. Ids are compared byte by byte.
 *
 * A verb that cannot be carried out rejects with a `LimiterError`: `STORE_UNAVAILABLE` with the
 * driver's error as its cause, `STORE_TIMED_OUT`, `STORE_CLOSED`, or `STORE_CONTENDED` if others
 * kept changing the roster and nothing was written. After the first two the write may or may not
 * have happened, and a retry is safe.
 */
export interface Store {
  /** The roster of a user. Empty for a user who was never seen. */
  read(user: UserId): Promise<Roster>

  /**
   * Adds the lease if fewer than `capacity` leases are held, lapsed ones included, and none has its
   * id. With `soleOfDevice`, also none may be of its device. With `registeredDevice`, its device
   * must be registered.
   */
  add(user: UserId, lease: Lease, room: Room): Promise<Outcome>

  /**
   * Renews a lease, as `renewedLease` says, if it is held and, if a generation is given, is still
   * of it.
   */
  renew(user: UserId, lease: LeaseRef, renewal: Renewal): Promise<Outcome>

  /**
   * Ends a lease if it is held and, if a generation is given, is still of it. The note becomes
   * `lastStop`. If another note stood there, `forgottenUntilMs` becomes its `untilMs`, unless it is
   * later already. The note may count for as long as the one that it replaces.
   */
  remove(user: UserId, lease: LeaseRef, note: Note): Promise<Outcome>

  /** Writes the whole roster if it is unchanged since `seen` was handed out. */
  replace(user: UserId, seen: Roster, next: RosterContent): Promise<Outcome>

  /** Forgets the user completely, whatever is held. */
  erase(user: UserId): Promise<void>

  /**
   * Walks all users, each once, page by page. A walk may be resumed from any cursor, even in
   * another process. Users who come or go meanwhile may be met or not.
   */
  scan(request: ScanRequest): Promise<ScanPage>

  /**
   * Notes that a stream has finished, at `atMs` by the caller's clock. May be repeated: the later
   * `untilMs` counts. The same call may drop notes whose `untilMs` is not after `atMs`.
   */
  noteFinished(stream: FinishedStream, atMs: number): Promise<void>

  /**
   * The notes that have come since `cursor`, or all that are kept, in pages. Cheap if nothing is
   * new. A note may come again, and so may an older one on the same stream, of which the later
   * `untilMs` counts. None is ever missed. A cursor is valid for this store in any process, and for
   * an engine that was not emptied meanwhile. Expired notes may be among them.
   */
  finishedSince(cursor?: string): Promise<FinishedPage>

  /** The shared text of this name, which has 1 to 512 bytes of UTF-8. `undefined` if none. */
  readShared(name: string): Promise<SharedText | undefined>

  /** Writes a shared text if it is still at this version. 0 means that there is none. */
  writeShared(name: string, seenVersion: number, text: string): Promise<SharedOutcome>

  /**
   * Releases the engine once calls in flight have settled. Every later call rejects with
   * `STORE_CLOSED`.
   */
  close(): Promise<void>
}

/** A lease by its id. With a generation, only that one. */
export type LeaseRef = { readonly id: LeaseId; readonly generation?: Generation | undefined }
