import { tidied, type Roster, type RosterContent, type SweepJudge } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { idsOf, LEASE_MS, leaseOf, noteOn, rosterOf } from './specimens.ts'

const NOTHING: RosterContent = { leases: [], notes: [] }

/** Judges at `nowMs`, with these streams finished. */
function at(nowMs: number, ...finished: string[]): SweepJudge {
  return { nowMs, isFinished: (streamId) => finished.includes(streamId) }
}

function idsLeft(roster: Roster, judge: SweepJudge): string[] {
  return idsOf(tidied(roster, judge)?.next ?? roster)
}

describe('a lapsed lease', () => {
  const roster = rosterOf([leaseOf('film')])

  it('stays for its own length once more, to the millisecond', () => {
    expect(tidied(roster, at(LEASE_MS))).toBeUndefined()
    expect(tidied(roster, at(2 * LEASE_MS - 1))).toBeUndefined()
    expect(tidied(roster, at(2 * LEASE_MS))).toEqual({
      next: NOTHING,
      lapsed: [expect.anything()],
      finished: 0,
      notes: 0,
    })
  })

  it('stays for the length that it was last renewed for, whenever it was started', () => {
    const renewed = rosterOf([leaseOf('film', { renewedAtMs: 50_000, expiresAtMs: 60_000 })])
    expect(tidied(renewed, at(69_999))).toBeUndefined()
    expect(tidied(renewed, at(70_000))?.lapsed).toHaveLength(1)
  })

  it('whose instants make no sense goes at its end', () => {
    const odd = rosterOf([leaseOf('film', { renewedAtMs: 90_000, expiresAtMs: 60_000 })])
    expect(tidied(odd, at(59_999))).toBeUndefined()
    expect(tidied(odd, at(60_000))?.lapsed).toHaveLength(1)
  })

  it('goes from between others, which keep their order and are the same leases', () => {
    const [first, second] = [
      leaseOf('first', { expiresAtMs: 900_000 }),
      leaseOf('second', { expiresAtMs: null }),
    ]
    const { next } = tidied(rosterOf([first, leaseOf('film'), second]), at(2 * LEASE_MS)) ?? {}
    expect(next?.leases[0]).toBe(first)
    expect(next?.leases[1]).toBe(second)
    expect(next?.leases).toHaveLength(2)
  })
})

describe('a lease that never lapses', () => {
  const roster = rosterOf([leaseOf('film', { expiresAtMs: null })])

  it('stays forever', () => {
    expect(tidied(roster, at(Number.MAX_SAFE_INTEGER))).toBeUndefined()
  })

  it('goes once its stream has finished', () => {
    expect(tidied(roster, at(0, 'film'))).toEqual({ next: NOTHING, lapsed: [], finished: 1, notes: 0 })
  })
})

describe('leases of a finished stream', () => {
  it('go at once, on whatever device, and no others', () => {
    const roster = rosterOf([
      leaseOf('match'),
      leaseOf('film'),
      leaseOf('match', { id: leaseOf('match@tv').id }),
    ])
    const judge = at(0, 'match')
    expect(idsLeft(roster, judge)).toEqual(['film'])
    expect(tidied(roster, judge)).toMatchObject({ finished: 2, lapsed: [] })
  })

  it('count as finished even if they have expired', () => {
    expect(tidied(rosterOf([leaseOf('match')]), at(2 * LEASE_MS, 'match'))).toMatchObject({
      finished: 1,
      lapsed: [],
    })
  })
})

describe('a lease in grace', () => {
  const graced = leaseOf('extra', { graceUntilMs: LEASE_MS })

  it('that has lapsed stays beside any other, as the memory that the window is used up', () => {
    const roster = rosterOf([leaseOf('film', { expiresAtMs: 10 * LEASE_MS }), graced])
    expect(tidied(roster, at(9 * LEASE_MS))).toBeUndefined()
    expect(tidied(roster, at(9 * LEASE_MS, 'extra'))).toBeUndefined()
  })

  it('ends with its grace, whatever its expiry says', () => {
    for (const expiresAtMs of [10 * LEASE_MS, null]) {
      const alone = rosterOf([leaseOf('extra', { expiresAtMs, graceUntilMs: LEASE_MS })])
      expect(tidied(alone, at(2 * LEASE_MS - 1))).toBeUndefined()
      expect(tidied(alone, at(2 * LEASE_MS))?.lapsed).toHaveLength(1)
    }
  })

  it('that has lapsed goes with the last of the others', () => {
    const roster = rosterOf([leaseOf('film'), graced, leaseOf('match', { expiresAtMs: null })])
    expect(idsLeft(roster, at(2 * LEASE_MS))).toEqual(['extra', 'match'])
    expect(tidied(roster, at(2 * LEASE_MS, 'match'))).toEqual({
      next: NOTHING,
      lapsed: [expect.anything(), expect.anything()],
      finished: 1,
      notes: 0,
    })
  })
})

describe('a note on an eviction', () => {
  const roster = rosterOf(
    [leaseOf('film', { expiresAtMs: null })],
    [noteOn('old', { untilMs: 5_000 }), noteOn('new')],
  )

  it('goes when it expires, to the millisecond', () => {
    expect(tidied(roster, at(4_999))).toBeUndefined()
    expect(tidied(roster, at(5_000))).toEqual({
      next: { leases: roster.leases, notes: [noteOn('new')] },
      lapsed: [],
      finished: 0,
      notes: 1,
    })
  })

  it('keeps a user who holds nothing else', () => {
    const noted = rosterOf([leaseOf('film')], [noteOn('old', { untilMs: 10 * LEASE_MS })])
    expect(tidied(noted, at(2 * LEASE_MS))?.next).toEqual({ leases: [], notes: noted.notes })
    expect(tidied(rosterOf([], noted.notes), at(2 * LEASE_MS))).toBeUndefined()
  })
})

describe('the note of a last stop', () => {
  const lastStop = { how: 'stopped', leaseId: leaseOf('film').id, atMs: 0, untilMs: 900_000 } as const

  it('keeps its user until its time is over', () => {
    const stopped = { ...rosterOf([]), lastStop }
    expect(tidied(stopped, at(899_999))).toBeUndefined()
    expect(tidied(stopped, at(900_000))).toEqual({ next: NOTHING, lapsed: [], finished: 0, notes: 1 })
  })

  it('goes with a lease that was started again after it', () => {
    const again = { ...rosterOf([leaseOf('film')]), lastStop }
    expect(tidied(again, at(2 * LEASE_MS))?.next).toEqual(NOTHING)
  })
})

describe('a user who holds nothing', () => {
  it('goes if the store still keeps them', () => {
    expect(tidied(rosterOf([]), at(0))).toEqual({ next: NOTHING, lapsed: [], finished: 0, notes: 0 })
  })

  it('is left alone if there is none', () => {
    expect(tidied({ ...NOTHING, version: 0 }, at(0))).toBeUndefined()
  })
})
