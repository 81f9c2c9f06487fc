import { planOfOneLimit, type LeaseId, type RosterContent } from '@streamgate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit } from '../src/rules/admission.ts'
import type { Write } from '../src/rules/claim.ts'
import { claimOf, idsOf, leaseOf, LEASE_MS, noteOn, rosterOf } from './specimens.ts'

const FULL = rosterOf([leaseOf('a'), leaseOf('b'), leaseOf('c')])

describe('a newcomer', () => {
  it('is added if fewer leases than the limit are held', () => {
    const claim = claimOf('c', 10)
    const write: Write = { verb: 'add', lease: claim.newcomer, room: { capacity: 3 } }
    expect(admit(rosterOf([leaseOf('a'), leaseOf('b')]), claim, 10)).toEqual({
      outcome: 'admitted',
      write,
      ends: [],
    })
  })

  it('is denied by as many live leases as the limit, one millisecond before the first of them expires', () => {
    const roster = rosterOf([leaseOf('a'), leaseOf('b', { expiresAtMs: 80_000 }), leaseOf('c')])
    expect(admit(roster, claimOf('d', 74_999), 74_999)).toEqual({
      outcome: 'denied',
      limit: { max: 3 },
      holders: roster.leases,
      makesRoom: roster.leases.slice(0, 1),
      retryAfterMs: 1,
    })
  })

  it('takes the slot of a lease at the instant at which it expires', () => {
    const roster = rosterOf([
      leaseOf('a'),
      leaseOf('b', { expiresAtMs: 80_000 }),
      leaseOf('c', { expiresAtMs: 90_000 }),
    ])
    expect(idsOf(nextOf(admit(roster, claimOf('d', 75_000), 75_000)))).toEqual(['b', 'c', 'd'])
  })

  it('takes the slots of all expired leases at once, so that none of them can be revived beside it', () => {
    expect(idsOf(nextOf(admit(FULL, claimOf('d', LEASE_MS), LEASE_MS)))).toEqual(['d'])
  })

  it('is denied by exactly the live leases, and not by expired ones beside them', () => {
    const roster = rosterOf([leaseOf('old', { expiresAtMs: 5 }), leaseOf('a'), leaseOf('b')])
    const admission = admit(roster, claimOf('d', 10, { plan: planOfOneLimit('two', 2) }), 10)
    expect(admission).toMatchObject({ outcome: 'denied', holders: [leaseOf('a'), leaseOf('b')] })
  })

  it('gets no time to retry if no stream in its way can expire', () => {
    const roster = rosterOf([leaseOf('a', { expiresAtMs: null })])
    const admission = admit(roster, claimOf('b', 9e12, { plan: planOfOneLimit('one', 1) }), 9e12)
    expect(admission).toMatchObject({ outcome: 'denied', retryAfterMs: null })
  })

  it('is denied while more is held than a lowered limit allows', () => {
    expect(admit(FULL, claimOf('d', 10, { plan: planOfOneLimit('two', 2) }), 10)).toMatchObject({
      outcome: 'denied',
      holders: FULL.leases,
    })
  })

  it('has an old note on its own eviction removed by a write of the whole roster', () => {
    const roster = rosterOf([leaseOf('a')], [noteOn('b'), noteOn('c')])
    const replaces = 'a' as LeaseId
    const { notes } = nextOf(admit(roster, claimOf('b', 10, { replaces }), 10))
    expect(notes.map(({ leaseId }) => leaseId)).toEqual(['c', 'a'])
  })

  it('is admitted only on the roster that was seen if the claim says so', () => {
    expect(admit(rosterOf([]), claimOf('a', 10, { isHeartbeat: true }), 10)).toMatchObject({
      outcome: 'admitted',
      write: { verb: 'replace' },
    })
  })
})

describe('a stream that asks again', () => {
  it('is renewed on a full roster', () => {
    expect(admit(FULL, claimOf('b', 10), 10)).toEqual({
      outcome: 'renewed',
      ends: [],
      write: {
        verb: 'renew',
        lease: { id: 'b', generation: 'generation of b' },
        renewal: { renewedAtMs: 10, expiresAtMs: 10 + LEASE_MS },
      },
    })
  })

  it('is revived if its lease has expired but is held', () => {
    expect(admit(FULL, claimOf('b', 900_000), 900_000)).toMatchObject({
      outcome: 'renewed',
      write: { verb: 'renew' },
    })
  })
})

describe('a newcomer that replaces a lease', () => {
  const replaces = 'b' as LeaseId

  it('takes its place on a full roster, and leaves a note for twice the length of a lease', () => {
    const next = nextOf(admit(FULL, claimOf('d', 10, { replaces }), 10))
    expect(idsOf(next)).toEqual(['a', 'c', 'd'])
    const note = {
      how: 'evicted',
      leaseId: 'b',
      generation: 'generation of b',
      by: { id: 'd' },
      atMs: 10,
      untilMs: 10 + 2 * LEASE_MS,
    }
    expect(next.notes).toEqual([note])
  })

  it('takes its place on a roster with room as well', () => {
    const roster = rosterOf([leaseOf('b')])
    expect(idsOf(nextOf(admit(roster, claimOf('d', 10, { replaces }), 10)))).toEqual(['d'])
  })

  it('is judged as any other if that lease is not held', () => {
    const elsewhere = { replaces: 'gone' as LeaseId }
    expect(admit(FULL, claimOf('d', 10, elsewhere), 10)).toMatchObject({
      outcome: 'denied',
      holders: FULL.leases,
    })
    expect(admit(rosterOf([]), claimOf('d', 10, elsewhere), 10)).toMatchObject({ outcome: 'admitted' })
  })

  it('holds only for the roster that was judged, so that lease cannot slip in beside it', () => {
    const beside = { replaces: 'gone' as LeaseId }
    expect(admit(rosterOf([]), claimOf('d', 10, beside), 10)).toMatchObject({ write: { verb: 'replace' } })
    expect(admit(FULL, claimOf('b', 10, beside), 10)).toMatchObject({ write: { verb: 'replace' } })
  })

  it('is denied, and ends nothing, if one slot is not enough', () => {
    expect(admit(FULL, claimOf('d', 10, { replaces, plan: planOfOneLimit('two', 2) }), 10)).toMatchObject({
      outcome: 'denied',
    })
  })

  it('that is held already is renewed, and ends the other', () => {
    const admission = admit(FULL, claimOf('a', 10, { replaces }), 10)
    expect(admission.outcome).toBe('renewed')
    expect(nextOf(admission).leases).toEqual([
      leaseOf('a', { renewedAtMs: 10, expiresAtMs: 10 + LEASE_MS }),
      leaseOf('c'),
    ])
  })

  it('that names itself is simply renewed', () => {
    expect(admit(FULL, claimOf('b', 10, { replaces }), 10)).toMatchObject({ write: { verb: 'renew' } })
  })

  it('keeps no more than sixteen notes, the newest', () => {
    const old = Array.from({ length: 16 }, (_, index) => noteOn(`old-${index}`))
    const { notes } = nextOf(admit(rosterOf([leaseOf('b')], old), claimOf('d', 10, { replaces }), 10))
    expect(notes.map((note) => note.leaseId)).toEqual([...old.slice(1).map((note) => note.leaseId), 'b'])
  })

  it('remembers until when dropped notes would have counted', () => {
    const old = Array.from({ length: 16 }, (_, index) => noteOn(`old-${index}`, { untilMs: 1000 - index }))
    const next = nextOf(admit(rosterOf([leaseOf('b')], old), claimOf('d', 10, { replaces }), 10))
    expect(next.forgottenUntilMs).toBe(1000)
    const later = nextOf(admit({ ...next, version: 2 }, claimOf('e', 20, { replaces: 'd' as LeaseId }), 20))
    expect(later.forgottenUntilMs).toBe(1000)
    const latest = nextOf(
      admit({ ...later, version: 3 }, claimOf('f', 1000, { replaces: 'e' as LeaseId }), 1000),
    )
    expect(latest.forgottenUntilMs).toBeUndefined()
  })

  it('leaves a note on each lapsed lease that goes with it, until its own length after its end', () => {
    const facts = { plan: 'solo', deviceType: 'tv', contentId: 'film', label: 'TV' }
    const roster = rosterOf([leaseOf('a', { ...facts, expiresAtMs: 5, renewedAtMs: 0 }), leaseOf('b')])
    const atMs = 9
    const lapsed = { how: 'lapsed', leaseId: 'a', generation: 'generation of a', facts, atMs, untilMs: 10 }
    expect(nextOf(admit(roster, claimOf('d', atMs, { replaces }), atMs)).notes[0]).toEqual(lapsed)
    expect(nextOf(admit(roster, claimOf('d', 10, { replaces }), 10)).notes.map(({ how }) => how)).toEqual([
      'evicted',
    ])
  })

  it('drops expired notes', () => {
    const roster = rosterOf([leaseOf('b')], [noteOn('x', { untilMs: 10 }), noteOn('y', { untilMs: 11 })])
    const { notes } = nextOf(admit(roster, claimOf('d', 10, { replaces }), 10))
    expect(notes.map((note) => note.leaseId)).toEqual(['y', 'b'])
  })
})

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

describe('for any roster, limit and instant', () => {
  const lease = fc.record({
    id: fc.constantFrom(...NAMES),
    expiresAtMs: fc.option(fc.integer({ min: 0, max: 20 })),
  })
  const situation = fc.record({
    held: fc.uniqueArray(lease, { selector: ({ id }) => id, maxLength: 6 }),
    id: fc.constantFrom(...NAMES),
    replaces: fc.option(fc.constantFrom(...NAMES), { nil: undefined }),
    max: fc.integer({ min: 1, max: 6 }),
    nowMs: fc.integer({ min: 0, max: 20 }),
  })

  it('a newcomer is denied if and only if there is truly no room, and admission never exceeds the limit', () => {
    fc.assert(
      fc.property(situation, ({ held, id, replaces, max, nowMs }) => {
        const roster = rosterOf(held.map(({ id: name, expiresAtMs }) => leaseOf(name, { expiresAtMs })))
        const claim = claimOf(id, nowMs, {
          plan: planOfOneLimit('any', max),
          replaces: replaces as LeaseId | undefined,
        })
        const admission = admit(roster, claim, nowMs)
        const liveIds = held
          .filter((one) => one.expiresAtMs === null || one.expiresAtMs > nowMs)
          .map((one) => one.id)
        const inTheWay = liveIds.filter((one) => one !== replaces)
        const isHeld = held.some((one) => one.id === id)
        expect(admission.outcome).toBe(isHeld ? 'renewed' : inTheWay.length < max ? 'admitted' : 'denied')
        if (admission.outcome === 'denied') expect(admission.holders.map((one) => one.id)).toEqual(inTheWay)
        if (admission.outcome === 'admitted' && admission.write.verb === 'replace') {
          expect(admission.write.next.leases.length).toBeLessThanOrEqual(max)
        }
      }),
    )
  })
})

/** The roster that an admission would write. */
function nextOf(admission: ReturnType<typeof admit>): RosterContent {
  if (!('write' in admission) || admission.write.verb !== 'replace')
    throw new Error(JSON.stringify(admission))
  return admission.write.next
}
