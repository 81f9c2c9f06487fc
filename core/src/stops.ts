import type { PlayedOutRequest, StopRequest, StopResult } from './decision.ts'
import { currentNote, noteKeptMs } from './rules/notes.ts'
import type { Note, Roster } from './roster.ts'
import type { Settler } from './settler.ts'
import { judgeLateStop, judgeOperatorStop, judgePlayedOut, type PlayedOutVerdict } from './rules/ending.ts'
import type { Store } from './store.ts'

/** What ends streams over a store. */
export type StopsParts = {
  readonly store: Store
  readonly settler: Settler
  readonly now: () => number
  /** The instant at which a lease must have ended for everybody to agree that it has lapsed. */
  readonly judgingMs: () => number
}

/** Ends streams, and leaves the note that their players' next calls find. */
export class Stops {
  readonly #parts: StopsParts

  constructor(parts: StopsParts) {
    this.#parts = parts
  }

  /** One call to the store if its player stops a held lease or one that nobody knows; an operator's stop makes two. */
  async stop(request: StopRequest, longestLeaseMs: number | null): Promise<StopResult> {
    const { user, id, generation, byOperator } = request
    const keptMs = noteKeptMs(longestLeaseMs)
    if (byOperator !== undefined) {
      const { reason } = byOperator
      const ending = { how: 'ended', ...(reason !== undefined && { reason }) } as const
      const seen = await this.#parts.store.read(user)
      return this.#settle(request, seen, (roster, nowMs) =>
        judgeOperatorStop(roster, { id, generation, ending, ...this.#keptFor(2 * keptMs) }, nowMs),
      )
    }
    const ending = { how: 'stopped' } as const
    const note = { ...ending, leaseId: id, ...this.#keptFor(keptMs) }
    const { done, roster } = await this.#parts.store.remove(user, { id, generation }, note)
    if (done) return { outcome: 'stopped' }
    const isUnknown = currentNote(roster, { id }, this.#parts.judgingMs()) === undefined
    if (isUnknown || generation !== undefined) return { outcome: 'not-held' }
    return this.#settle(request, roster, (newer, nowMs) =>
      judgeLateStop(newer, { id, ending, ...this.#keptFor(keptMs) }, nowMs),
    )
  }

  /** Two calls to the store. */
  async playedOut(request: PlayedOutRequest, longestLeaseMs: number | null): Promise<StopResult> {
    const { user, id, report } = request
    const keptMs = noteKeptMs(longestLeaseMs)
    const seen = await this.#parts.store.read(user)
    return this.#settle(request, seen, (roster, nowMs) =>
      judgePlayedOut(roster, { id, report, ...this.#keptFor(keptMs) }, nowMs),
    )
  }

  /** From now, at each attempt: a stop that took long must not shorten the note of one that was faster. */
  #keptFor(keptMs: number): Pick<Note, 'atMs' | 'untilMs'> {
    const atMs = this.#parts.now()
    return { atMs, untilMs: atMs + keptMs }
  }

  async #settle(
    { user }: Pick<StopRequest, 'user'>,
    seen: Roster,
    judge: (roster: Roster, nowMs: number) => PlayedOutVerdict,
  ): Promise<StopResult> {
    const { verdict } = await this.#parts.settler.settle(user, seen, judge)
    return { outcome: verdict.outcome }
  }
}
