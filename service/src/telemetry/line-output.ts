/**
 * Lines on their way to standard output.
 */

/** How much is kept while standard output is not read. Further lines are dropped and counted. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024

/**
 * Collects the lines of one turn of the event loop and writes them together to standard output.
 * Pino's own buffered destination measures its whole buffer again for every line.
 */
export class LineOutput {
  readonly #tellDropped: (lines: number) => void
  #lines: string[] = []
  #dropped = 0
  /** How many of the dropped lines the log has reported. */
  #told = 0

  /** @param tellDropped logs how many lines were dropped, once there is room again. */
  constructor(tellDropped: (lines: number) => void) {
    this.#tellDropped = tellDropped
    // The reader of standard output may be gone. Then the error can be told to no reader.
    if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => {})
  }

  /** Lines that were dropped so far. */
  get dropped(): number {
    return this.#dropped
  }

  write(line: string): void {
    this.#lines.push(line)
    if (this.#lines.length === 1) setImmediate(() => this.flush())
  }

  flush(): void {
    const count = this.#lines.length
    if (count === 0) return
    const text = this.#lines.join('')
    this.#lines = []
    if (process.stdout.writableLength + text.length > UNREAD_BYTES_MAX) this.#dropped += count
    else {
      process.stdout.write(text)
      this.#tellOfDropped()
    }
  }

  #tellOfDropped(): void {
    const untold = this.#dropped - this.#told
    if (untold === 0) return
    this.#told = this.#dropped
    this.#tellDropped(untold)
  }
}
