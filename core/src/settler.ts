import { isContention, LimiterError } from './errors.ts'
import type { FinishedStreams } from './finished-streams.ts'
import type { UserId } from './lease.ts'
import { UNSEEN_ROSTER, type Roster } from './roster.ts'
import type { Write } from './rules/claim.ts'
import type { Outcome, Store } from './store.ts'
import { Turns } from './turns.ts'

/** What a settler cannot make itself. */
export type SettlerParts = {
  readonly store: Store
  readonly finished: FinishedStreams
  /** The instant by which a lease must have ended for every process to agree that it has lapsed. */
  readonly judgingMs: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly random: () => number
  /** Called each time that a decision is made again, because another write came first. */
  readonly onRetry?: (() => void) | undefined
}

/** A decision on a roster. With a `write`, it is true once that is done. */
export type Verdict = { readonly outcome: string; readonly write?: Write }

/** A verdict that is true, the roster it was given for, and the roster after its write. */
export type Settled<V> = { readonly verdict: V; readonly before: Roster; readonly after: Roster }

type Decide<V> = (roster: Roster, nowMs: number) => V

/**
 * A user has a handful of devices, and each writes once or twice before it is content. This many
 * conflicts in a row mean that something else is wrong.
 */
const WRITE_ATTEMPTS_MAX = 20
/**
 * The first attempts follow each other at once, on the roster that comes with the conflict: none is
 * newer.
 */
const HASTY_ATTEMPTS_MAX = 5
/**
 * Longest pause before a later attempt, times the attempt's number. It is random, so that processes
 * drift apart.
 */
const PAUSE_STEP_MS = 1

/**
 * Makes decisions true: decides on a roster, tries the write, and decides again if the write
 * conflicts with another.
 *
 * Decisions on one user take turns in this process, so that they race only with other processes and
 * with writes that need no decision. Otherwise a storm of newcomers would use up all attempts.
 */
export class Settler {
  readonly #parts: SettlerParts
  /**
   * One decision that ran out of attempts does not end the others: the next one may have more luck.
   */
  readonly #turns = new Turns<UserId>((error) => !isContention(error))

  constructor(parts: SettlerParts) {
    this.#parts = parts
  }

  /**
   * Decides without a look at the roster: guesses that the user holds nothing, which takes one call
   * to the store if the write for that guess is done. A write that needs no more than room is done
   * for users who hold something too.
   *
   * @throws {LimiterError} `STORE_CONTENDED` after too many conflicts.
   */
  async settleUnseen<V extends Verdict>(user: UserId, decide: Decide<V>): Promise<Settled<V>> {
    const { store, finished, judgingMs } = this.#parts
    const verdict = decide(UNSEEN_ROSTER, judgingMs())
    if (verdict.write === undefined) return this.settle(user, await store.read(user), decide)
    const { done, roster } = await this.#write(user, UNSEEN_ROSTER, verdict.write)
    if (!done) return this.settle(user, roster, decide)
    return { verdict, before: finished.judged(roster, judgingMs(), user), after: roster }
  }

  /**
   * Decides on the roster and writes. If the write conflicts, decides again on the newer roster.
   *
   * @throws {LimiterError} `STORE_CONTENDED` after too many conflicts.
   */
  async settle<V extends Verdict>(user: UserId, seen: Roster, decide: Decide<V>): Promise<Settled<V>> {
    return this.#turns.take(user, async (hasWaited) => {
      const roster = hasWaited ? await this.#parts.store.read(user) : seen
      return this.#settle(user, roster, decide)
    })
  }

  async #settle<V extends Verdict>(user: UserId, seen: Roster, decide: Decide<V>): Promise<Settled<V>> {
    let roster = seen
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS_MAX; attempt += 1) {
      const nowMs = this.#parts.judgingMs()
      const before = this.#parts.finished.judged(roster, nowMs, user)
      const verdict = decide(before, nowMs)
      if (verdict.write === undefined) return { verdict, before, after: roster }
      const outcome = await this.#write(user, roster, verdict.write)
      if (outcome.done) return { verdict, before, after: outcome.roster }
      if (attempt < WRITE_ATTEMPTS_MAX) this.#parts.onRetry?.()
      roster = attempt < HASTY_ATTEMPTS_MAX ? outcome.roster : await this.#lookLater(user, attempt)
    }
    throw new LimiterError('STORE_CONTENDED', `The roster changed under all ${WRITE_ATTEMPTS_MAX} attempts`, {
      facts: { attempts: WRITE_ATTEMPTS_MAX },
    })
  }

  /**
   * The roster after a pause. Others may have written meanwhile, so the one that came with the
   * conflict is old.
   */
  async #lookLater(user: UserId, attempt: number): Promise<Roster> {
    await this.#parts.pause(this.#parts.random() * PAUSE_STEP_MS * attempt)
    return this.#parts.store.read(user)
  }

  #write(user: UserId, seen: Roster, write: Write): Promise<Outcome> {
    const { store } = this.#parts
    switch (write.verb) {
      case 'add':
        return store.add(user, write.lease, write.room)
      case 'renew':
        return store.renew(user, write.lease, write.renewal)
      case 'replace':
        return store.replace(user, seen, write.next)
    }
  }
}
