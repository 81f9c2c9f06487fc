import { barOf, ProgressLine, type Terminal } from './progress-line.ts'

/** One line on a terminal that says how far a replay has got; where nobody knows how much there is, how much was read. */
export class ReplayProgress {
  readonly #line: ProgressLine
  readonly #bytesInAll: number | undefined

  constructor(terminal: Terminal, bytesInAll: number | undefined) {
    this.#line = new ProgressLine(terminal)
    this.#bytesInAll = bytesInAll
  }

  show({ bytes, decisions }: { readonly bytes: number; readonly decisions: number }): void {
    this.#line.draw(`${this.#bar(bytes)}  ${decisions.toLocaleString('en')} decisions`)
  }

  clear(): void {
    this.#line.clear()
  }

  #bar(bytes: number): string {
    if (this.#bytesInAll === undefined) return `${(bytes / 1e6).toFixed(1)} MB`
    return barOf(this.#bytesInAll === 0 ? 1 : bytes / this.#bytesInAll)
  }
}
