import { judgeLostHeartbeat, type Generation } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { claimOf, leaseOf, LEASE_MS, noteOn, rosterOf } from './specimens.ts'

const CLAIM = claimOf('b', 10)
const KNOWN = 'generation of b' as Generation
const OTHER = 'another generation' as Generation

describe('a heartbeat whose lease was not there to renew', () => {
  it('is admitted anew where there is room, on the roster as it was seen', () => {
    expect(judgeLostHeartbeat(rosterOf([leaseOf('a')]), { claim: CLAIM }, 10)).toMatchObject({
      outcome: 'admitted',
      write: { verb: 'replace' },
    })
  })

  it('is denied where the limit is reached', () => {
    const roster = rosterOf([leaseOf('x'), leaseOf('y'), leaseOf('z')])
    expect(judgeLostHeartbeat(roster, { claim: CLAIM }, 10)).toMatchObject({
      outcome: 'denied',
      holders: roster.leases,
    })
  })

  it('is told of its eviction, even where there is room', () => {
    const verdict = judgeLostHeartbeat(rosterOf([], [noteOn('b')]), { claim: CLAIM }, 10)
    expect(verdict).toEqual({ outcome: 'evicted', eviction: noteOn('b') })
  })

  it('hears of an eviction up to the end of the note, and no longer', () => {
    const roster = rosterOf([], [noteOn('b')])
    expect(judgeLostHeartbeat(roster, { claim: CLAIM }, 2 * LEASE_MS - 1).outcome).toBe('evicted')
    expect(judgeLostHeartbeat(roster, { claim: CLAIM }, 2 * LEASE_MS).outcome).toBe('admitted')
  })

  it('with a generation is told of the eviction of that one', () => {
    const roster = rosterOf([leaseOf('b', { generation: OTHER })], [noteOn('b')])
    expect(judgeLostHeartbeat(roster, { claim: CLAIM, generation: KNOWN }, 10).outcome).toBe('evicted')
  })

  it('with a generation that is over has ended, whether or not there is room or another taking', () => {
    for (const roster of [rosterOf([]), rosterOf([leaseOf('b', { generation: OTHER })])]) {
      expect(judgeLostHeartbeat(roster, { claim: CLAIM, generation: KNOWN }, 10)).toEqual({
        outcome: 'ended',
      })
    }
  })

  it('that is never to be taken anew has ended, whether or not there is room', () => {
    const full = rosterOf([leaseOf('x'), leaseOf('y'), leaseOf('z')])
    for (const roster of [rosterOf([]), full]) {
      expect(judgeLostHeartbeat(roster, { claim: CLAIM, onlyIfHeld: true }, 10)).toEqual({ outcome: 'ended' })
    }
  })

  it('that is never to be taken anew is told of its eviction, and renewed where it is held again', () => {
    const evicted = rosterOf([], [noteOn('b')])
    const lost = { claim: CLAIM, onlyIfHeld: true }
    expect(judgeLostHeartbeat(evicted, lost, 10).outcome).toBe('evicted')
    expect(judgeLostHeartbeat(rosterOf([leaseOf('b')]), lost, 10).outcome).toBe('renewed')
  })

  it('is renewed where the lease was taken again in the meantime', () => {
    expect(judgeLostHeartbeat(rosterOf([leaseOf('b')]), { claim: CLAIM }, 10).outcome).toBe('renewed')
  })
})
