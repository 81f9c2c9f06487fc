import type { Limiter } from '@streamgate/core'

/** What a refresher cannot make itself. */
export type RefresherParts = {
  readonly limiter: Pick<Limiter, 'refreshFinished'>
  /** The longest that a process goes without asking. */
  readonly everyMs: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Hears of the first failure in a row; decisions go on by what was known before. */
  readonly failed: (error: unknown) => void
}

/** Keeps it known to this process which streams have finished. */
export class FinishedRefresher {
  readonly #parts: RefresherParts
  #refreshedAtMs = Number.NEGATIVE_INFINITY
  #underWay: Promise<void> | undefined
  #isFailing = false
  #timer: NodeJS.Timeout | undefined

  constructor(parts: RefresherParts) {
    this.#parts = parts
  }

  /** Asks the store where the last answer is too old; never rejects. */
  async ifStale(): Promise<void> {
    const { now, everyMs } = this.#parts
    if (now() - this.#refreshedAtMs >= everyMs) await this.#refreshOnce()
  }

  /** Asks at once, and then again and again until `stop()`. */
  async start(): Promise<void> {
    await this.#refreshOnce()
    this.#timer = setInterval(() => void this.#refreshOnce(), this.#parts.everyMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Whoever asks while an answer is under way waits for that one. */
  #refreshOnce(): Promise<void> {
    this.#underWay ??= this.#refresh().finally(() => {
      this.#underWay = undefined
    })
    return this.#underWay
  }

  async #refresh(): Promise<void> {
    const { limiter, now, failed } = this.#parts
    const askedAtMs = now()
    try {
      await limiter.refreshFinished()
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) failed(error)
      this.#isFailing = true
    }
    this.#refreshedAtMs = askedAtMs
  }
}
