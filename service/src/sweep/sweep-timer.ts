import type { SegmentLeft, SweepOptions, SweepProgress, SweepReport } from './sweeper.ts'

/** Who hears of the sweeps. None may throw. */
export type SweepObserver = {
  readonly swept: (progress: SweepProgress) => void
  readonly ended: (report: SweepReport) => void
}

/** What a timer sweeps with, and how often. */
export type SweepTimerParts = {
  readonly sweep: (options: SweepOptions) => Promise<SweepReport>
  /** Users a second. */
  readonly rate: number
  /** From the end of one sweep to the beginning of the next, about. */
  readonly intervalMs: number
  readonly observer: SweepObserver
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number
}

/** By how much an interval is longer or shorter at most, lest the sweeps of several hosts fall into step. */
const JITTER = 0.1

/**
 * Sweeps from time to time, one sweep at a time.
 *
 * The first begins at some moment of the first interval, so that hosts which were started together do not
 * sweep together. One that ended early is gone on with, and not begun again, when its time has come.
 */
export class SweepTimer {
  readonly #parts: SweepTimerParts
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> | undefined
  #left: readonly SegmentLeft[] | undefined

  constructor(parts: SweepTimerParts) {
    this.#parts = parts
  }

  /** Begins to wait for the first sweep; does nothing where it has begun already, or was stopped. */
  start(): void {
    if (this.#timer === undefined) this.#waitFor(this.#parts.random())
  }

  /** Resolves once the page under way is done, and no sweep comes any more. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    clearTimeout(this.#timer)
    await this.#underWay
  }

  #waitFor(intervals: number): void {
    if (this.#stopping.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#underWay = this.#sweep()
    }, intervals * this.#parts.intervalMs)
  }

  async #sweep(): Promise<void> {
    const { sweep, rate, observer, random } = this.#parts
    const report = await sweep({
      rate,
      segments: 1,
      left: this.#left,
      signal: this.#stopping.signal,
      onPage: observer.swept,
    })
    this.#left = report.left.length > 0 ? report.left : undefined
    observer.ended(report)
    this.#waitFor(1 + JITTER * (2 * random() - 1))
  }
}
