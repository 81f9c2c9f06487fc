/**
 * Tests the checker with handwritten histories. It finds too many, too few, and nothing if all is
 * well.
 */
import { Limiter } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { check } from './checker.ts'
import type { Answer, Request } from '../history.ts'
import { simulate } from '../world/simulation.ts'
import {
  denied,
  granted,
  historyOf,
  leaseOf,
  listed,
  LOST,
  rulesBrokenBy,
  start,
  USER,
} from './written-history.ts'

describe('the checker', () => {
  it('accepts admissions up to the limit, and a denial that names the holders', () => {
    const [a, b] = [leaseOf('a', 0), leaseOf('b', 10)]
    const history = historyOf([
      { request: start('a'), from: 0, to: 0, answer: granted(a, [a]) },
      { request: start('b'), from: 10, to: 10, answer: granted(b, [a, b]) },
      { request: start('c'), from: 20, to: 20, answer: denied([a, b], 80) },
      { request: { verb: 'list', user: USER }, from: 20, to: 20, answer: listed([a, b]) },
    ])
    expect(check(history)).toEqual([])
  })

  it('finds one stream too many', () => {
    const [a, b, c] = [leaseOf('a', 0), leaseOf('b', 10), leaseOf('c', 99)]
    const history = historyOf([
      { request: start('a'), from: 0, to: 0, answer: granted(a, [a]) },
      { request: start('b'), from: 10, to: 10, answer: granted(b, [a, b]) },
      { request: start('c'), from: 99, to: 99, answer: granted(c, [a, b, c]) },
    ])
    expect(rulesBrokenBy(history)).toContain('too many')
  })

  it('finds nothing if the first expires at the instant of the admission', () => {
    const [a, b, c] = [leaseOf('a', 0), leaseOf('b', 10), leaseOf('c', 100)]
    const history = historyOf([
      { request: start('a'), from: 0, to: 0, answer: granted(a, [a]) },
      { request: start('b'), from: 10, to: 10, answer: granted(b, [a, b]) },
      { request: start('c'), from: 100, to: 100, answer: granted(c, [b, c]) },
    ])
    expect(check(history)).toEqual([])
  })

  it('finds a denial by too few', () => {
    const a = leaseOf('a', 0)
    const history = historyOf([
      { request: start('a'), from: 0, to: 0, answer: granted(a, [a]) },
      { request: start('b'), from: 10, to: 10, answer: denied([a], 90) },
    ])
    expect(rulesBrokenBy(history)).toContain('too few')
  })

  it('finds a denial by a stream that was stopped before, and excuses one stopped meanwhile', () => {
    const [a, b] = [leaseOf('a', 0), leaseOf('b', 0)]
    const began = [
      { request: start('a'), from: 0, to: 0, answer: granted(a, [a]) },
      { request: start('b'), from: 0, to: 0, answer: granted(b, [a, b]) },
    ]
    const stop: Request = { verb: 'stop', user: USER, id: a.id }
    const stopped: Answer = { outcome: 'stopped' }
    const before = [{ request: stop, from: 10, to: 20, answer: stopped }]
    const after = { request: start('c'), from: 30, to: 40, answer: denied([a, b], 60) }
    expect(rulesBrokenBy(historyOf([...began, ...before, after]))).toContain('leases shown')
    const meanwhile = { request: stop, from: 10, to: 35, answer: stopped }
    expect(check(historyOf([...began, meanwhile, after]))).toEqual([])
  })

  it('excuses a denial by a stream whose stop was lost', () => {
    const [a, b] = [leaseOf('a', 0), leaseOf('b', 0)]
    const history = historyOf([
      { request: start('a'), from: 0, to: 0, answer: granted(a, [a]) },
      { request: start('b'), from: 0, to: 0, answer: granted(b, [a, b]) },
      { request: { verb: 'stop', user: USER, id: a.id }, from: 10, to: 20, answer: LOST },
      { request: start('c'), from: 30, to: 30, answer: denied([a, b], 70) },
    ])
    expect(check(history)).toEqual([])
  })

  it('learns of a stream from other answers if its own was lost', () => {
    const [a, b] = [leaseOf('a', 0), leaseOf('b', 20)]
    const history = historyOf([
      { request: start('a'), from: 0, to: 10, answer: LOST },
      { request: start('b'), from: 20, to: 20, answer: granted(b, [a, b]) },
      { request: { verb: 'list', user: USER }, from: 30, to: 30, answer: listed([b]) },
    ])
    expect(check(history).map(({ detail }) => detail)).toEqual([
      'does not show a (g of a at 0), which is certainly live',
    ])
  })

  it('finds a lease that was never requested', () => {
    const history = historyOf([
      { request: { verb: 'list', user: USER }, from: 0, to: 0, answer: listed([leaseOf('a', 0)]) },
    ])
    expect(rulesBrokenBy(history)).toContain('leases shown')
  })

  it('finds a second admission by a repeated start', () => {
    const [a, again] = [leaseOf('a', 0), leaseOf('a', 10)]
    const history = historyOf([
      { request: start('a'), from: 0, to: 0, answer: granted(a, [a]) },
      { request: start('a'), from: 10, to: 10, answer: granted(again, [again]) },
    ])
    expect(rulesBrokenBy(history)).toContain('grant')
  })

  it('finds contention without a rival, and a timeout without a lost call', () => {
    const gaveUp: Answer = { outcome: 'failed', code: 'STORE_CONTENDED' }
    const history = historyOf([{ request: start('a'), from: 0, to: 10, answer: gaveUp }])
    expect(rulesBrokenBy(history)).toEqual(['failure'])
    const lost = historyOf([{ request: start('a'), from: 0, to: 10, answer: LOST }])
    expect(rulesBrokenBy({ ...lost, losses: [] })).toEqual(['failure'])
  })

  it('excuses a renewal that was overtaken by an older one, which a strict reading finds', async () => {
    let found = 0
    for (let seed = 0; seed < 30; seed += 1) {
      const history = await simulate({ Limiter }, { seed })
      found += check(history, { renewalsMayOvertake: false }).length - check(history).length
    }
    expect(found).toBeGreaterThan(0)
  }, 120_000)
})
