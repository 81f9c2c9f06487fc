/**
 * Shows how far a run is: on a terminal one line that is rewritten, elsewhere a line every few
 * seconds.
 */
import { barOf, ProgressLine } from '../../service/src/commands/progress-line.ts'
import type { RunTally } from './run.ts'

const STEP_MS = 200
const STEP_MS_WITHOUT_TERMINAL = 10_000

export class Progress {
  readonly #output: NodeJS.WriteStream
  readonly #line: ProgressLine
  readonly #operations: number
  readonly #startedAtMs = performance.now()
  #shownAtMs = performance.now()

  constructor(output: NodeJS.WriteStream, operations: number) {
    this.#output = output
    this.#line = new ProgressLine(output)
    this.#operations = operations
  }

  get seconds(): number {
    return (performance.now() - this.#startedAtMs) / 1000
  }

  show(tally: RunTally): void {
    const nowMs = performance.now()
    if (nowMs - this.#shownAtMs < (this.#output.isTTY ? STEP_MS : STEP_MS_WITHOUT_TERMINAL)) return
    this.#shownAtMs = nowMs
    const line = this.#lineOf(tally)
    if (this.#output.isTTY) this.#line.draw(line)
    else this.#output.write(`${line}\n`)
  }

  clear(): void {
    this.#line.clear()
  }

  #lineOf({ judged, losses, unordered, undecided }: RunTally): string {
    const done = judged + losses
    const rate = done / this.seconds
    const left = Math.max(0, this.#operations - done) / rate
    const found = unordered.length + undecided.length
    return [
      barOf(done / this.#operations),
      `${done.toLocaleString('en')} operations, ${rate.toFixed(0)}/s, ${left.toFixed(0)} s left`,
      found === 0 ? 'all ordered' : `${unordered.length} without an order, ${undecided.length} undecided`,
    ].join('  ')
  }
}
