import type { SweepProgress } from './sweeper.ts'

/** A terminal, as far as a bar needs one. */
export type Terminal = { readonly columns?: number; readonly write: (text: string) => unknown }

/** How often the bar moves at most. */
const STEP_MS = 100
const BAR_WIDTH = 24
const COLUMNS_BY_DEFAULT = 80

const CLEAR_LINE = '\r\u001b[K'

/** One line on a terminal that says how far a sweep has got. Where nobody knows how many users there are, segments count. */
export class ProgressBar {
  readonly #terminal: Terminal
  readonly #segments: number
  readonly #nowMs: () => number
  readonly #startedAtMs: number
  #drawnAtMs = Number.NEGATIVE_INFINITY

  /** @param nowMs milliseconds by a clock that is never set back. */
  constructor(terminal: Terminal, segments: number, nowMs: () => number) {
    this.#terminal = terminal
    this.#segments = segments
    this.#nowMs = nowMs
    this.#startedAtMs = nowMs()
  }

  readonly show = (progress: SweepProgress): void => {
    const nowMs = this.#nowMs()
    if (nowMs - this.#drawnAtMs < STEP_MS) return
    this.#drawnAtMs = nowMs
    const line = this.#lineOf(progress, (nowMs - this.#startedAtMs) / 1000)
    this.#terminal.write(CLEAR_LINE + line.slice(0, (this.#terminal.columns ?? COLUMNS_BY_DEFAULT) - 1))
  }

  /** Takes the bar off the terminal. */
  clear(): void {
    if (this.#drawnAtMs !== Number.NEGATIVE_INFINITY) this.#terminal.write(CLEAR_LINE)
  }

  #lineOf({ tally, left, usersAbout }: SweepProgress, seconds: number): string {
    const { usersSeen, leasesLapsed, leasesFinished, usersRemoved } = tally
    const done =
      usersAbout === undefined ? 1 - left.length / this.#segments : usersSeen / Math.max(1, usersAbout)
    const share = Math.min(1, done)
    const filled = Math.round(share * BAR_WIDTH)
    const about = usersAbout === undefined ? '' : ` of about ${grouped(usersAbout)}`
    return [
      `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`,
      `${grouped(usersSeen)}${about} users, ${grouped(Math.round(usersSeen / Math.max(seconds, 0.001)))}/s`,
      `${grouped(leasesLapsed + leasesFinished)} leases pruned, ${grouped(usersRemoved)} users removed`,
    ].join('  ')
  }
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}
