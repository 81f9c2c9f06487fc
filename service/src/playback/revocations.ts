/**
 * Streams that were ended while their playback tokens may still be valid, for verifiers that do not
 * want to wait until they expire.
 */

/**
 * The tokens that it names are no longer good, if they were issued at `revokedAt` or before. A
 * member that is absent stands for all.
 */
export type Revocation = {
  /** The user. Absent if a stream has finished for all users. */
  readonly sub?: string | undefined
  readonly tenant?: string | undefined
  /** The lease. */
  readonly sid?: string | undefined
  /** The stream, which has finished: the part of `sid` before its first `@`. */
  readonly streamId?: string | undefined
  /** The device, which was removed: the part of `sid` behind that `@`. */
  readonly deviceId?: string | undefined
  /** Seconds since the epoch. */
  readonly revokedAt: number
  /** By then all these tokens have expired, in seconds since the epoch. */
  readonly until: number
}

/** What a verifier learns. */
export type RevocationPage = {
  /** To be sent as `since` next time. */
  readonly cursor: string
  /** Whether these are all that are known, so that what was learned before may be forgotten. */
  readonly isAll: boolean
  readonly revoked: readonly Revocation[]
}

/** What a list of revocations needs. */
export type RevocationParts = {
  /** Tells the lists of two processes apart. */
  readonly name: string
  readonly nowMs: () => number
}

/** About 2 MB. Beyond that the oldest are forgotten. */
const REVOCATIONS_MAX = 10_000
/** How many calls may wait for news in one process. Others are answered at once. */
const WAITING_MAX = 100

type Entry = { readonly number: number; readonly revocation: Revocation }

/** A bounded list of what was revoked, in the order of its arrival in this process. */
export class Revocations {
  readonly #parts: RevocationParts
  #entries: Entry[] = []
  #last = 0
  /** The number of the last entry that was forgotten before its time. */
  #lost = 0
  readonly #waiting = new Set<() => void>()
  #tellOwn: ((revoked: readonly Revocation[]) => void) | undefined

  constructor(parts: RevocationParts) {
    this.#parts = parts
  }

  /** Calls back with all that this process itself revokes from now on. */
  onOwn(tell: (revoked: readonly Revocation[]) => void): void {
    this.#tellOwn = tell
  }

  /** Adds what this process revokes. */
  add(revoked: readonly Revocation[]): void {
    this.learn(revoked)
    this.#tellOwn?.(revoked)
  }

  /** Adds what was revoked here or elsewhere, and wakes those who wait. */
  learn(revoked: readonly Revocation[]): void {
    for (const revocation of revoked) {
      this.#last += 1
      this.#entries.push({ number: this.#last, revocation })
    }
    if (this.#entries.length > REVOCATIONS_MAX) this.#shorten()
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  /** What was revoked after this cursor; all of it if the cursor is not one of this process. */
  since(cursor: string | undefined): RevocationPage {
    const after = this.#numberOf(cursor)
    const isAll = after === undefined || after < this.#lost
    const from = isAll ? 0 : after
    const seconds = this.#parts.nowMs() / 1000
    const entries = this.#entries.filter(
      ({ number, revocation }) => number > from && revocation.until > seconds,
    )
    return { cursor: this.cursor, isAll, revoked: entries.map(({ revocation }) => revocation) }
  }

  /** Resolves at the next news after this cursor, at once if there are some, or after this time. */
  async news(cursor: string | undefined, limitMs: number): Promise<void> {
    const hasNews = this.#numberOf(cursor) !== this.#last
    if (limitMs <= 0 || hasNews || this.#waiting.size >= WAITING_MAX) return
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, limitMs)
      this.#waiting.add(wake)
    })
  }

  /** The number of the newest. It only grows. */
  get last(): number {
    return this.#last
  }

  /** Whether one of those after this number fits. */
  someAfter(after: number, fits: (revocation: Revocation) => boolean): boolean {
    for (let index = this.#entries.length - 1; index >= 0; index -= 1) {
      const entry = this.#entries[index]
      if (entry === undefined || entry.number <= after) return false
      if (fits(entry.revocation)) return true
    }
    return false
  }

  get cursor(): string {
    return `${this.#parts.name}-${this.#last}`
  }

  #numberOf(cursor: string | undefined): number | undefined {
    const [, name, number] = /^(.+)-(\d{1,15})$/.exec(cursor ?? '') ?? []
    return name === this.#parts.name && Number(number) <= this.#last ? Number(number) : undefined
  }

  /** Forgets what has expired, and then the oldest. */
  #shorten(): void {
    const seconds = this.#parts.nowMs() / 1000
    const live = this.#entries.filter(({ revocation }) => revocation.until > seconds)
    // So that a full list is not read at every addition.
    const kept = live.length > REVOCATIONS_MAX * 0.9 ? live.slice(-REVOCATIONS_MAX / 2) : live
    if (kept.length < live.length) this.#lost = (kept[0]?.number ?? 1) - 1
    this.#entries = kept
  }
}
