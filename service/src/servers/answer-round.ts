/**
 * Collects the requests that arrive in one turn of the event loop, and processes them together
 * after all have been read.
 *
 * One by one, each would find the processor's caches full of the kernel's and the parser's code,
 * which costs more than a decision. Together, only the first one does.
 */
export class AnswerRound<Request> {
  readonly #process: (request: Request) => void
  #requests: Request[] = []

  /** @param process must not throw. */
  constructor(process: (request: Request) => void) {
    this.#process = process
  }

  /** Processes this request in the current turn of the event loop, after all others were read. */
  add(request: Request): void {
    if (this.#requests.push(request) === 1) setImmediate(() => this.#processAll())
  }

  #processAll(): void {
    const requests = this.#requests
    this.#requests = []
    for (const request of requests) this.#process(request)
  }
}
