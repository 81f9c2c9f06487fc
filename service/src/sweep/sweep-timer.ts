import { RepeatingTimer } from '../time/repeating-timer.ts'
import type { SegmentLeft, SweepOptions, SweepProgress, SweepReport } from './sweep-job.ts'

/** Learns how sweeps go. Neither method may throw. */
export type SweepObserver = {
  readonly swept: (progress: SweepProgress) => void
  readonly ended: (report: SweepReport) => void
}

/** What a timer sweeps with, and how often. */
export type SweepTimerParts = {
  readonly sweep: (options: SweepOptions) => Promise<SweepReport>
  /** Users per second. */
  readonly rate: number
  /** Mean time from the end of one sweep to the beginning of the next. */
  readonly intervalMs: number
  readonly observer: SweepObserver
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number
}

/** How much longer or shorter an interval can be, so that several hosts do not sweep in step. */
const JITTER = 0.1

/**
 * Sweeps from time to time, one sweep at a time.
 *
 * The first sweep begins at a random moment of the first interval, so that hosts that start
 * together do not sweep together. If a sweep ends early, the next one continues it.
 */
export class SweepTimer {
  readonly #parts: SweepTimerParts
  readonly #timer: RepeatingTimer
  readonly #stopping = new AbortController()
  #hasSwept = false
  #left: readonly SegmentLeft[] | undefined

  constructor(parts: SweepTimerParts) {
    this.#parts = parts
    this.#timer = new RepeatingTimer({ waitMs: () => this.#waitMs, work: () => this.#sweep() })
  }

  /** Begins to wait for the first sweep. Does nothing if it has begun already or was stopped. */
  start(): void {
    this.#timer.start()
  }

  /** Resolves once the page under way is done. No further sweep begins. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#timer.stop()
  }

  get #waitMs(): number {
    const { intervalMs, random } = this.#parts
    return intervalMs * (this.#hasSwept ? 1 + JITTER * (2 * random() - 1) : random())
  }

  async #sweep(): Promise<void> {
    const { sweep, rate, observer } = this.#parts
    this.#hasSwept = true
    const report = await sweep({
      rate,
      segments: 1,
      left: this.#left,
      signal: this.#stopping.signal,
      onPage: observer.swept,
    })
    this.#left = report.left.length > 0 ? report.left : undefined
    observer.ended(report)
  }
}
