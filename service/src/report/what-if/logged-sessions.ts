import type { LeaseId, UserId } from '@streamgate/core'
import type { Collector } from '../collector.ts'
import type { History, Session } from '../history.ts'
import { hashNumber } from '../texts.ts'

/** An answer comes at most so long after its call. */
const ANSWERED_MS = 1000

/** The sessions of the log, for what was watched after an instant. */
export class LoggedSessions {
  readonly #collector: Collector
  readonly #sessions: (readonly Session[])[] = []

  constructor(collector: Collector) {
    this.#collector = collector
  }

  add({ user, sessions }: History): void {
    this.#sessions[user] = sessions
  }

  /** How long a stream still ran at this instant, in milliseconds. 0 if it did not run. */
  leftMs(user: UserId, lease: LeaseId, atMs: number): number {
    const hash = hashNumber(lease)
    const running = this.#sessions[this.#collector.users.numberOf(user)]?.find(
      (session) => session.lease === hash && session.startMs <= atMs + ANSWERED_MS && session.endMs > atMs,
    )
    return running === undefined ? 0 : running.endMs - Math.max(atMs, running.startMs)
  }
}
