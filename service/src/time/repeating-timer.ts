/** What a timer repeats, and how often. */
export type RepeatingWork = {
  /** The wait before each round, in milliseconds. */
  readonly waitMs: () => number
  /** One round. It must not throw. */
  readonly work: () => Promise<void> | void
}

/**
 * Waits, works, waits and works again, until it is stopped.
 *
 * A wait begins when the round before it is done, so rounds never overlap. A timer does not keep
 * the process alive.
 */
export class RepeatingTimer {
  readonly #parts: RepeatingWork
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> | undefined
  #isStopped = false

  constructor(parts: RepeatingWork) {
    this.#parts = parts
  }

  /** Begins the first wait. Does nothing if the timer runs already or was stopped. */
  start(): void {
    if (this.#timer === undefined && !this.#isStopped) this.#wait()
  }

  /** No further round begins. Resolves once the round under way is done. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#underWay
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#underWay = this.#round()
    }, this.#parts.waitMs()).unref()
  }

  async #round(): Promise<void> {
    await this.#parts.work()
    if (!this.#isStopped) this.#wait()
  }
}
