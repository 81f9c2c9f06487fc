import { planOfOneLimit, type Generation, type LeaseId, type ReportFacts } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { judgeLostHeartbeat } from '../src/rules/lost-heartbeat.ts'
import { claimOf, leaseOf, LEASE_MS, lostOf, noteOn, rosterOf } from './specimens.ts'

const CLAIM = claimOf('b', 10)
const ID = 'b' as LeaseId
const KNOWN = 'generation of b' as Generation
const OTHER = 'another generation' as Generation

describe('a heartbeat whose lease was not there to renew', () => {
  it('is admitted again if there is room, on the roster as it was seen', () => {
    expect(judgeLostHeartbeat(rosterOf([leaseOf('a')]), lostOf(CLAIM), 10)).toMatchObject({
      outcome: 'admitted',
      write: { verb: 'replace' },
    })
  })

  it('is denied if the limit is reached', () => {
    const roster = rosterOf([leaseOf('x'), leaseOf('y'), leaseOf('z')])
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM), 10)).toMatchObject({
      outcome: 'denied',
      holders: roster.leases,
    })
  })

  it('is told of its eviction, even if there is room', () => {
    const verdict = judgeLostHeartbeat(rosterOf([], [noteOn('b')]), lostOf(CLAIM), 10)
    expect(verdict).toEqual({ outcome: 'evicted', eviction: noteOn('b') })
  })

  it('is told of an eviction up to the end of the note, and no longer', () => {
    const roster = rosterOf([], [noteOn('b')])
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM), 2 * LEASE_MS - 1).outcome).toBe('evicted')
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM), 2 * LEASE_MS).outcome).toBe('admitted')
  })

  it('with a generation is told of the eviction of that one', () => {
    const roster = rosterOf([leaseOf('b', { generation: OTHER })], [noteOn('b')])
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM, { generation: KNOWN }), 10).outcome).toBe('evicted')
  })

  it('with a generation that is over has ended, whether or not there is room or another generation', () => {
    for (const roster of [rosterOf([]), rosterOf([leaseOf('b', { generation: OTHER })])]) {
      expect(judgeLostHeartbeat(roster, lostOf(CLAIM, { generation: KNOWN }), 10)).toEqual({
        outcome: 'ended',
      })
    }
  })

  it('is told that it has ended if its player stopped it, even if there is room', () => {
    const stopped = { how: 'stopped', leaseId: ID, atMs: 5, untilMs: 100 } as const
    const roster = { ...rosterOf([]), lastStop: stopped }
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM), 99)).toEqual({ outcome: 'ended' })
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM), 100).outcome).toBe('admitted')
    expect(judgeLostHeartbeat(roster, lostOf(claimOf('c', 10)), 99).outcome).toBe('admitted')
  })

  it('is told the reason if an operator ended it', () => {
    const ended = { how: 'ended', leaseId: ID, atMs: 5, untilMs: 100, reason: 'Payment failed' } as const
    const verdict = { outcome: 'ended', reason: 'Payment failed' }
    expect(judgeLostHeartbeat(rosterOf([], [ended]), lostOf(CLAIM), 99)).toEqual(verdict)
    const report = { reportedAtMs: 1_000 }
    expect(judgeLostHeartbeat(rosterOf([], [ended]), lostOf(CLAIM, { report }), 99)).toEqual(verdict)
  })

  it('of a lapsed lease is judged by what its note keeps, and without a generation alone', () => {
    const facts = { plan: 'solo', contentId: 'film' }
    const lapsed = { how: 'lapsed', leaseId: ID, generation: KNOWN, facts, atMs: 5, untilMs: 100 } as const
    const known: unknown[] = []
    const lost = lostOf(CLAIM, { claimFor: (told) => (known.push(told), CLAIM) })
    expect(judgeLostHeartbeat(rosterOf([], [lapsed]), lost, 99).outcome).toBe('admitted')
    expect(known).toEqual([facts])
    const named = { ...lost, generation: KNOWN }
    expect(judgeLostHeartbeat(rosterOf([], [lapsed]), named, 99)).toEqual({ outcome: 'ended' })
  })

  it('is told that it has ended if it says too little to be judged beside others', () => {
    const plan = { ...planOfOneLimit('tv', 3), limits: [{ max: 3 }, { max: 1, deviceType: 'tv' }] }
    const untold = claimOf('b', 10, { plan })
    const told = { ...untold, newcomer: { ...untold.newcomer, deviceType: 'web' } }
    expect(judgeLostHeartbeat(rosterOf([leaseOf('a')]), lostOf(untold), 10)).toEqual({ outcome: 'ended' })
    expect(judgeLostHeartbeat(rosterOf([leaseOf('a')]), lostOf(told), 10).outcome).toBe('admitted')
    expect(judgeLostHeartbeat(rosterOf([]), lostOf(untold), 10).outcome).toBe('admitted')
  })

  it('of which nothing is known is under the plan of the newest lease', () => {
    const known: unknown[] = []
    const lost = lostOf(CLAIM, { claimFor: (told) => (known.push(told), CLAIM) })
    judgeLostHeartbeat(rosterOf([leaseOf('a'), leaseOf('c', { plan: 'premium' })]), lost, 10)
    judgeLostHeartbeat(rosterOf([leaseOf('a', { plan: 'premium' }), leaseOf('c')]), lost, 10)
    expect(known).toEqual([{ plan: 'premium' }, undefined])
  })

  it('is told that it has ended while a note on it may have been dropped', () => {
    const roster = { ...rosterOf([]), forgottenUntilMs: 100 }
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM), 99)).toEqual({ outcome: 'ended' })
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM), 100).outcome).toBe('admitted')
  })

  it('goes by the newest note', () => {
    const stopped = { how: 'stopped', leaseId: ID, atMs: 8, untilMs: 100 } as const
    const roster = { ...rosterOf([], [noteOn('b')]), lastStop: stopped }
    expect(judgeLostHeartbeat(roster, lostOf(CLAIM), 10)).toEqual({ outcome: 'ended' })
    const byFastClock = { ...roster, notes: [noteOn('b', { atMs: 9 })] }
    expect(judgeLostHeartbeat(byFastClock, lostOf(CLAIM), 10)).toEqual({ outcome: 'ended' })
  })

  it('after the end of its film is judged again only if it is a report that is newer', () => {
    const over = {
      how: 'played-out',
      leaseId: ID,
      facts: {},
      reportedAtMs: 500,
      atMs: 5,
      untilMs: 100,
    } as const
    const outcomeOf = (report?: ReportFacts) =>
      judgeLostHeartbeat(rosterOf([], [over]), lostOf(CLAIM, { report }), 10).outcome
    expect(outcomeOf()).toBe('ended')
    expect(outcomeOf({ reportedAtMs: 500 })).toBe('outdated')
    expect(outcomeOf({ reportedAtMs: 501 })).toBe('admitted')
    expect(outcomeOf({})).toBe('admitted')
  })

  it('is renewed if the lease was started again in the meantime', () => {
    expect(judgeLostHeartbeat(rosterOf([leaseOf('b')]), lostOf(CLAIM), 10).outcome).toBe('renewed')
  })
})
