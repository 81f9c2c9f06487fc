/** The schema of a decision's line, the writer and the reader, each held to the others. */
import { Ajv2020, type SchemaObject } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decision } from '../src/telemetry/decision-event.ts'
import { decisionLines } from '../src/telemetry/decision-line.ts'
import { readLogLine } from '../src/telemetry/decision-reader.ts'
import { DECISION_SCHEMA } from '../src/telemetry/decision-schema.ts'
import { anyValueOf } from './any-value.ts'

const schema = DECISION_SCHEMA as SchemaObject & { readonly oneOf: readonly SchemaObject[] }
const isValid = new Ajv2020({ keywords: ['version'] }).compile(schema)
/** Refuses members that the schema does not name, so that none is forgotten. */
const isKnown = new Ajv2020({ keywords: ['version'] }).compile({ ...schema, additionalProperties: false })

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const id = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom('"', '\\', '\u2028', '\ud800', '%'),
)
const instant = fc.constantFrom('2026-11-22T02:00:00.000Z', '2026-12-31T23:59:59.999Z')
const count = fc.nat(1000)

const call = {
  outcome: fc.constantFrom(
    'admitted',
    'renewed',
    'denied',
    'pool-full',
    'device-denied',
    'degraded',
    'ended',
  ),
  user: id,
  tenant: maybe(id),
  lease: id,
  deviceType: maybe(id),
  contentId: maybe(id),
  replaces: maybe(fc.oneof(id, fc.array(id))),
  attributes: maybe(fc.dictionary(fc.constantFrom('profile', 'constructor'), id)),
  network: maybe(fc.constant('n-1_A')),
  isNetworkChanged: fc.boolean(),
  plan: maybe(id),
  isPlanNamed: fc.boolean(),
  hasIfMatch: fc.boolean(),
  isReport: fc.boolean(),
  by: maybe(fc.constant('operator' as const)),
  limit: maybe(count),
  active: maybe(count),
  pool: maybe(id),
  rule: maybe(
    fc.record({
      max: count,
      deviceType: fc.constantFrom('tv', ['tv', 'web'], { not: 'tv' }, { in: ['tv'] }),
      where: fc.record({ profile: fc.constantFrom('kids', ['a', 'b'], { not: ['c'] }) }),
      missing: fc.constant('deny'),
    }),
  ),
  ends: fc.array(id),
  isIgnored: fc.boolean(),
  startedAt: maybe(instant),
  graceUntil: maybe(instant),
  expiresAt: maybe(fc.oneof(instant, fc.constant(null))),
  shadow: maybe(fc.record({ plan: id, outcome: fc.constantFrom('admitted', 'denied'), ends: fc.array(id) })),
}

const decision = fc.oneof(
  fc.record({ ...call, verb: fc.constantFrom('start', 'heartbeat', 'stop') }),
  fc.record({
    verb: fc.constant('list'),
    outcome: fc.constant('listed'),
    user: id,
    limit: count,
    active: count,
  }),
  fc.record({ verb: fc.constant('erase'), outcome: fc.constant('erased'), user: id, tenant: maybe(id) }),
  fc.record({ verb: fc.constant('finish'), outcome: fc.constant('finished'), stream: id, tenant: maybe(id) }),
  fc.record({
    verb: fc.constant('remove-device'),
    outcome: fc.constantFrom('removed', 'unknown'),
    user: id,
    device: maybe(id),
  }),
) as fc.Arbitrary<Decision>

const lapse = fc.record({
  verb: fc.constant('lapse'),
  outcome: fc.constant('lapsed'),
  user: id,
  tenant: maybe(id),
  lease: id,
  plan: maybe(id),
  startedAt: instant,
  lastSeenAt: instant,
  expiresAt: fc.oneof(instant, fc.constant(null)),
}) as fc.Arbitrary<Decision>

describe('the schema of a line', () => {
  it('holds every line that the service writes, and names each of its members', () => {
    const written = fc.oneof(
      fc.tuple(decision, fc.constant({ requestId: 'r-1', gatewayRequestId: 'g', seconds: 0.001 })),
      fc.tuple(lapse, fc.constant({})),
    )
    const isHeld = fc.property(written, ([one, request]) => {
      for (const line of decisionLines({ atMs: 1_790_000_000_000, decision: one, ...request })) {
        isKnown(JSON.parse(line))
        expect(isKnown.errors ?? []).toEqual([])
      }
    })
    fc.assert(isHeld, { numRuns: 1000 })
  })

  it('allows nothing that the reader does not take', () => {
    const isTaken = fc.property(anyValueOf(schema), (members) => {
      fc.pre(isValid(members))
      expect(readLogLine(JSON.stringify(members)), JSON.stringify(members)).not.toBe('faulty')
    })
    fc.assert(isTaken, { numRuns: 2000 })
  })

  it.each(['time', 'verb', 'outcome', 'user', 'lease', 'ms'])('requires the `%s` of a start', (name) => {
    const line: Record<string, unknown> = {
      msg: 'decision',
      time: '2026-11-22T02:00:00.000Z',
      verb: 'start',
      outcome: 'admitted',
      user: '42',
      lease: 'film@tv',
      ms: 1,
    }
    expect(isValid(line)).toBe(true)
    const { [name]: _left, ...others } = line
    expect(isValid(others)).toBe(false)
    expect(readLogLine(JSON.stringify({ ...others }))).toBe('faulty')
  })
})
