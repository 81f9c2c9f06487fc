import { parsePolicy, PolicyError } from '@streamgate/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { POLICY_SCHEMA } from '../src/policy/policy-schema.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false })
const isBySchema = ajv.compile(POLICY_SCHEMA)

/** Rules of `parsePolicy` that JSON Schema cannot express, each known by its faults. */
const BEYOND_SCHEMA: Readonly<Record<string, RegExp>> = {
  'defaultPlan names one of the plans': /^\/defaultPlan must name one of the plans \(.*\), got "/,
  'shadow names one of the plans': /^\/plans\/[^/]*\/shadow must name one of the plans/,
  'a heartbeat comes within the lease':
    /^\/heartbeatSeconds(?:\/\w+)? must be a whole number from 1 to (?!604800)/,
  'an attribute is known or declared': /is not a known attribute, got "/,
  'the name of a plan is measured in UTF-16 units': /must have a name of 1 to 64 characters, got (?!0$)/,
}

describe('the JSON Schema of a policy file', () => {
  it('is a valid schema of draft 2020-12', () => {
    expect(POLICY_SCHEMA['$schema']).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(ajv.validateSchema(POLICY_SCHEMA)).toBe(true)
  })

  it('describes every member, with an example that it accepts', () => {
    const members = membersIn(POLICY_SCHEMA)
    expect(members.length).toBeGreaterThan(20)
    for (const [name, member] of members) {
      const { description, examples } = { ...definitionOf(member), ...member }
      expect(description, name).toMatch(/^[A-Za-z].{20,}\.$/s)
      expect(examples, name).toBeInstanceOf(Array)
      const isRight = ajv.compile({ ...member, $defs: POLICY_SCHEMA['$defs'] })
      for (const example of examples as unknown[])
        expect(isRight(example), `${name}: ${JSON.stringify(example)}`).toBe(true)
    }
  })

  it.each([
    [{}, true],
    [{ heartbeatSeconds: null, leaseSeconds: null }, true],
    [{ heartbeatSeconds: null }, false],
    [{ heartbeatSeconds: null, leaseSeconds: 10 }, false],
    [{ defaultPlan: 'standard' }, true],
    [{ defaultPlan: 'gold' }, false],
    [{ plans: {} }, false],
    [{ plans: { a: { limits: [{ max: 1 }] }, b: { limits: [{ max: 1 }] } } }, false],
    [{ plans: { a: { limits: [{ max: 1, per: 'Label' }] } } }, false],
    [{ plans: { a: { limits: [{ max: 1, missing: 'deny' }] } } }, false],
    [{ plans: { a: { limits: [{ max: 1, per: 'network', missing: 'deny' }] } } }, true],
    [{ attributes: ['seat'], plans: { a: { limits: [{ max: 1, distinct: 'seat' }] } } }, true],
    [{ attributes: ['a seat'] }, false],
    [{ plans: { a: { limits: [{ max: 1001 }] } } }, false],
    [{ plans: { a: { limits: [{ max: 1, where: {} }] } } }, false],
    [{ plans: { a: { limits: [{ max: 1 }], shadow: { limits: [{ max: 1 }], enforcePercent: 1 } } } }, false],
    [{ plans: { a: { limits: [{ max: 1 }], enforcePercent: 0.5 } } }, true],
  ])('agrees with the reader about %j: %s', (value, isRight) => {
    expect([isBySchema(value), faultsOf(value).length === 0]).toEqual([isRight, isRight])
  })

  it('accepts what the reader accepts, and nothing else, except for rules that no schema can express', () => {
    let taken = 0
    fc.assert(
      fc.property(policies, (value) => {
        const faults = faultsOf(value)
        if (faults.length === 0) taken += 1
        const isTaken = isBySchema(value)
        const unsaid = faults.filter(
          (fault) => !Object.values(BEYOND_SCHEMA).some((rule) => rule.test(fault)),
        )
        const about = JSON.stringify(value)
        if (faults.length === 0) expect(isTaken, about).toBe(true)
        if (isTaken) expect(unsaid, about).toEqual([])
      }),
      { numRuns: 2000, seed: 1 },
    )
    expect(taken).toBeGreaterThan(100)
  })

  it('agrees with the reader about a valid policy with one thing changed, at its bounds or beyond', () => {
    fc.assert(
      fc.property(soundPolicies, fc.nat(), fc.nat(), (value, where, what) => {
        fc.pre(faultsOf(value).length === 0)
        const changed = withOneChange(value, where, what)
        const faults = faultsOf(changed)
        const unsaid = faults.filter(
          (fault) => !Object.values(BEYOND_SCHEMA).some((rule) => rule.test(fault)),
        )
        if (isBySchema(changed)) expect(unsaid, JSON.stringify(changed)).toEqual([])
        else expect(faults, JSON.stringify(changed)).not.toEqual([])
      }),
      { numRuns: 3000, seed: 1 },
    )
  })

  it.each(Object.keys(BEYOND_SCHEMA))('leaves to the reader that %s', (rule) => {
    const limits = [{ max: 1 }]
    const broken: Record<string, unknown> = {
      'defaultPlan names one of the plans': { plans: { a: { limits } }, defaultPlan: 'b' },
      'shadow names one of the plans': { plans: { a: { limits, shadow: 'b' } } },
      'a heartbeat comes within the lease': { leaseSeconds: 10, heartbeatSeconds: 11 },
      'the name of a plan is measured in UTF-16 units': { plans: { ['😀'.repeat(40)]: { limits } } },
      'an attribute is known or declared': { plans: { a: { limits: [{ max: 1, per: 'seat' }] } } },
    }
    expect(isBySchema(broken[rule])).toBe(true)
    expect(faultsOf(broken[rule])).toEqual([expect.stringMatching(BEYOND_SCHEMA[rule] ?? /^$/)])
  })
})

function faultsOf(value: unknown): string[] {
  try {
    parsePolicy(value)
    return []
  } catch (error) {
    if (error instanceof PolicyError) return error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`)
    throw error
  }
}

type Member = Readonly<Record<string, unknown>>

/** Every member that the schema names, anywhere in it. */
function membersIn(schema: unknown): (readonly [string, Member])[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties } = schema as { properties?: Record<string, Member> }
  // Conditions name members that are described elsewhere.
  const rest = Object.entries(schema).filter(([name]) => name !== 'allOf' && name !== 'examples')
  return [...Object.entries(properties ?? {}), ...rest.flatMap(([, part]) => membersIn(part))]
}

function definitionOf({ $ref }: Member): Member {
  if (typeof $ref !== 'string') return {}
  return (POLICY_SCHEMA['$defs'] as Record<string, Member>)[$ref.slice('#/$defs/'.length)] ?? {}
}

type Vary = <Value>(value: fc.Arbitrary<Value>) => fc.Arbitrary<unknown>

/** Policy files, all of whose parts are varied in the same way. */
function policyFiles(vary: Vary): fc.Arbitrary<unknown> {
  const text = fc.constantFrom('tv', 'mobile', 'trailer', 'é')
  const values = vary(fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })))
  const members = { deviceType: values, deviceId: values, contentId: values }
  const filter = vary(
    fc.record(members, { requiredKeys: [] }).filter((asked) => Object.keys(asked).length > 0),
  )
  const limit = vary(
    fc.record(
      {
        max: vary(fc.constantFrom(1, 2, 1000)),
        deviceType: values,
        where: filter,
        per: vary(fc.constantFrom('deviceId', 'contentId', 'profile')),
        distinct: vary(fc.constantFrom('network', 'deviceId')),
        missing: fc.constant('deny'),
      },
      { requiredKeys: ['max'] },
    ),
  )
  const rules = {
    limits: vary(fc.array(limit, { minLength: 1, maxLength: 3 })),
    whenFull: vary(fc.constantFrom('deny', 'evict-oldest', 'evict-idle')),
    sameDeviceReplaces: vary(fc.boolean()),
    ignore: vary(fc.array(filter, { minLength: 1, maxLength: 2 })),
    graceStreams: vary(
      fc.record({ streams: vary(fc.constantFrom(1, 1000)), seconds: vary(fc.constantFrom(1, 86_400)) }),
    ),
  }
  const planName = fc.constantFrom('standard', 'family', 'x'.repeat(64), '😀'.repeat(32), '__proto__')
  const plan = fc.record(
    {
      ...rules,
      enforcePercent: vary(fc.constantFrom(0, 12.5, 100)),
      shadow: vary(fc.oneof(planName, fc.record(rules, { requiredKeys: ['limits'] }))),
    },
    { requiredKeys: ['limits'] },
  )
  const seconds = vary(fc.constantFrom(1, 25, 604_800))
  const heartbeatSeconds = vary(fc.oneof(seconds, fc.record({ whenRoom: seconds, whenFull: seconds })))
  const plans = vary(fc.dictionary(planName, vary(plan), { minKeys: 1, maxKeys: 2, noNullPrototype: true }))
  const leaseSeconds = vary(fc.oneof(seconds, fc.constant(null)))
  const file = {
    $schema: fc.constant('./a.json'),
    leaseSeconds,
    heartbeatSeconds,
    defaultPlan: vary(planName),
    plans,
  }
  return vary(fc.record(file, { requiredKeys: [] }))
}

const JUNK = [null, 0, -1, 1.5, '', 'x', [], {}, true, 1001, 604_801, [1], { max: 1 }] as const

/** Mostly right values with a wrong one here and there, and only right values. */
const policies = policyFiles((value) =>
  fc.oneof({ weight: 40, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom<unknown>(...JUNK) }),
)
const soundPolicies = policyFiles((value) => value)

/** A copy in which one value, anywhere in it, is missing or different. */
function withOneChange(policy: unknown, where: number, what: number): unknown {
  const copy = structuredClone(policy)
  const places = placesIn(copy)
  const place = places[where % Math.max(1, places.length)]
  if (place === undefined) return copy
  const [holder, name] = place
  const others = otherValues(holder[name])
  const other = others[what % others.length]
  if (other === undefined && !Array.isArray(holder)) delete holder[name]
  else
    Object.defineProperty(holder, name, {
      value: other,
      enumerable: true,
      writable: true,
      configurable: true,
    })
  return copy
}

type Holder = Record<string, unknown>

function placesIn(value: unknown): (readonly [Holder, string])[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Holder
  return Object.keys(holder).flatMap((name) => [[holder, name] as const, ...placesIn(holder[name])])
}

function otherValues(value: unknown): readonly unknown[] {
  const any = [undefined, null, 0, -1, 0.5, '', 'x', true, {}, []]
  if (typeof value === 'number') return [...any, value + 1, value - 1, value + 0.5, String(value)]
  if (!Array.isArray(value)) return any
  return [...any, ...[20, 21, 100, 101].map((length) => Array.from({ length }, () => value[0] as unknown))]
}
