import {
  EMPTY_ROSTER,
  LimiterError,
  type FinishedPage,
  type FinishedStream,
  type Outcome,
  type Roster,
  type ScanPage,
  type ScanRequest,
  type Store,
  type UserId,
} from '@streamgate/core'
import { isInSegment } from '../segment.ts'
import { TransitionStore } from '../transition-store.ts'
import { isVacant, type Transition } from '../transitions.ts'
import { FinishedNotes } from './finished-notes.ts'

/**
 * Rosters in this process's memory: exact, and gone with the process. For tests, and as the yardstick.
 *
 * Each verb is atomic because it runs without a pause. A walk takes its users in the order of
 * their ids, and its cursor is the last one met.
 */
export class MemoryStore extends TransitionStore implements Store {
  readonly #rosters = new Map<UserId, Roster>()
  /** Every write of this store has a number of its own, so that no version returns after an erase. */
  #writes = 0
  readonly #finished = new FinishedNotes()
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
    const sorted = [...this.#rosters.keys()].toSorted()
    const rest = cursor === undefined ? sorted : sorted.filter((user) => user > cursor)
    const page = rest.slice(0, pageSize)
    const users = page
      .filter((user) => isInSegment(user, segment))
      .map((user) => ({ user, roster: this.#rosters.get(user) ?? EMPTY_ROSTER }))
    const last = page.at(-1)
    return last === undefined || rest.length <= pageSize ? { users } : { users, cursor: last }
  }

  async finish(stream: FinishedStream, atMs: number): Promise<void> {
    this.#assertOpen()
    this.#finished.add(stream, atMs)
  }

  async finished(cursor?: string): Promise<FinishedPage> {
    this.#assertOpen()
    return this.#finished.since(cursor)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#rosters.clear()
    this.#finished.clear()
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
    const written: Roster = { leases: next.leases, evictions: next.evictions, version: this.#writes }
    this.#rosters.set(user, written)
    return { done: true, roster: written }
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new LimiterError('STORE_CLOSED', 'The store was closed')
  }
}
