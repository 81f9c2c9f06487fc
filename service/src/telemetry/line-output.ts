/**
 * Lines on their way to standard output.
 */

/** What is kept for a reader of standard output that does not read. Beyond it lines are dropped and counted. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024

/**
 * Gathers the lines of one turn of the event loop and writes them to standard output together. Pino's own
 * buffered destination measures its whole buffer again at every line.
 */
export class LineOutput {
  readonly #tellDropped: (lines: number) => void
  #lines: string[] = []
  #dropped = 0
  /** How many of the dropped lines a line has told of. */
  #told = 0

  /** @param tellDropped writes a line that says how many lines were dropped, once there is room for it. */
  constructor(tellDropped: (lines: number) => void) {
    this.#tellDropped = tellDropped
    // The reader of our standard output may be gone: then there is nobody left to tell.
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
