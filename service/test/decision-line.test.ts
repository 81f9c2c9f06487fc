/** The lines of decisions beside those that pino writes. */
import fc from 'fast-check'
import pino from 'pino'
import { expect, it } from 'vitest'
import { decisionsIn, type AnsweredRequest, type Decision } from '../src/telemetry/decision-event.ts'
import { decisionLines } from '../src/telemetry/decision-line.ts'
import { escapeId } from '../src/text/escape-id.ts'

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\u2028', '\ud800', '%', ''))
const count = fc.nat(1000)

const decision: fc.Arbitrary<Decision> = fc.record({
  verb: fc.constantFrom('start', 'heartbeat', 'stop', 'list', 'erase', 'finish'),
  outcome: fc.constantFrom('admitted', 'renewed', 'denied'),
  user: text,
  tenant: maybe(text),
  lease: maybe(text),
  deviceType: maybe(text),
  contentId: maybe(text),
  replaces: maybe(fc.oneof(text, fc.array(text))),
  attributes: maybe(fc.dictionary(fc.constantFrom('profile', 'constructor', 'toString'), text)),
  network: maybe(fc.constant('n-1_A')),
  isNetworkChanged: fc.boolean(),
  plan: maybe(text),
  isPlanNamed: fc.boolean(),
  by: maybe(fc.constant('operator' as const)),
  limit: maybe(count),
  active: maybe(count),
  pool: maybe(text),
  rule: maybe(fc.record({ max: count, where: fc.record({ deviceType: text }) })),
  ends: fc.array(text),
  isIgnored: fc.boolean(),
  isReport: fc.boolean(),
  hasIfMatch: fc.boolean(),
  stream: maybe(text),
  device: maybe(text),
  startedAt: maybe(fc.constant('2026-11-22T02:00:00.000Z')),
  graceUntil: maybe(fc.constant('2026-11-22T02:00:00.000Z')),
  expiresAt: maybe(fc.constantFrom(null, '2026-11-22T02:01:15.000Z')),
  lastSeenAt: maybe(fc.constant('2026-11-22T02:00:00.000Z')),
  shadow: maybe(fc.record({ plan: text, outcome: fc.constant('denied' as const), ends: fc.array(text) })),
}) as fc.Arbitrary<Decision>

const request: fc.Arbitrary<AnsweredRequest> = fc.record({
  requestId: fc.string(),
  gatewayRequestId: maybe(fc.string()),
  method: fc.constant('POST'),
  route: fc.constant('/users/{userId}/streams'),
  status: fc.constant(201),
  seconds: fc.double({ min: 0, max: 60, noNaN: true }),
  decision: fc.oneof(decision, fc.array(decision)),
  atMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
})

it('is byte for byte what pino writes', () => {
  const isSame = fc.property(request, (one) => {
    expect(decisionLines(one)).toEqual(byPino(one))
  })
  fc.assert(isSame, { numRuns: 1000 })
})

it('is none for a request without a decision', () => {
  const isNone = fc.property(request, (one) => {
    expect(decisionLines({ ...one, decision: undefined })).toEqual([])
  })
  fc.assert(isNone)
})

function byPino(one: AnsweredRequest): readonly string[] {
  const lines: string[] = []
  const options = {
    base: { pid: process.pid },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date(one.atMs).toISOString()}"`,
  }
  const logger = pino(options, { write: (line: string) => lines.push(line) })
  for (const each of decisionsIn(one.decision)) logger.info(membersOf(each, one), 'decision')
  return lines
}

/** The members of a line. Ids are escaped, and what says nothing is left out. */
function membersOf(
  one: Decision,
  { requestId, gatewayRequestId, seconds }: AnsweredRequest,
): Readonly<Record<string, unknown>> {
  const { verb, outcome, user, lease, limit, active, ends = [], isIgnored, shadow } = one
  const { stream, replaces, deviceType, contentId, attributes, network, plan, rule, graceUntil } = one
  const isRenewal = verb === 'heartbeat' && outcome === 'renewed'
  return {
    verb,
    outcome,
    user: escaped(user),
    tenant: escaped(one.tenant),
    lease: escaped(lease),
    stream: escaped(stream),
    device: escaped(one.device),
    replaces: typeof replaces === 'object' ? replaces.map(escapeId) : escaped(replaces),
    deviceType: isRenewal ? undefined : escaped(deviceType),
    contentId: isRenewal ? undefined : escaped(contentId),
    attributes: isRenewal ? undefined : attributes && escapedValues(attributes),
    network: isRenewal ? undefined : network,
    networkChanged: one.isNetworkChanged || undefined,
    plan: escaped(plan),
    planNamed: one.isPlanNamed || undefined,
    ifMatch: one.hasIfMatch || undefined,
    report: one.isReport || undefined,
    by: one.by,
    limit,
    active,
    pool: escaped(one.pool),
    rule,
    ends: ends.length === 0 ? undefined : ends.map(escapeId),
    ignored: isIgnored || undefined,
    startedAt: one.startedAt,
    graceUntil,
    expiresAt: one.expiresAt,
    lastSeenAt: one.lastSeenAt,
    shadow: shadow && { ...shadow, plan: escapeId(shadow.plan), ends: shadow.ends.map(escapeId) },
    requestId,
    gatewayRequestId,
    ms: Math.round(seconds * 1e6) / 1e3,
  }
}

function escapedValues(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escapeId(value)]))
}

function escaped(id: string | undefined): string | undefined {
  return id === undefined ? undefined : escapeId(id)
}
