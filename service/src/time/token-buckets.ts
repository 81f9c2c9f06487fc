/** How fast a bucket fills, and how much fits into it. */
export type Rate = { readonly perSecond: number; readonly burst: number }

/** What came of a try to take a token. */
export type Take = {
  /** When the bucket will be full again, in units of `1 / perSecond` milliseconds. */
  readonly fullAt: number
  /** The wait until a token can be taken, in milliseconds. 0 if one was taken. */
  readonly waitMs: number
}

/** Units that a bucket fills by for each token. */
const UNITS_PER_TOKEN = 1000

/**
 * Takes a token out of a bucket that will be full at `fullAt`, if one is in it. A full bucket holds
 * `burst` tokens.
 *
 * In these units every number is whole, so that the answer is exact at each millisecond.
 */
export function takeToken(fullAt: number, nowMs: number, { perSecond, burst }: Rate): Take {
  const now = nowMs * perSecond
  const fullAtThen = Math.max(fullAt, now) + UNITS_PER_TOKEN
  const excess = fullAtThen - now - burst * UNITS_PER_TOKEN
  return excess > 0 ? { fullAt, waitMs: Math.ceil(excess / perSecond) } : { fullAt: fullAtThen, waitMs: 0 }
}

/**
 * Token buckets by key. At most `bucketsMax` of them are kept. Beyond that the one that was used
 * longest ago goes, which is the one that is most likely to be full again.
 */
export class TokenBuckets {
  readonly #rate: Rate
  readonly #bucketsMax: number
  /** Used longest ago first. */
  readonly #fullAt = new Map<string, number>()

  constructor(rate: Rate, bucketsMax: number) {
    this.#rate = rate
    this.#bucketsMax = bucketsMax
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.#fullAt.size
  }

  /**
   * Takes a token for this key. Returns 0, or if there is none the wait in milliseconds.
   *
   * @param nowMs whole milliseconds that never go back.
   */
  take(key: string, nowMs: number): number {
    const known = this.#fullAt.get(key)
    const { fullAt, waitMs } = takeToken(known ?? 0, nowMs, this.#rate)
    if (known !== undefined) this.#fullAt.delete(key)
    else if (this.#fullAt.size >= this.#bucketsMax) this.#dropOldest()
    this.#fullAt.set(key, fullAt)
    return waitMs
  }

  #dropOldest(): void {
    for (const key of this.#fullAt.keys()) {
      this.#fullAt.delete(key)
      return
    }
  }
}
