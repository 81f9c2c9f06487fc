import type { Write } from './admission.ts'
import { LimiterError } from './errors.ts'
import type { FinishedStreams } from './finished-streams.ts'
import type { LostHeartbeatVerdict } from './heartbeat.ts'
import type { Lease, UserId } from './lease.ts'
import type { Eviction, Roster } from './roster.ts'
import type { Outcome, Store } from './store.ts'

/** What a settler cannot make itself. */
export type SettlerParts = {
  readonly store: Store
  readonly finished: FinishedStreams
  /** The instant at which a lease must have ended for everybody to agree that it has lapsed. */
  readonly judgingMs: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly random: () => number
}

/** A verdict that is true, the roster it was given for, and the roster after its write. */
export type Settled<Verdict> = { readonly verdict: Verdict; readonly before: Roster; readonly after: Roster }

/**
 * A user has a handful of devices, each of which writes once or twice before it is content: this many lost
 * races in a row mean that something else is wrong.
 */
const WRITE_ATTEMPTS_MAX = 10
/** Longest wait before the next attempt, times the attempt's number; drawn at random, so that losers part. */
const PAUSE_STEP_MS = 4

/** Makes decisions true: decides on a roster, tries the write, and decides again where somebody was faster. */
export class Settler {
  readonly #parts: SettlerParts

  constructor(parts: SettlerParts) {
    this.#parts = parts
  }

  /**
   * Decides on the roster and writes, and where the write is refused decides again on the newer one.
   *
   * @throws {LimiterError} `STORE_CONTENDED` after too many lost races.
   */
  async settle<Verdict extends LostHeartbeatVerdict>(
    user: UserId,
    seen: Roster,
    decide: (roster: Roster, nowMs: number) => Verdict,
  ): Promise<Settled<Verdict>> {
    let roster = seen
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS_MAX; attempt += 1) {
      const nowMs = this.#parts.judgingMs()
      const before = this.#parts.finished.judged(roster, nowMs)
      const verdict = decide(before, nowMs)
      if (!('write' in verdict)) return { verdict, before, after: roster }
      const outcome = await this.#write(user, roster, verdict.write)
      if (outcome.done) return { verdict, before, after: outcome.roster }
      roster = outcome.roster
      await this.#parts.pause(this.#parts.random() * PAUSE_STEP_MS * attempt)
    }
    throw new LimiterError('STORE_CONTENDED', `The roster changed under all ${WRITE_ATTEMPTS_MAX} attempts`, {
      facts: { attempts: WRITE_ATTEMPTS_MAX },
    })
  }

  /**
   * Drops the note on a stream that was evicted and now runs again, or its next lapse would be taken for
   * that old eviction. A note may have come between a decision and its write, or have been left by a start
   * that was cut short. The stream runs already, so a lost race here is no failure; nor
   * is what others do meanwhile part of the answer.
   */
  async forgetEviction(user: UserId, started: Lease, written: Roster): Promise<void> {
    const isOutdated = (note: Eviction) =>
      note.leaseId === started.id && note.generation !== started.generation
    let roster = written
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS_MAX && roster.evictions.some(isOutdated); attempt += 1) {
      const evictions = roster.evictions.filter((note) => !isOutdated(note))
      roster = (await this.#parts.store.replace(user, roster, { leases: roster.leases, evictions })).roster
    }
  }

  #write(user: UserId, seen: Roster, write: Write): Promise<Outcome> {
    const { store } = this.#parts
    switch (write.verb) {
      case 'add':
        return store.add(user, write.lease, write.capacity)
      case 'renew':
        return store.renew(user, write.lease, write.times)
      case 'replace':
        return store.replace(user, seen, write.next)
    }
  }
}
