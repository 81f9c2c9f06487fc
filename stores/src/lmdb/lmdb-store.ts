import { join } from 'node:path'
import {
  EMPTY_ROSTER,
  LimiterError,
  type FinishedPage,
  type FinishedStream,
  type Outcome,
  type Roster,
  type ScanPage,
  type ScanRequest,
  type SharedOutcome,
  type SharedText,
  type Store,
  type UserId,
} from '@streamgate/core'
import { open, type Database, type RootDatabase } from 'lmdb'
import { firstVersion } from '../first-version.ts'
import { isInSegment } from '../segment.ts'
import { TransitionStore } from '../transition-store.ts'
import { isVacant, rosterAt, type Transition } from '../transitions.ts'
import { LOCK_FILE, READERS_MAX, ROSTERS_DATABASE } from './data-file.ts'
import { prepareFiles } from './environment-files.ts'
import { identityAt } from './file-identity.ts'
import { FileWatch } from './file-watch.ts'
import { FinishedDatabase } from './finished-database.ts'
import { RosterEncoder } from './roster-record.ts'
import { SharedDatabase } from './shared-database.ts'

/** The place of the environment. */
export type LmdbStoreOptions = {
  /** A directory on a local disk, created if it is missing. Never use a network file system. */
  readonly path: string
  /**
   * Takes a line for the operator, about damage that was repaired or a file that is gone. By
   * default a process warning.
   */
  readonly warn?: (message: string) => void
}

/**
 * Rosters in an embedded LMDB environment: one record per user, for any number of processes on one
 * host.
 *
 * Every verb runs inside a write transaction, which LMDB grants to one process at a time. Verbs
 * that arrive together share a transaction and its flush. A verb resolves after the flush, so what
 * was acknowledged survives `kill -9` and, if the disk keeps its word, a power failure.
 *
 * `overlappingSync` is off because LMDB then commits by flushing. With it on, the library may
 * reopen at a commit that was never flushed.
 */
export class LmdbStore extends TransitionStore implements Store {
  readonly #environment: RootDatabase
  readonly #rosters: Database<Roster, UserId>
  readonly #finished: FinishedDatabase
  readonly #shared: SharedDatabase
  /** Of the data and of the locks. */
  readonly #watches: readonly FileWatch[]
  #isClosed = false

  /**
   * @throws {LimiterError} `STORE_UNAVAILABLE` if the environment cannot be opened. The cause says
   * what to do. A damaged data file is refused, not opened.
   */
  constructor({ path, warn = (message) => process.emitWarning(message) }: LmdbStoreOptions) {
    super()
    try {
      const { dataFile, usePreviousSnapshot } = prepareFiles(path, warn)
      const inspected = identityAt(dataFile)
      const options = {
        path,
        noSubdir: false,
        overlappingSync: false,
        eventTurnBatching: false,
        maxDbs: 4,
        maxReaders: READERS_MAX,
        usePreviousSnapshot,
      }
      this.#environment = open(options)
      const data = new FileWatch(dataFile, warn)
      this.#watches = [data, new FileWatch(join(path, LOCK_FILE), warn)]
      if (inspected !== undefined && inspected !== data.identity)
        throw new Error(`${dataFile} was replaced meanwhile`)
      const rosters = { name: ROSTERS_DATABASE, encoder: new RosterEncoder() }
      this.#rosters = this.#environment.openDB(rosters)
      this.#finished = new FinishedDatabase(this.#environment)
      this.#shared = new SharedDatabase(this.#environment)
    } catch (cause) {
      throw unavailable(cause)
    }
  }

  /** Tells the files that are open from later ones in the same folder. */
  get identity(): string {
    return this.#watches.map(({ identity }) => identity).join(' ')
  }

  /** Sees every write that was acknowledged before the call, by any process. */
  async read(user: UserId): Promise<Roster> {
    this.#assertOpen()
    try {
      return this.#current().get(user) ?? EMPTY_ROSTER
    } catch (cause) {
      throw unavailable(cause)
    }
  }

  async erase(user: UserId): Promise<void> {
    await this.transact(user, () => ({ leases: [], notes: [] }))
  }

  async scan({ cursor, pageSize, segment }: ScanRequest): Promise<ScanPage> {
    this.#assertOpen()
    try {
      const range = cursor === undefined ? {} : { start: cursor as UserId, exclusiveStart: true }
      const page = [...this.#current().getRange({ ...range, limit: pageSize })]
      const users = page
        .filter(({ key }) => isInSegment(key, segment))
        .map(({ key, value }) => ({ user: key, roster: value }))
      const last = page.at(-1)
      const usersAbout = (this.#rosters.getStats() as { readonly entryCount: number }).entryCount
      const isLast = last === undefined || page.length < pageSize
      return isLast ? { users, usersAbout } : { users, usersAbout, cursor: last.key }
    } catch (cause) {
      throw unavailable(cause)
    }
  }

  async noteFinished(stream: FinishedStream, atMs: number): Promise<void> {
    this.#assertOpen()
    try {
      await this.#finished.add(stream, atMs)
    } catch (cause) {
      throw unavailable(await commitErrorOf(cause))
    }
  }

  /** Sees every note that was acknowledged before the call, by any process. */
  async finishedSince(cursor?: string): Promise<FinishedPage> {
    this.#assertOpen()
    try {
      return this.#finished.since(cursor)
    } catch (cause) {
      throw unavailable(cause)
    }
  }

  async readShared(name: string): Promise<SharedText | undefined> {
    this.#assertOpen()
    try {
      return this.#shared.read(name)
    } catch (cause) {
      throw unavailable(cause)
    }
  }

  async writeShared(name: string, seenVersion: number, text: string): Promise<SharedOutcome> {
    this.#assertOpen()
    try {
      return await this.#shared.write(name, seenVersion, text)
    } catch (cause) {
      throw unavailable(await commitErrorOf(cause))
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const watch of this.#watches) watch.stop()
    await this.#environment.close()
  }

  protected override async transact(user: UserId, transition: Transition): Promise<Outcome> {
    this.#assertOpen()
    try {
      return await this.#rosters.transaction(() => this.#writeInTransaction(user, transition))
    } catch (cause) {
      throw unavailable(await commitErrorOf(cause))
    }
  }

  #writeInTransaction(user: UserId, transition: Transition): Outcome {
    const roster = this.#rosters.get(user) ?? EMPTY_ROSTER
    const next = transition(roster)
    if (next === undefined) return { done: false, roster }
    if (isVacant(next)) {
      void this.#rosters.remove(user)
      return { done: true, roster: EMPTY_ROSTER }
    }
    const version = roster === EMPTY_ROSTER ? firstVersion() : roster.version + 1
    const written = rosterAt(version, next)
    void this.#rosters.put(user, written)
    return { done: true, roster: written }
  }

  /**
   * The database at its newest state. By default the library reads one snapshot until its event
   * turn ends.
   */
  #current(): Database<Roster, UserId> {
    this.#rosters.resetReadTxn()
    return this.#rosters
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LimiterError('STORE_CLOSED', 'The store was closed')
    for (const { fault } of this.#watches) if (fault !== undefined) throw unavailable(new Error(fault))
  }
}

function unavailable(cause: unknown): LimiterError {
  return new LimiterError('STORE_UNAVAILABLE', 'The LMDB environment failed', { cause })
}

/** The library's "commit failed" carries the real reason as a promise that rejects with it. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error
  try {
    await error.commitError
    return error
  } catch (commitError) {
    return commitError
  }
}
