/**
 * The sweeper walks all users, and removes dead data from their rosters.
 *
 * It only reads by `scan` and writes by `replace`, which is refused if there was another write in
 * between. So it can never undo a player's call, whatever runs beside it: players, other processes,
 * other sweepers.
 */
import {
  tidied,
  type Lease,
  type ScannedUser,
  type ScanPage,
  type Store,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { liveLeasesOf } from './live-leases.ts'
import { Pacer } from './pacer.ts'
import { EMPTY_TALLY, wholeOf, type SegmentLeft, type SweepOptions, type SweepReport } from './sweep-job.ts'

/** What the sweeper cannot make itself. */
export type SweeperParts = {
  readonly store: Pick<Store, 'scan' | 'replace'>
  /** Learns which streams have finished before a sweep begins. */
  readonly finished: {
    readonly refresh: () => Promise<void>
    readonly has: (streamId: StreamId, nowMs: number, user: UserId) => boolean
  }
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds by a clock that is never set back. */
  readonly monotonicMs: () => number
  /**
   * How far the clocks of all processes on the store may differ. Everything is kept for that much
   * longer.
   */
  readonly skewMs: number
  /** Gets the leases of a user that had lapsed and are removed now. */
  readonly onLapsed?: (user: UserId, leases: readonly Lease[]) => void
  /** Resolves after this many milliseconds, or as soon as the signal is raised. */
  readonly pause: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/**
 * The most users in one page. They are written together, and other work of the process waits for as
 * long.
 */
const PAGE_SIZE_MAX = 64

/** A low rate is spread over so many pages a second, so that it comes evenly and not in bursts. */
const PAGES_PER_SECOND = 20

/**
 * How often a call is tried that the store fails, and the wait before the second try, which
 * doubles.
 */
const CALL_ATTEMPTS_MAX = 5
const RETRY_PAUSE_MS = 200

/** A roster that was written meanwhile is judged once more. Then its user has a player. */
const WRITES_PER_USER_MAX = 2

/**
 * A consistent read of an item costs at least this much. Used if an endpoint does not report it.
 */
const READ_UNITS_PER_USER = 1

/** Sweeps a store, any number of times, even at once. */
export class Sweeper {
  readonly #parts: SweeperParts

  constructor(parts: SweeperParts) {
    this.#parts = parts
  }

  /**
   * Never rejects. A store that fails ends the sweep early, and the report says where it stopped.
   */
  sweep(options: SweepOptions): Promise<SweepReport> {
    return new Sweep(this.#parts, options).run()
  }
}

/** One running sweep. */
class Sweep {
  readonly #parts: SweeperParts
  readonly #options: SweepOptions
  readonly #usersPacer: Pacer
  readonly #readPacer: Pacer | undefined
  readonly #pageSize: number
  readonly #waiting: SegmentLeft[]
  readonly #underWay = new Map<number, SegmentLeft>()
  #tally = { ...EMPTY_TALLY }
  #usersAbout: number | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(parts: SweeperParts, options: SweepOptions) {
    const { rate, readCapacity, segments, left } = options
    this.#parts = parts
    this.#options = options
    this.#usersPacer = new Pacer(rate, parts.monotonicMs)
    this.#readPacer = readCapacity === undefined ? undefined : new Pacer(readCapacity, parts.monotonicMs)
    this.#pageSize = Math.min(PAGE_SIZE_MAX, Math.ceil(rate / PAGES_PER_SECOND))
    this.#waiting = [...(left ?? wholeOf(segments))]
  }

  async run(): Promise<SweepReport> {
    const { inParallel = this.#waiting.length } = this.#options
    const startedAtMs = this.#parts.monotonicMs()
    const ignorance = await this.#learnOfFinished()
    await Promise.all(Array.from({ length: inParallel }, () => this.#walkSegments()))
    const left = this.#left
    const outcome = this.#failure !== undefined ? 'failed' : left.length > 0 ? 'interrupted' : 'finished'
    return {
      outcome,
      tally: { ...this.#tally },
      seconds: (this.#parts.monotonicMs() - startedAtMs) / 1000,
      left,
      ...(this.#failure !== undefined && { failure: this.#failure.error }),
      ...(ignorance !== undefined && { finishedFailure: ignorance.error }),
    }
  }

  /** Without the notes a sweep does less, but nothing wrong. Their table may not exist. */
  async #learnOfFinished(): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#parts.finished.refresh()
      return undefined
    } catch (error) {
      return { error }
    }
  }

  get #isStopping(): boolean {
    return this.#failure !== undefined || this.#options.signal?.aborted === true
  }

  /** What is not done yet, with the current segments first. */
  get #left(): SegmentLeft[] {
    return [...this.#underWay.values(), ...this.#waiting]
  }

  /** Takes one segment after another, until none is left. */
  async #walkSegments(): Promise<void> {
    while (!this.#isStopping) {
      const segment = this.#waiting.shift()
      if (segment === undefined) return
      await this.#walk(segment)
    }
  }

  async #walk(from: SegmentLeft): Promise<void> {
    let position: SegmentLeft | undefined = from
    this.#underWay.set(from.index, from)
    while (position !== undefined) {
      await this.#pace()
      if (this.#isStopping) return
      const current: SegmentLeft = position
      const page = await this.#tryRepeatedly(() => this.#look(current))
      if (page === undefined) return
      await Promise.all(page.users.map((met) => this.#tidy(met)))
      if (this.#failure !== undefined) return
      position = page.cursor === undefined ? undefined : { index: from.index, cursor: page.cursor }
      if (position === undefined) this.#underWay.delete(from.index)
      else this.#underWay.set(from.index, position)
      this.#tellOf(page)
    }
  }

  /** Waits until more may be spent. It always yields the thread at least once. */
  #pace(): Promise<void> {
    const waitMs = Math.max(this.#usersPacer.waitMs, this.#readPacer?.waitMs ?? 0)
    return this.#parts.pause(waitMs, this.#options.signal)
  }

  async #look({ index, cursor }: SegmentLeft): Promise<ScanPage> {
    const { segments } = this.#options
    const page = await this.#parts.store.scan({
      pageSize: this.#pageSize,
      ...(cursor !== undefined && { cursor }),
      ...(segments > 1 && { segment: { index, count: segments } }),
    })
    this.#usersPacer.spend(page.users.length)
    this.#readPacer?.spend(page.readUnits ?? page.users.length * READ_UNITS_PER_USER)
    return page
  }

  /**
   * Writes the changes of one user. If the answer to a write was lost, its repetition is refused
   * and judged again.
   */
  async #tidy({ user, roster: seen, needsRewrite }: ScannedUser): Promise<void> {
    const { now, skewMs, finished, store } = this.#parts
    let roster = seen
    for (let attempt = 1; attempt <= WRITES_PER_USER_MAX; attempt += 1) {
      const nowMs = now() - skewMs
      const tidying = tidied(roster, {
        nowMs,
        isFinished: (streamId) => finished.has(streamId, nowMs, user),
      })
      if (tidying === undefined) {
        const isRewritten = needsRewrite === true && attempt === 1 && this.#options.isDryRun !== true
        if (isRewritten) await this.#tryRepeatedly(() => store.replace(user, seen, seen))
        return
      }
      if (this.#options.isDryRun !== true) {
        const seenNow = roster
        const outcome = await this.#tryRepeatedly(() => store.replace(user, seenNow, tidying.next))
        if (outcome === undefined) return
        roster = outcome.roster
        if (!outcome.done) {
          this.#tally.writesRefused += 1
          continue
        }
      }
      this.#tally.leasesLapsed += tidying.lapsed.length
      if (tidying.lapsed.length > 0 && this.#options.isDryRun !== true) {
        this.#parts.onLapsed?.(user, tidying.lapsed)
      }
      this.#tally.leasesFinished += tidying.finished
      this.#tally.notesOutdated += tidying.notes
      if (tidying.next.leases.length + tidying.next.notes.length === 0) this.#tally.usersRemoved += 1
      return
    }
  }

  /** Retries what the store fails, and ends the sweep if it fails each time. */
  async #tryRepeatedly<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        if (attempt === CALL_ATTEMPTS_MAX || this.#isStopping) {
          this.#failure ??= { error }
          return undefined
        }
      }
      await this.#parts.pause(RETRY_PAUSE_MS * 2 ** (attempt - 1), this.#options.signal)
    }
  }

  #tellOf({ users, usersAbout }: ScanPage): void {
    this.#tally.usersSeen += users.length
    this.#tally.leasesLive += liveLeasesOf(users, this.#parts)
    this.#usersAbout ??= usersAbout
    this.#options.onPage?.({ tally: { ...this.#tally }, left: this.#left, usersAbout: this.#usersAbout })
  }
}
