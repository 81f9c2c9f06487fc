/**
 * Any plan, any roster, any newcomer: judged by a reading of plans that shares no code with the
 * core.
 */
import { EMPTY_ROSTER, type Lease, type Plan, type Roster } from '@streamgate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  evictionMistakes,
  holdersUnder,
  isAnyBucketFull,
  isExempt,
  leavingByWish,
  obstacle,
  seats,
} from '../../tests/simulation/checker/plan-model.ts'
import { claim, leaseOf, NOW_MS, plan, roster, stream } from './arbitrary-plans.ts'
import { isFull } from '../src/rules/limits.ts'
import { liveLeases } from '../src/roster.ts'
import { admit } from '../src/rules/admission.ts'
import { ENVIRONMENT } from '../../tools/environment.ts'
import type { Admission, Claim, DeviceDenial, PoolDenial } from '../src/rules/claim.ts'

/** How many cases of each property to judge, if the environment asks for more than usual. */
const RUNS = Number(ENVIRONMENT['PROPERTY_RUNS'] ?? 0)

describe('any newcomer under any plan', () => {
  it('is admitted if and only if there is room once those have left who may', () => {
    eachCase(({ plan: rules, newcomer, isHeartbeat }, { staying, admission }) => {
      const entry = { plan: rules, stream: newcomer }
      const isFree = obstacle(entry, staying) === undefined
      const canEvict = rules.whenFull !== 'deny' && isHeartbeat !== true
      const extra = rules.grace === null || isHeartbeat === true ? undefined : rules.grace.streams
      const isInGrace = extra !== undefined && obstacle({ ...entry, extra }, staying) === undefined
      expect(admission.outcome).toBe(isFree || canEvict || isInGrace ? 'admitted' : 'denied')
    })
  })

  it('finds room beside those who stay, or no more above the limit than its grace has', () => {
    eachCase(({ plan: rules, newcomer }, { admission, next }) => {
      if (admission.outcome === 'denied') return
      const own = next.find(({ id }) => id === newcomer.id)
      const extra = own?.graceUntilMs === undefined ? 0 : (rules.grace?.streams ?? 0)
      const others = next.filter(({ id }) => id !== newcomer.id)
      expect(obstacle({ plan: rules, stream: newcomer, extra }, others)).toBeUndefined()
    })
  })

  it('evicts no stream needlessly, and none out of turn', () => {
    eachCase(({ plan: rules, newcomer }, { staying, admission }) => {
      if (admission.outcome === 'denied') return
      const evicted = staying.filter((lease) => admission.ends.includes(lease))
      const left = staying.filter((lease) => !evicted.includes(lease))
      if (evicted.length > 0) {
        expect(evictionMistakes({ plan: rules, stream: newcomer }, left, evicted)).toEqual([])
      }
    })
  })

  it('ends exactly those of whom it tells, and leaves a note on each', () => {
    eachCase(({ newcomer }, { before, leaving, staying, admission, next }) => {
      if (admission.outcome === 'denied') return
      const gone = [...leaving, ...staying].filter(({ id }) => next.every((lease) => lease.id !== id))
      expect(idsOf(admission.ends)).toEqual(idsOf(gone.filter((lease) => before.includes(lease))))
      const { write } = admission
      const notes = write.verb === 'replace' ? write.next.notes : []
      const noted = notes
        .filter((note) => note.how === 'evicted' && note.by.id === newcomer.id)
        .map(({ leaseId }) => leaseId)
      expect(noted).toEqual(expect.arrayContaining(idsOf(admission.ends)))
    })
  })

  it('is denied by the first full limit, and by all its live holders', () => {
    eachCase(({ plan: rules, newcomer }, { staying, admission }) => {
      if (admission.outcome !== 'denied') return
      const entry = { plan: rules, stream: newcomer }
      const first = obstacle(entry, staying)
      expect(admission.limit).toEqual(first?.limit)
      expect(admission.holders).toEqual(holdersUnder(admission.limit, entry, staying))
      expect(admission.retryAfterMs).toBe(100)
    })
  })
})

describe('any newcomer that is denied', () => {
  it('has room once it replaces the streams that are said to make room, and needs each of them', () => {
    let told = 0
    eachCase((asked, { admission, before }) => {
      if (admission.outcome !== 'denied' || admission.limit.missing !== undefined) return
      const { makesRoom } = admission
      expect(makesRoom.length).toBeGreaterThan(0)
      told += 1
      const roomWith = (ending: readonly Lease[]) => {
        const held = { ...EMPTY_ROSTER, leases: before }
        const again = { ...asked, replaces: ending.map(({ id }) => id), isHeartbeat: false }
        return admit(held, { ...again, plan: { ...asked.plan, whenFull: 'deny', grace: null } }, NOW_MS)
          .outcome
      }
      if (asked.isHeartbeat === true && asked.newcomer.deviceId !== undefined) return
      expect(roomWith(makesRoom)).toBe('admitted')
      for (const spared of makesRoom) {
        expect(roomWith(makesRoom.filter((lease) => lease !== spared))).toBe('denied')
      }
    }, 5000)
    expect(told).toBeGreaterThan(100)
  })
})

describe('any roster that came about by starts', () => {
  it('never exceeds a limit of its plan by more than its grace', () => {
    const starts = fc.array(fc.record({ stream, name: fc.integer({ min: 0, max: 9 }) }), { maxLength: 30 })
    fc.assert(
      fc.property(plan, starts, (rules, asked) => {
        let held: Roster = EMPTY_ROSTER
        for (const [index, { stream: facts, name }] of asked.entries()) {
          const nowMs = NOW_MS + index * 20
          const times = { startedAtMs: nowMs, renewedAtMs: nowMs, expiresAtMs: nowMs + 200 }
          const newcomer = leaseOf(`held-${name}`, facts, times)
          if (held.leases.some(({ id }) => id === newcomer.id)) continue
          held = rosterAfter(held, withoutDevices(admit(held, { newcomer, plan: rules }, nowMs)))
          expect(excess(rules, liveLeases(held, nowMs))).toBeLessThanOrEqual(rules.grace?.streams ?? 0)
        }
      }),
    )
  })

  it('is full exactly where one more of some kind would be denied', () => {
    fc.assert(
      fc.property(plan, roster, (rules, { leases }) => {
        expect(isFull(rules, leases)).toBe(isAnyBucketFull(rules, leases))
      }),
    )
  })
})

type Case = {
  /** Who was live, of them who leaves by wish, and who stays unless evicted. */
  readonly before: readonly Lease[]
  readonly leaving: readonly Lease[]
  readonly staying: readonly Lease[]
  readonly admission: Judged
  /** Who is held once the decision is true. */
  readonly next: readonly Lease[]
}

function eachCase(judge: (claim: Claim, made: Case) => void, numRuns = 500): void {
  fc.assert(
    fc.property(claim, roster, (asked, held) => {
      const { newcomer, plan: rules, replaces, isHeartbeat } = asked
      const before = liveLeases(held, NOW_MS)
      const devicePlan = isHeartbeat === true ? undefined : rules
      const wish = { devicePlan, id: newcomer.id, stream: newcomer, replaces }
      const leaving = leavingByWish(wish, before)
      const staying = before.filter((lease) => !leaving.includes(lease))
      const admission = withoutDevices(admit(held, asked, NOW_MS))
      judge(asked, { before, leaving, staying, admission, next: rosterAfter(held, admission).leases })
    }),
    { numRuns: Math.max(numRuns, RUNS) },
  )
}

type Judged = Exclude<Admission, DeviceDenial | PoolDenial>

/** The plans of these tests register no devices. */
function withoutDevices(admission: Admission): Judged {
  if (admission.outcome === 'device-denied' || admission.outcome === 'pool-full') {
    throw new Error('No plan registers devices, and there are no pools')
  }
  return admission
}

function rosterAfter(held: Roster, admission: Judged): Roster {
  if (admission.outcome === 'denied') return held
  const { write } = admission
  switch (write.verb) {
    case 'add':
      expect(held.leases.length).toBeLessThan(write.room.capacity)
      return { ...held, leases: [...held.leases, write.lease] }
    case 'replace':
      return { ...held, ...write.next }
    case 'renew':
      return held
  }
}

/** By how many the fullest bucket of any limit exceeds it. */
function excess(rules: Plan, leases: readonly Lease[]): number {
  return Math.max(
    0,
    ...leases
      .filter((lease) => !isExempt(rules, lease))
      .flatMap((lease) =>
        rules.limits.map((each) => {
          const others = holdersUnder(each, { plan: rules, stream: lease }, leases)
          if (others === undefined) return 0
          const own = others.includes(lease) ? [] : [lease]
          return seats(each, [...others, ...own]) - each.max
        }),
      ),
  )
}

function idsOf(leases: readonly Lease[]): string[] {
  return leases.map(({ id }) => id).toSorted()
}
