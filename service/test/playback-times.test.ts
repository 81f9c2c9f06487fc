import type { Pace, Paces } from '@streamgate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isTokenDue, longestLifeMs, paceTold, tokenEndMs } from '../src/playback/token-times.ts'

const PACE: Pace = { heartbeatSeconds: 25, leaseMs: 75_000 }

/** A lease that started at 0 and was renewed at this instant. */
function renewedAt(renewedAtMs: number, { leaseMs }: Pace = PACE) {
  const lapsesAtMs = leaseMs === null ? null : renewedAtMs + leaseMs
  return { startedAtMs: 0, renewedAtMs, lapsesAtMs, isInGrace: false }
}

/** The instants of the tokens that a player gets who calls at these instants. */
function tokensAt(calls: readonly number[], pace: Pace): number[] {
  return [0, ...calls.filter((callMs) => isTokenDue(renewedAt(callMs, pace), pace))]
}

describe('a playback token', () => {
  it('lasts four intervals', () => {
    expect(tokenEndMs(renewedAt(1000), PACE)).toBe(101_000)
  })

  it('lasts an interval longer than its lease at most', () => {
    expect(tokenEndMs(renewedAt(0, { ...PACE, leaseMs: 40_000 }), PACE)).toBe(65_000)
    expect(tokenEndMs({ ...renewedAt(0), lapsesAtMs: 9_000, isInGrace: true }, PACE)).toBe(34_000)
  })

  it('lasts an hour if there are no heartbeats, and four intervals if leases never expire', () => {
    const never = { heartbeatSeconds: null, leaseMs: null }
    expect(tokenEndMs(renewedAt(0, never), never)).toBe(3_600_000)
    expect(tokenEndMs(renewedAt(0, never), { ...PACE, leaseMs: null })).toBe(100_000)
  })

  it('lasts as long as the longest pace allows, for those who keep a list', () => {
    const long = { heartbeatSeconds: 300, leaseMs: 375_000 }
    expect(longestLifeMs({ whenRoom: long, whenFull: PACE })).toBe(675_000)
    expect(longestLifeMs({ whenRoom: PACE, whenFull: PACE })).toBe(100_000)
  })
})

describe('a heartbeat', () => {
  it('brings a token if half the life of the former one is over: every second one', () => {
    const calls = Array.from({ length: 8 }, (_, index) => (index + 1) * 25_000)
    expect(tokensAt(calls, PACE)).toEqual([0, 50_000, 100_000, 150_000, 200_000])
  })

  it.each([
    ['a millisecond before the window', 37_499, false],
    ['where the window begins', 37_500, true],
    ['where a late heartbeat would come', 69_999, true],
    ['behind that', 70_000, false],
    ['where the next window begins', 87_500, true],
  ])('%s', (_where, atMs, isDue) => {
    expect(isTokenDue(renewedAt(atMs), PACE)).toBe(isDue)
  })

  it('above the limit always brings one, and so does one that is needed by no lease', () => {
    expect(isTokenDue({ ...renewedAt(10), isInGrace: true }, PACE)).toBe(true)
    expect(isTokenDue(renewedAt(10), { heartbeatSeconds: null, leaseMs: null })).toBe(true)
  })

  it('that comes in time never finds a token that has expired, whatever the pace', () => {
    const interval = fc.integer({ min: 1, max: 600 })
    const lease = fc.double({ min: 1, max: 5, noNaN: true })
    const gaps = fc.array(fc.double({ min: 0.01, max: 1.29, noNaN: true }), { minLength: 1, maxLength: 60 })
    const holds = fc.property(interval, lease, gaps, (heartbeatSeconds, leasePerInterval, shares) => {
      const intervalMs = heartbeatSeconds * 1000
      const pace = { heartbeatSeconds, leaseMs: Math.round(intervalMs * leasePerInterval) }
      let nowMs = 0
      const calls = shares.map((share) => (nowMs += Math.round(share * intervalMs)))
      let endMs = tokenEndMs(renewedAt(0, pace), pace)
      for (const callMs of calls) {
        expect(callMs).toBeLessThan(endMs)
        const lastLease = renewedAt(callMs, pace)
        if (isTokenDue(lastLease, pace)) endMs = tokenEndMs(lastLease, pace)
      }
    })
    fc.assert(holds, { numRuns: 500 })
  })
})

describe('the pace that a player was told', () => {
  const long: Pace = { heartbeatSeconds: 300, leaseMs: 375_000 }
  const paces: Paces = { whenRoom: long, whenFull: PACE }

  it.each([
    [27, PACE, false],
    [270, long, true],
    [330, long, true],
  ])('is known by %d s', (told, pace, isLonger) => {
    expect(paceTold(paces, told)).toEqual({ pace, isLonger })
  })

  it('is not the longer one if there is only one', () => {
    expect(paceTold({ whenRoom: long, whenFull: long }, 300)).toEqual({ pace: long, isLonger: false })
  })
})
