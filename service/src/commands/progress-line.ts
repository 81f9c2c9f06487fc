/** What a line of progress needs of a terminal. */
export type Terminal = { readonly columns?: number; readonly write: (text: string) => unknown }

const BAR_WIDTH = 24
const COLUMNS_BY_DEFAULT = 80
const CLEAR_LINE = '\r\u001b[K'

/** One line on a terminal that is drawn again in the same place, and removed at the end. */
export class ProgressLine {
  readonly #terminal: Terminal
  #isDrawn = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  draw(line: string): void {
    this.#isDrawn = true
    this.#terminal.write(CLEAR_LINE + line.slice(0, (this.#terminal.columns ?? COLUMNS_BY_DEFAULT) - 1))
  }

  clear(): void {
    if (this.#isDrawn) this.#terminal.write(CLEAR_LINE)
  }
}

/** The share that is done, as a bar and in percent. A share above 1 counts as 1. */
export function barOf(done: number): string {
  const share = Math.min(1, done)
  const filled = Math.round(share * BAR_WIDTH)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`
}
