import type { Write } from './rules/admission.ts'
import { isContention, LimiterError } from './errors.ts'
import type { FinishedStreams } from './finished-streams.ts'
import type { UserId } from './lease.ts'
import type { Roster } from './roster.ts'
import type { Outcome, Store } from './store.ts'
import { Turns } from './turns.ts'

/** What a settler cannot make itself. */
export type SettlerParts = {
  readonly store: Store
  readonly finished: FinishedStreams
  /** The instant at which a lease must have ended for everybody to agree that it has lapsed. */
  readonly judgingMs: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly random: () => number
}

/** A decision on a roster; with a `write`, it is true once that is done. */
export type Verdict = { readonly outcome: string; readonly write?: Write }

/** A verdict that is true, the roster it was given for, and the roster after its write. */
export type Settled<V> = { readonly verdict: V; readonly before: Roster; readonly after: Roster }

/**
 * A user has a handful of devices, each of which writes once or twice before it is content: this many lost
 * races in a row mean that something else is wrong.
 */
const WRITE_ATTEMPTS_MAX = 20
/** So many attempts follow each other at once, on the roster that the refusal hands back: it is the newest there is. */
const HASTY_ATTEMPTS_MAX = 5
/** Longest wait before a later attempt, times the attempt's number; drawn at random, so that losers part. */
const PAUSE_STEP_MS = 1

/**
 * Makes decisions true: decides on a roster, tries the write, and decides again if another write was faster.
 *
 * Decisions on one user take turns in this process, so that they race only with other processes and with
 * writes that need no decision. Otherwise a storm of newcomers would use up everybody's attempts.
 */
export class Settler {
  readonly #parts: SettlerParts
  /** Other writes were faster than one decision; the next one may be luckier. */
  readonly #turns = new Turns<UserId>((error) => !isContention(error))

  constructor(parts: SettlerParts) {
    this.#parts = parts
  }

  /**
   * Decides on the roster and writes. If the write is refused, decides again on the newer roster.
   *
   * @throws {LimiterError} `STORE_CONTENDED` after too many lost races.
   */
  async settle<V extends Verdict>(
    user: UserId,
    seen: Roster,
    decide: (roster: Roster, nowMs: number) => V,
  ): Promise<Settled<V>> {
    return this.#turns.take(user, async (hasWaited) => {
      const roster = hasWaited ? await this.#parts.store.read(user) : seen
      return this.#settle(user, roster, decide)
    })
  }

  async #settle<V extends Verdict>(
    user: UserId,
    seen: Roster,
    decide: (roster: Roster, nowMs: number) => V,
  ): Promise<Settled<V>> {
    let roster = seen
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS_MAX; attempt += 1) {
      const nowMs = this.#parts.judgingMs()
      const before = this.#parts.finished.judged(roster, nowMs)
      const verdict = decide(before, nowMs)
      if (verdict.write === undefined) return { verdict, before, after: roster }
      const outcome = await this.#write(user, roster, verdict.write)
      if (outcome.done) return { verdict, before, after: outcome.roster }
      roster = attempt < HASTY_ATTEMPTS_MAX ? outcome.roster : await this.#lookLater(user, attempt)
    }
    throw new LimiterError('STORE_CONTENDED', `The roster changed under all ${WRITE_ATTEMPTS_MAX} attempts`, {
      facts: { attempts: WRITE_ATTEMPTS_MAX },
    })
  }

  /** The roster after a wait, in which others may have written: what the refusal showed is old by then. */
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
