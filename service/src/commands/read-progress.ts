import { RepeatingTimer } from '../time/repeating-timer.ts'
import { barOf, ProgressLine, type Terminal } from './progress-line.ts'

/** How often the line is drawn again. */
const EVERY_MS = 200

/** What was read so far. */
export type ReadCounts = { readonly bytes: number; readonly decisions: number }

/**
 * How far the reading of logs has got, how fast it is, and how long it will take, as a line on a
 * terminal. Elsewhere nothing is written.
 */
export class ReadProgress {
  readonly #line: ProgressLine | undefined
  readonly #bytesInAll: number | undefined

  /** @param bytesInAll `undefined` if it is not known. */
  constructor(terminal: Terminal & { readonly isTTY?: boolean }, bytesInAll: number | undefined) {
    this.#line = terminal.isTTY === true ? new ProgressLine(terminal) : undefined
    this.#bytesInAll = bytesInAll
  }

  /** Shows the progress until the work is done. It counts up from what the counts are now. */
  async during<Value>(work: Promise<Value>, counts: ReadCounts): Promise<Value> {
    const line = this.#line
    if (line === undefined) return work
    const [bytes, decisions, startedMs] = [counts.bytes, counts.decisions, performance.now()]
    const timer = new RepeatingTimer({
      waitMs: () => EVERY_MS,
      work: () => {
        const done = { bytes: counts.bytes - bytes, decisions: counts.decisions - decisions }
        line.draw(progressText(done, this.#bytesInAll, performance.now() - startedMs))
      },
    })
    timer.start()
    try {
      return await work
    } finally {
      await timer.stop()
      line.clear()
    }
  }
}

/** The line: a bar if the size is known, the count, the rate, and the time left. */
export function progressText(
  { bytes, decisions }: ReadCounts,
  bytesInAll: number | undefined,
  elapsedMs: number,
): string {
  const rate = Math.round((decisions / Math.max(1, elapsedMs)) * 1000)
  const counted = `${decisions.toLocaleString('en')} decisions, ${rate.toLocaleString('en')} a second`
  if (bytesInAll === undefined) return `${(bytes / 1e6).toFixed(1)} MB  ${counted}`
  const share = bytesInAll === 0 ? 1 : bytes / bytesInAll
  if (share <= 0) return `${barOf(0)}  ${counted}`
  const leftSeconds = Math.max(0, Math.ceil(((elapsedMs / share) * (1 - share)) / 1000))
  return `${barOf(share)}  ${counted}, ${leftSeconds} s left`
}
