/** A terminal, as far as a line of progress needs one. */
export type Terminal = { readonly columns?: number; readonly write: (text: string) => unknown }

const BAR_WIDTH = 24
const COLUMNS_BY_DEFAULT = 80
const CLEAR_LINE = '\r\u001b[K'

/** One line on a terminal that is drawn again and again in its place, and taken away at the end. */
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

/** How much of the whole is done, as a bar and in percent; a share beyond 1 is the whole. */
export function barOf(done: number): string {
  const share = Math.min(1, done)
  const filled = Math.round(share * BAR_WIDTH)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`
}
