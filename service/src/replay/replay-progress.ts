/** A terminal, as far as a bar needs one. */
export type Terminal = { readonly columns?: number; readonly write: (text: string) => unknown }

const BAR_WIDTH = 24
const COLUMNS_BY_DEFAULT = 80
const CLEAR_LINE = '\r\u001b[K'

/** One line on a terminal that says how far a replay has got; where nobody knows how much there is, how much was read. */
export class ReplayProgress {
  readonly #terminal: Terminal
  readonly #bytesInAll: number | undefined

  constructor(terminal: Terminal, bytesInAll: number | undefined) {
    this.#terminal = terminal
    this.#bytesInAll = bytesInAll
  }

  show({ bytes, decisions }: { readonly bytes: number; readonly decisions: number }): void {
    const line = `${this.#bar(bytes)}${decisions.toLocaleString('en')} decisions`
    this.#terminal.write(CLEAR_LINE + line.slice(0, (this.#terminal.columns ?? COLUMNS_BY_DEFAULT) - 1))
  }

  clear(): void {
    this.#terminal.write(CLEAR_LINE)
  }

  #bar(bytes: number): string {
    if (this.#bytesInAll === undefined) return `${(bytes / 1e6).toFixed(1)} MB  `
    const share = this.#bytesInAll === 0 ? 1 : Math.min(1, bytes / this.#bytesInAll)
    const filled = Math.round(share * BAR_WIDTH)
    return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %  `
  }
}
