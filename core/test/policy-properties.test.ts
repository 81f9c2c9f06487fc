/**
 * Policy files made by chance: what is right is read as it was meant, and what is wrong is named
 * where it is.
 */
import {
  parsePolicy,
  PolicyError,
  type Limit,
  type Plan,
  type Policy,
  type StreamFilter,
} from '@streamgate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileOf } from './policy-file-of.ts'

const text = fc.string({ minLength: 1, maxLength: 8 })
const texts = fc.array(text, { minLength: 1, maxLength: 4 })
const oneOrMore = fc.oneof(text, texts, fc.record({ in: texts }), fc.record({ not: fc.oneof(text, texts) }))
const count = fc.integer({ min: 1, max: 1000 })

const filter: fc.Arbitrary<StreamFilter> = fc
  .record({ deviceType: oneOrMore, deviceId: oneOrMore, contentId: oneOrMore }, { requiredKeys: [] })
  .filter((members) => Object.keys(members).length > 0)

const limit: fc.Arbitrary<Limit> = fc.record(
  {
    max: count,
    deviceType: oneOrMore,
    where: filter,
    per: fc.constantFrom('deviceId' as const, 'contentId' as const),
  },
  { requiredKeys: ['max'] },
)

const rules = fc.record({
  limits: fc.array(limit, { minLength: 1, maxLength: 4 }),
  whenFull: fc.constantFrom('deny' as const, 'evict-oldest' as const, 'evict-idle' as const),
  sameDeviceReplaces: fc.boolean(),
  ignore: fc.array(filter, { maxLength: 3 }),
  grace: fc.option(fc.record({ streams: count, windowMs: count.map((seconds) => seconds * 1000) })),
  devices: fc.option(
    fc.record({
      max: fc.integer({ min: 1, max: 50 }),
      changes: fc.option(
        fc.record({
          max: fc.integer({ min: 1, max: 100 }),
          windowMs: fc.integer({ min: 1, max: 365 }).map((days) => days * 86_400_000),
        }),
      ),
      exempt: fc.array(filter, { maxLength: 3 }),
      whenFull: fc.constantFrom('deny' as const, 'replace-least-recent' as const),
    }),
  ),
})

const planNamed = (name: string): fc.Arbitrary<Plan> =>
  fc
    .record({
      own: rules,
      enforcePercent: fc.double({ min: 0, max: 100, noNaN: true, noDefaultInfinity: true }),
      shadow: fc.option(rules),
    })
    .map(({ own, enforcePercent, shadow }) => ({
      ...own,
      name,
      enforcePercent,
      shadow:
        shadow === null ? null : { ...shadow, name: `${name} (shadow)`, enforcePercent: 100, shadow: null },
    }))

/** Names that mean something elsewhere: to JSON pointers, and to JavaScript. */
const planName = fc.oneof(text, fc.constantFrom('a/b', 'm~n', 'constructor', 'toString', ' '))

const policy: fc.Arbitrary<Policy> = fc
  .record({
    names: fc.uniqueArray(planName, { minLength: 1, maxLength: 3 }),
    leaseSeconds: fc.option(fc.integer({ min: 400, max: 604_800 })),
    whenRoom: fc.integer({ min: 1, max: 400 }),
    whenFull: fc.integer({ min: 1, max: 400 }),
  })
  .chain(({ names, leaseSeconds, whenRoom, whenFull }) =>
    fc.tuple(...names.map(planNamed)).map((plans) => {
      const leaseMs = leaseSeconds === null ? null : leaseSeconds * 1000
      return {
        paces: {
          whenRoom: { heartbeatSeconds: whenRoom, leaseMs },
          whenFull: { heartbeatSeconds: whenFull, leaseMs },
        },
        defaultPlan: plans[0] as Plan,
        plans: new Map(plans.map((plan) => [plan.name, plan])),
      }
    }),
  )

describe('a policy file', () => {
  it('is read as it was meant, with every member that it may have', () => {
    fc.assert(
      fc.property(policy, (meant) => {
        const file: unknown = JSON.parse(JSON.stringify(fileOf(meant)))
        expect(parsePolicy(file)).toEqual(meant)
      }),
    )
  })

  it('is a policy or a list of faults, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (some, other) => {
        for (const file of [
          some,
          { plans: some },
          { plans: { one: some } },
          { ...RIGHT, heartbeatSeconds: other },
        ]) {
          try {
            parsePolicy(file)
          } catch (error) {
            expect(error).toBeInstanceOf(PolicyError)
            expect((error as PolicyError).faults).not.toEqual([])
          }
        }
      }),
    )
  })
})

/** A right file that has every member. */
const RIGHT = {
  leaseSeconds: 90,
  heartbeatSeconds: { whenRoom: 60, whenFull: 20 },
  defaultPlan: 'a/b',
  plans: {
    'a/b': {
      limits: [{ max: 3 }, { max: 1, deviceType: ['tv'], where: { contentId: 'film' }, per: 'deviceId' }],
      whenFull: 'evict-idle',
      sameDeviceReplaces: true,
      ignore: [{ contentId: 'trailer' }],
      graceStreams: { streams: 1, seconds: 60 },
      enforcePercent: 50,
      shadow: { limits: [{ max: 2 }], whenFull: 'deny' },
    },
  },
}

/** A place, and what must not stand there. */
const WRONG: readonly (readonly [string, unknown])[] = [
  ['/leaseSeconds', 0],
  ['/leaseSeconds', 604_801],
  ['/heartbeatSeconds/whenRoom', 0.5],
  ['/heartbeatSeconds/whenFull', '20'],
  ['/heartbeatSeconds/whenIdle', 5],
  ['/defaultPlan', 'another'],
  ['/unknown', 1],
  ['/plans', []],
  ['/plans', {}],
  ['/plans/a~1b', null],
  ['/plans/a~1b/limit', 3],
  ['/plans/a~1b/limits', []],
  ['/plans/a~1b/limits/0', 3],
  ['/plans/a~1b/limits/0/max', 1001],
  ['/plans/a~1b/limits/1/deviceType', []],
  ['/plans/a~1b/limits/1/deviceType/0', ''],
  ['/plans/a~1b/limits/1/where', {}],
  ['/plans/a~1b/limits/1/where/label', 'tv'],
  ['/plans/a~1b/limits/1/where/contentId', 7],
  ['/plans/a~1b/limits/1/per', 'deviceTyp'],
  ['/plans/a~1b/limits/1/minimum', 1],
  ['/plans/a~1b/whenFull', 'evict'],
  ['/plans/a~1b/sameDeviceReplaces', 'yes'],
  ['/plans/a~1b/ignore', {}],
  ['/plans/a~1b/ignore/0', {}],
  ['/plans/a~1b/ignore/0/contentId', ''],
  ['/plans/a~1b/graceStreams', 2],
  ['/plans/a~1b/graceStreams/streams', 0],
  ['/plans/a~1b/graceStreams/seconds', 86_401],
  ['/plans/a~1b/graceStreams/minutes', 1],
  ['/plans/a~1b/enforcePercent', 101],
  ['/plans/a~1b/enforcePercent', -1],
  ['/plans/a~1b/shadow', 'another'],
  ['/plans/a~1b/shadow', 7],
  ['/plans/a~1b/shadow/limits', null],
  ['/plans/a~1b/shadow/limits/0/max', 0],
  ['/plans/a~1b/shadow/enforcePercent', 50],
]

describe('a fault', () => {
  it('has nothing to name in a right file', () => {
    expect(() => parsePolicy(RIGHT)).not.toThrow()
  })

  it.each(WRONG)('at %s is named there: %j', (pointer, value) => {
    expect(pointersOf(withAt(RIGHT, pointer, value))).toEqual([pointer])
  })

  it('does not hide another', () => {
    const apart = WRONG.filter(([pointer]) => pointer.split('/').length > 4)
    fc.assert(
      fc.property(fc.subarray(apart, { minLength: 1 }), (chosen) => {
        const kept = chosen.filter(([pointer]) => !chosen.some(([other]) => isWithin(pointer, other)))
        const file = kept.reduce((made, [pointer, value]) => withAt(made, pointer, value), RIGHT as unknown)
        expect(new Set(pointersOf(file))).toEqual(new Set(kept.map(([pointer]) => pointer)))
      }),
    )
  })
})

function isWithin(one: string, other: string): boolean {
  return one.startsWith(`${other}/`)
}

function pointersOf(file: unknown): readonly string[] {
  try {
    parsePolicy(file)
    return []
  } catch (error) {
    return (error as PolicyError).faults.map(({ pointer }) => pointer)
  }
}

/** A copy of the file with this value at the place of a JSON pointer. */
function withAt(file: unknown, pointer: string, value: unknown): unknown {
  const copy: unknown = structuredClone(file)
  const names = pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = names.pop() ?? ''
  const parent = names.reduce((place, name) => (place as Record<string, unknown>)[name], copy)
  ;(parent as Record<string, unknown>)[last] = value
  return copy
}
