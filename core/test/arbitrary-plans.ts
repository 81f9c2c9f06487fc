/** Any plan, any roster and any newcomer, as fast-check makes them up. */
import {
  EMPTY_ROSTER,
  planOfOneLimit,
  type Generation,
  type Lease,
  type LeaseId,
  type Limit,
  type Plan,
  type Roster,
  type StreamDescription,
  type StreamFilter,
  type StreamId,
} from '@streamgate/core'
import fc from 'fast-check'
import type { Claim } from '../src/rules/claim.ts'

/** When every case is judged. */
export const NOW_MS = 1000
/** No more than a roster keeps notes, so that no newcomer has too many to evict. */
const LEASES_MAX = 12

const deviceType = fc.constantFrom('tv', 'phone', 'web')
const deviceId = fc.constantFrom('d1', 'd2', 'd3')
const contentId = fc.constantFrom('film', 'news', 'trailer')
const network = fc.constantFrom('n1', 'n2', 'n3')
const profile = fc.constantFrom('kids', 'parents')
/** Of streams, one of those below. `constructor` is an attribute of none. */
const attribute = fc.constantFrom('deviceId', 'contentId', 'network', 'profile', 'constructor')
const oneOrMore = (values: fc.Arbitrary<string>) => {
  const several = fc.oneof(values, fc.uniqueArray(values, { minLength: 1 }))
  return fc.oneof(
    several,
    fc.record({ in: fc.uniqueArray(values, { minLength: 1 }) }),
    fc.record({ not: several }),
  )
}

const filter: fc.Arbitrary<StreamFilter> = fc
  .record(
    {
      deviceType: oneOrMore(deviceType),
      deviceId: oneOrMore(deviceId),
      contentId: oneOrMore(contentId),
      profile: oneOrMore(profile),
    },
    { requiredKeys: [] },
  )
  .filter((members) => Object.keys(members).length > 0)

const limit: fc.Arbitrary<Limit> = fc.record(
  {
    max: fc.integer({ min: 1, max: 4 }),
    deviceType: oneOrMore(deviceType),
    where: filter,
    per: attribute,
    distinct: attribute,
  },
  { requiredKeys: ['max'] },
)

/** A plan of up to four limits. */
export const plan: fc.Arbitrary<Plan> = fc
  .record({
    limits: fc.array(limit, { minLength: 1, maxLength: 4 }),
    whenFull: fc.constantFrom('deny' as const, 'evict-oldest' as const, 'evict-idle' as const),
    sameDeviceReplaces: fc.boolean(),
    ignore: fc.array(filter, { maxLength: 1 }),
    grace: fc.option(
      fc.record({ streams: fc.integer({ min: 1, max: 2 }), windowMs: fc.integer({ min: 1, max: 500 }) }),
    ),
  })
  .map((rules) => ({ ...planOfOneLimit('any', 1), ...rules }))

/** A stream of any description. */
export const stream = fc.record(
  { deviceId, deviceType, contentId, network, attributes: fc.record({ profile }, { requiredKeys: [] }) },
  { requiredKeys: [] },
)

/** Leases of any description; about one in five has lapsed. */
export const roster: fc.Arbitrary<Roster> = fc
  .array(
    fc.record({
      stream,
      startedAtMs: fc.integer({ min: 0, max: 900 }),
      heardMs: fc.integer({ min: 0, max: 90 }),
      isLapsed: fc.integer({ min: 0, max: 4 }).map((chance) => chance === 0),
    }),
    { maxLength: LEASES_MAX },
  )
  .map((made) => ({
    ...EMPTY_ROSTER,
    leases: made.map(({ stream: facts, startedAtMs, heardMs, isLapsed }, index) =>
      leaseOf(`held-${index}`, facts, {
        startedAtMs,
        renewedAtMs: startedAtMs + heardMs,
        expiresAtMs: isLapsed ? NOW_MS : NOW_MS + 100,
      }),
    ),
  }))

/** A newcomer under any plan, which may replace a held lease. */
export const claim: fc.Arbitrary<Claim> = fc
  .record({
    plan,
    stream,
    isHeartbeat: fc.boolean(),
    replaced: fc.array(fc.integer({ min: 0, max: LEASES_MAX }), { maxLength: 3 }),
  })
  .map(({ plan: rules, stream: facts, isHeartbeat, replaced }) => ({
    plan: rules,
    newcomer: leaseOf('new', facts, { startedAtMs: NOW_MS, renewedAtMs: NOW_MS, expiresAtMs: NOW_MS + 100 }),
    isHeartbeat,
    ...(replaced.length > 0 && { replaces: replaced.map((place) => `held-${place}` as LeaseId) }),
  }))

type Facts = {
  readonly deviceId?: string
  readonly deviceType?: string
  readonly contentId?: string
  readonly network?: string
  readonly attributes?: { readonly profile?: string }
}
type Times = Pick<Lease, 'startedAtMs' | 'renewedAtMs' | 'expiresAtMs'>

/** A lease of this id, which is its stream's id too. */
export function leaseOf(id: string, facts: Facts, times: Times): Lease {
  const named = facts as StreamDescription
  return {
    ...named,
    id: id as LeaseId,
    streamId: id as StreamId,
    generation: `generation of ${id}` as Generation,
    ...times,
  }
}
