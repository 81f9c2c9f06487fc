import {
  DEFAULT_POLICY,
  parsePolicy,
  planOfOneLimit,
  PolicyError,
  type Pace,
  type PolicyFault,
} from '@streamgate/core'
import { describe, expect, it } from 'vitest'

describe('a policy file', () => {
  it('may hold several plans of one limit', () => {
    const policy = parsePolicy({
      $schema: './policy.schema.json',
      leaseSeconds: 60,
      heartbeatSeconds: 15,
      defaultPlan: 'standard',
      plans: { standard: { limits: [{ max: 3 }], whenFull: 'deny' }, family: { limits: [{ max: 5 }] } },
    })
    expect(policy).toMatchObject({
      paces: { whenRoom: { leaseMs: 60_000, heartbeatSeconds: 15 } },
      defaultPlan: { limits: [{ max: 3 }] },
    })
    expect(policy.plans.get('family')).toEqual(planOfOneLimit('family', 5))
  })

  it('may leave everything out and is then the built-in one', () => {
    expect(parsePolicy({})).toEqual(DEFAULT_POLICY)
    expect(DEFAULT_POLICY).toMatchObject({
      paces: { whenRoom: { leaseMs: 75_000, heartbeatSeconds: 25 } },
      defaultPlan: { limits: [{ max: 3 }] },
    })
  })

  it('takes its only plan for the default', () => {
    expect(parsePolicy({ plans: { solo: { limits: [{ max: 1 }] } } }).defaultPlan.name).toBe('solo')
  })

  it('asks for three heartbeats a lease by default', () => {
    expect(paceOf({ leaseSeconds: 90 }).heartbeatSeconds).toBe(30)
    expect(paceOf({ leaseSeconds: 1 }).heartbeatSeconds).toBe(1)
  })

  it('may hold streams until they are stopped', () => {
    expect(paceOf({ leaseSeconds: null })).toEqual({ leaseMs: null, heartbeatSeconds: null })
    expect(paceOf({ leaseSeconds: null, heartbeatSeconds: 25 })).toEqual({
      leaseMs: null,
      heartbeatSeconds: 25,
    })
  })

  const plans = { standard: { limits: [{ max: 3 }] } }
  const faulty: readonly (readonly [unknown, string, RegExp])[] = [
    [[], '', /must be an object, got a list/],
    [null, '', /must be an object, got null/],
    [{ leaseSecond: 60 }, '/leaseSecond', /is not known here; known: .*leaseSeconds/],
    [{ leaseSeconds: 0 }, '/leaseSeconds', /whole number from 1 to 604800, got 0/],
    [{ leaseSeconds: '60' }, '/leaseSeconds', /got "60"/],
    [{ leaseSeconds: 1.5 }, '/leaseSeconds', /got 1.5/],
    [{ leaseSeconds: 10, heartbeatSeconds: 11 }, '/heartbeatSeconds', /from 1 to 10, got 11/],
    [{ heartbeatSeconds: null }, '/heartbeatSeconds', /got null/],
    [{ plans: {} }, '/plans', /at least one plan/],
    [{ plans: { 'a/b~c': {} } }, '/plans/a~1b~0c/limits', /list of 1 to 20 limits/],
    [{ plans: { '': { limits: [{ max: 1 }] } } }, '/plans/', /a name of 1 to 64 characters, got 0/],
    [{ plans: { a: { limits: [] } } }, '/plans/a/limits', /got 0 members/],
    [{ plans: { a: { limits: [{ max: 0 }] } } }, '/plans/a/limits/0/max', /from 1 to 1000, got 0/],
    [
      { plans: { a: { limits: [{ max: 1, per: 'devcieId' }] } } },
      '/plans/a/limits/0/per',
      /^is not a known attribute, got "devcieId"; did you mean "deviceId"\? Or declare/,
    ],
    [
      { plans: { a: { limits: [{ max: 1, distinct: 'seat' }] } } },
      '/plans/a/limits/0/distinct',
      /^is not a known attribute, got "seat"; declare an attribute of your own in "attributes"/,
    ],
    [
      { plans: { a: { limits: [{ max: 1, where: { Seat: 'x' } }] } } },
      '/plans/a/limits/0/where/Seat',
      /^must be the name of an attribute \(a lower-case letter/,
    ],
    [{ attributes: ['seat', 'x-y'] }, '/attributes/1', /^must be the name of an attribute/],
    [
      { plans: { a: { limits: [{ max: 1, missing: 'deny' }] } } },
      '/plans/a/limits/0/missing',
      /^is only for a limit with "per" or "distinct"$/,
    ],
    [
      { plans: { a: { limits: [{ max: 1, per: 'network', missing: 'allow' }] } } },
      '/plans/a/limits/0/missing',
      /^must be one of "deny", got "allow"$/,
    ],
    [
      { plans: { a: { limits: [{ max: 1, where: { deviceType: { in: ['tv'], not: 'web' } } }] } } },
      '/plans/a/limits/0/where/deviceType',
      /^must have either "in" or "not"$/,
    ],
    [
      { plans: { a: { limits: [{ max: 1, deviceType: { not: [] } }] } } },
      '/plans/a/limits/0/deviceType/not',
      /^must be a list of 1 to 100 texts, or one text, got 0 members$/,
    ],
    [
      { plans: { a: { limits: [{ max: 1, deviceType: { nor: 'tv' } }] } } },
      '/plans/a/limits/0/deviceType/nor',
      /^is not known here; known: in, not$/,
    ],
    [
      { plans: { a: { limits: [{ max: 1 }], whenFull: 'evict' } } },
      '/plans/a/whenFull',
      /"evict-idle", got "evict"/,
    ],
    [{ plans, defaultPlan: 'gold' }, '/defaultPlan', /one of the plans \("standard"\), got "gold"/],
    [{ plans: { ...plans, b: { limits: [{ max: 1 }] } } }, '/defaultPlan', /got nothing/],
    [{ plans, defaultPlan: 'toString' }, '/defaultPlan', /got "toString"/],
  ]
  it.each(faulty)('is refused: %j, at %s', (value, pointer, detail) => {
    expect(faultsOf(value)).toContainEqual({ pointer, detail: expect.stringMatching(detail) })
  })

  it('is told of any number of faults in messages that stay short', () => {
    const count = 20_000
    const longName = 'x'.repeat(100_000)
    const many = (member: (index: number) => unknown) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`plan-${index}`, member(index)]))
    const notObjects = errorOf({ defaultPlan: 'plan-0', plans: many((index) => index) })
    expect(notObjects.faults).toHaveLength(count)
    expect(notObjects.message.length).toBeLessThan(10_000)
    expect(notObjects.message).toMatch(/; and 19980 more faults$/)
    const shadows = errorOf({
      defaultPlan: 'plan-0',
      plans: many(() => ({ limits: [{ max: 1 }], shadow: longName })),
    })
    expect(shadows.faults).toHaveLength(count)
    expect(shadows.faults[0]?.detail).toMatch(
      /^must name one of the plans \("plan-0", .*, "plan-19" and 19980 more\), got "x{79}…"$/,
    )
  })

  it('is told all its faults at once', () => {
    expect(faultsOf({ leaseSeconds: 0, plans: { a: { limits: 3, whenFull: 1 } } })).toHaveLength(3)
  })
})

/** The one pace of a policy that has but one. */
function paceOf(value: unknown): Pace {
  const { whenRoom, whenFull } = parsePolicy(value).paces
  expect(whenFull).toEqual(whenRoom)
  return whenRoom
}

function faultsOf(value: unknown): readonly PolicyFault[] {
  return errorOf(value).faults
}

function errorOf(value: unknown): PolicyError {
  try {
    parsePolicy(value)
  } catch (error) {
    if (error instanceof PolicyError) return error
    throw error
  }
  throw new Error('the policy has no fault')
}
