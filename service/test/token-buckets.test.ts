/** Token buckets at the exact millisecond, and beside a model that counts in whole numbers. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { takeToken, TokenBuckets, type Rate } from '../src/time/token-buckets.ts'

const rate: fc.Arbitrary<Rate> = fc.record({
  perSecond: fc.integer({ min: 1, max: 100_000 }),
  burst: fc.integer({ min: 1, max: 50 }),
})
/** The times between calls. Most are so short that a bucket runs empty. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.nat(3), fc.nat(2000)), { maxLength: 200 })

/** The instants of calls, from an hour after the start of the process. */
function instantsOf(given: readonly number[]): number[] {
  let nowMs = 3_600_000
  return given.map((gap) => (nowMs += gap))
}

/** Holds its level in thousandths of a token: one second adds `perSecond` tokens. */
class ModelBucket {
  readonly #rate: Rate
  #level: number
  #atMs = 0

  constructor(rateOfIt: Rate) {
    this.#rate = rateOfIt
    this.#level = rateOfIt.burst * 1000
  }

  take(nowMs: number): boolean {
    const { perSecond, burst } = this.#rate
    this.#level = Math.min(burst * 1000, this.#level + (nowMs - this.#atMs) * perSecond)
    this.#atMs = nowMs
    if (this.#level < 1000) return false
    this.#level -= 1000
    return true
  }
}

describe('a token bucket', () => {
  it('gives its burst at once, and then one token at the millisecond where it is full', () => {
    const two: Rate = { perSecond: 2, burst: 3 }
    let fullAt = 0
    const waits = [1000, 1000, 1000, 1000, 1499, 1500, 1999, 2000].map((nowMs) => {
      const take = takeToken(fullAt, nowMs, two)
      fullAt = take.fullAt
      return take.waitMs
    })
    expect(waits).toEqual([0, 0, 0, 500, 1, 0, 1, 0])
  })

  it('decides every call as the model does', () => {
    const isSame = fc.property(rate, gaps, (of, given) => {
      const buckets = new TokenBuckets(of, 10)
      const model = new ModelBucket(of)
      for (const nowMs of instantsOf(given)) {
        expect(buckets.take('key', nowMs) === 0).toBe(model.take(nowMs))
      }
    })
    fc.assert(isSame, { numRuns: 1000 })
  })

  it('names the first millisecond at which there is a token again', () => {
    const isExact = fc.property(rate, gaps, (of, given) => {
      let fullAt = 0
      for (const nowMs of instantsOf(given)) {
        const { waitMs, fullAt: after } = takeToken(fullAt, nowMs, of)
        if (waitMs > 0) {
          expect(after).toBe(fullAt)
          expect(takeToken(fullAt, nowMs + waitMs, of).waitMs).toBe(0)
          expect(takeToken(fullAt, nowMs + waitMs - 1, of).waitMs).toBe(1)
        }
        fullAt = after
      }
    })
    fc.assert(isExact, { numRuns: 1000 })
  })

  it('never gives more than its burst and what came in since', () => {
    const isBounded = fc.property(rate, gaps, (of, given) => {
      const buckets = new TokenBuckets(of, 10)
      const taken = instantsOf(given).filter((nowMs) => buckets.take('key', nowMs) === 0)
      for (const [first, fromMs] of taken.entries()) {
        for (const [more, toMs] of taken.slice(first).entries()) {
          expect(more + 1).toBeLessThanOrEqual(of.burst + Math.floor(((toMs - fromMs) * of.perSecond) / 1000))
        }
      }
    })
    fc.assert(isBounded, { numRuns: 200 })
  })
})

describe('token buckets', () => {
  const one: Rate = { perSecond: 1, burst: 1 }

  it('are apart for each key', () => {
    const buckets = new TokenBuckets(one, 10)
    expect(['a', 'b', 'a', 'b'].map((key) => buckets.take(key, 5000))).toEqual([0, 0, 1000, 1000])
  })

  it('are so many at most, and the one used longest ago goes', () => {
    const buckets = new TokenBuckets(one, 2)
    for (const key of ['a', 'b', 'a', 'c']) buckets.take(key, 5000)
    expect(buckets.size).toBe(2)
    expect([buckets.take('a', 5000), buckets.take('c', 5000), buckets.take('b', 5000)]).toEqual([
      1000, 1000, 0,
    ])
    for (let key = 0; key < 1000; key += 1) buckets.take(String(key), 5000)
    expect(buckets.size).toBe(2)
  })
})
