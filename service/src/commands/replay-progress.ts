import { barOf, ProgressLine, type Terminal } from './progress-line.ts'

/**
 * How far a replay has got, as a line on a terminal. If the size is unknown, it tells how much was
 * read.
 */
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
