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
import { isInSegment } from '../segment.ts'
import { TransitionStore } from '../transition-store.ts'
import { isVacant, rosterAt, type Transition } from '../transitions.ts'
import { FinishedList } from './finished-list.ts'

/**
 * Rosters in this process's memory: exact, and gone with the process. It is for tests, and the
 * reference for other stores.
 *
 * Each verb is atomic because it runs without a pause. A walk visits users in the order of their
 * ids, and its cursor is the last one visited.
 */
export class MemoryStore extends TransitionStore implements Store {
  readonly #rosters = new Map<UserId, Roster>()
  /**
   * All ids in order, kept during a walk. Sorting them for each page would make a walk quadratic.
   */
  #walked: readonly UserId[] | undefined
  /** Every write of this store has its own number, so that no version returns after an erase. */
  #writes = 0
  readonly #finished = new FinishedList()
  readonly #shared = new Map<string, SharedText>()
  #isClosed = false

  async read(user: UserId): Promise<Roster> {
    this.#assertOpen()
    return this.#rosters.get(user) ?? EMPTY_ROSTER
  }

  async erase(user: UserId): Promise<void> {
    this.#assertOpen()
    this.#rosters.delete(user)
  }

  async scan({ cursor, pageSize, segment }: ScanRequest): Promise<ScanPage> {
    this.#assertOpen()
    const isBeginning = cursor === undefined || this.#walked === undefined
    const sorted = isBeginning ? [...this.#rosters.keys()].toSorted() : (this.#walked ?? [])
    const from = cursor === undefined ? 0 : placeAfter(sorted, cursor)
    const page = sorted.slice(from, from + pageSize)
    const users = page.flatMap((user) => {
      const roster = isInSegment(user, segment) ? this.#rosters.get(user) : undefined
      return roster === undefined ? [] : [{ user, roster }]
    })
    const last = page.at(-1)
    const isLast = last === undefined || from + pageSize >= sorted.length
    this.#walked = isLast ? undefined : sorted
    const usersAbout = this.#rosters.size
    return isLast ? { users, usersAbout } : { users, usersAbout, cursor: last }
  }

  async noteFinished(stream: FinishedStream, atMs: number): Promise<void> {
    this.#assertOpen()
    this.#finished.add(stream, atMs)
  }

  async finishedSince(cursor?: string): Promise<FinishedPage> {
    this.#assertOpen()
    return this.#finished.since(cursor)
  }

  async readShared(name: string): Promise<SharedText | undefined> {
    this.#assertOpen()
    return this.#shared.get(name)
  }

  async writeShared(name: string, seenVersion: number, text: string): Promise<SharedOutcome> {
    this.#assertOpen()
    const held = this.#shared.get(name)
    if ((held?.version ?? 0) !== seenVersion) return { done: false, shared: held }
    const shared = { text, version: seenVersion + 1 }
    this.#shared.set(name, shared)
    return { done: true, shared }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#rosters.clear()
    this.#finished.clear()
    this.#shared.clear()
  }

  protected override async transact(user: UserId, transition: Transition): Promise<Outcome> {
    this.#assertOpen()
    const roster = this.#rosters.get(user) ?? EMPTY_ROSTER
    const next = transition(roster)
    if (next === undefined) return { done: false, roster }
    if (isVacant(next)) {
      this.#rosters.delete(user)
      return { done: true, roster: EMPTY_ROSTER }
    }
    this.#writes += 1
    const written = rosterAt(this.#writes, next)
    this.#rosters.set(user, written)
    return { done: true, roster: written }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LimiterError('STORE_CLOSED', 'The store was closed')
  }
}

/** The place of the first id after `cursor`. */
function placeAfter(sorted: readonly UserId[], cursor: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? '') > cursor) high = middle
    else low = middle + 1
  }
  return low
}
