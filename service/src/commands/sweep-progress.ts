import { barOf, ProgressLine, type Terminal } from './progress-line.ts'
import type { SweepProgress } from '../sweep/sweep-job.ts'

/** Shortest time between two moves of the bar. */
const STEP_MS = 100

/**
 * How far a sweep has got, as a line on a terminal. If the number of users is unknown, it counts
 * segments.
 */
export class ProgressBar {
  readonly #line: ProgressLine
  readonly #segments: number
  readonly #nowMs: () => number
  readonly #startedAtMs: number
  #drawnAtMs = Number.NEGATIVE_INFINITY

  /** @param nowMs milliseconds of a monotonic clock. */
  constructor(terminal: Terminal, segments: number, nowMs: () => number) {
    this.#line = new ProgressLine(terminal)
    this.#segments = segments
    this.#nowMs = nowMs
    this.#startedAtMs = nowMs()
  }

  readonly show = (progress: SweepProgress): void => {
    const nowMs = this.#nowMs()
    if (nowMs - this.#drawnAtMs < STEP_MS) return
    this.#drawnAtMs = nowMs
    this.#line.draw(this.#lineOf(progress, (nowMs - this.#startedAtMs) / 1000))
  }

  /** Removes the bar from the terminal. */
  clear(): void {
    this.#line.clear()
  }

  #lineOf({ tally, left, usersAbout }: SweepProgress, seconds: number): string {
    const { usersSeen, leasesLapsed, leasesFinished, usersRemoved } = tally
    const done =
      usersAbout === undefined ? 1 - left.length / this.#segments : usersSeen / Math.max(1, usersAbout)
    const about = usersAbout === undefined ? '' : ` of about ${grouped(usersAbout)}`
    return [
      barOf(done),
      `${grouped(usersSeen)}${about} users, ${grouped(Math.round(usersSeen / Math.max(seconds, 0.001)))}/s`,
      `${grouped(leasesLapsed + leasesFinished)} leases pruned, ${grouped(usersRemoved)} users removed`,
    ].join('  ')
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}
