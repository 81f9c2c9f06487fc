/**
 * Counting under a plan: which leases a limit counts, and which limit is reached.
 */
import { attributeOf, type Described } from '../attributes.ts'
import type { Lease, StreamDescription } from '../lease.ts'
import type { Limit, Plan, StreamFilter, WantedValues } from '../plan.ts'
import { shareSlot, slotsUsed } from './slots.ts'

/**
 * The most streams of one user that a plan may ignore and still let run. An exemption must not let
 * a record grow without bound.
 */
const IGNORED_MAX = 50

/** The limit on streams that are not counted. */
const IGNORED_LIMIT: Limit = { max: IGNORED_MAX }

/**
 * The question to a plan: is there room for this newcomer, with so many streams above each limit?
 */
export type RoomRequest = { readonly plan: Plan; readonly newcomer: Lease; readonly extra?: number }

/** Whether a lease is one that the plan does not count. */
export function isIgnored(plan: Plan, lease: Described): boolean {
  return matchesAny(plan.ignore, lease)
}

/** Whether a lease is as one of the filters describes. */
export function matchesAny(filters: readonly StreamFilter[], lease: Described): boolean {
  return filters.some((filter) => matches(filter, lease))
}

/** Whether the plan only limits how many leases are held, so that a store can judge it alone. */
export function isOneCount({ limits, ignore }: Plan): boolean {
  return limits.length === 1 && ignore.length === 0 && limits.every(countsAll)
}

/** The names of the attributes by which the plan judges a stream. */
export function attributesAsked({
  limits,
  ignore,
  devices = null,
}: Pick<Plan, 'limits' | 'ignore'> & Partial<Pick<Plan, 'devices'>>): readonly string[] {
  const asked = limits.flatMap(({ deviceType, where = {}, per, distinct }) => [
    ...(deviceType === undefined ? [] : ['deviceType']),
    ...Object.keys(where),
    ...(per === undefined ? [] : [per]),
    ...(distinct === undefined ? [] : [distinct]),
  ])
  const filters = [...ignore, ...(devices?.exempt ?? [])]
  return [...asked, ...filters.flatMap((filter) => Object.keys(filter))]
}

/**
 * Whether the stream gives each attribute by which the plan judges it. Its ids are always given.
 */
export function tellsAllAsked(plan: Plan, stream: StreamDescription): boolean {
  return attributesAsked(plan).every((name) => name === 'deviceId' || attributeOf(stream, name) !== undefined)
}

/**
 * The limit that is shown if only one number can be: the one on all streams, or otherwise the
 * first.
 */
export function headlineLimit({ limits }: Plan): Limit {
  return limits.find(countsAll) ?? limits[0] ?? IGNORED_LIMIT
}

/** The first limit, in the plan's order, that has no room for the newcomer beside these leases. */
export function fullLimit(request: RoomRequest, leases: readonly Lease[]): Limit | undefined {
  const { newcomer, extra = 0 } = request
  for (const limit of limitsOn(request)) {
    // A start is first judged on an empty roster, so this case must cost nothing.
    const together = leases.length === 0 ? leases : concernedBy(limit, request, leases)
    if (slotsUsedWith(limit, newcomer, together) > limit.max + extra) return limit
  }
  return undefined
}

/** The first limit that denies a newcomer because it lacks an attribute. */
export function limitOnMissing(request: RoomRequest): Limit | undefined {
  const { plan, newcomer } = request
  for (const limit of plan.limits) {
    if (limit.missing !== undefined && deniesAsMissing(limit, newcomer)) {
      return isIgnored(plan, newcomer) ? undefined : limit
    }
  }
  return undefined
}

/** The limits that apply to a newcomer, in the plan's order. */
export function limitsOn({ plan, newcomer }: RoomRequest): readonly Limit[] {
  return isIgnored(plan, newcomer)
    ? [IGNORED_LIMIT]
    : plan.limits.filter((limit) => concerns(limit, newcomer))
}

/** The leases that this limit counts together with the newcomer. */
export function concernedBy(
  limit: Limit,
  { plan, newcomer }: RoomRequest,
  leases: readonly Lease[],
): Lease[] {
  const isNewcomerIgnored = isIgnored(plan, newcomer)
  return leases.filter(
    (lease) => isIgnored(plan, lease) === isNewcomerIgnored && isCountedBy(limit, lease, newcomer),
  )
}

/** The leases that are in the newcomer's way under this limit. */
export function holdersOf(limit: Limit, request: RoomRequest, leases: readonly Lease[]): readonly Lease[] {
  const concerned = concernedBy(limit, request, leases)
  if (limit.distinct === undefined) return concerned
  return concerned.filter((lease) => !shareSlot(limit, lease, request.newcomer))
}

/** Whether a lease can be in the way of this newcomer under a limit, if neither is ignored. */
export function isInTheWay(limit: Limit, lease: Described, newcomer: Described): boolean {
  return isCountedBy(limit, lease, newcomer) && !shareSlot(limit, lease, newcomer)
}

/** Whether a limit denies a start because it lacks the attribute by which the limit counts. */
export function deniesAsMissing(limit: Limit, newcomer: Described): boolean {
  return limit.missing === 'deny' && isDescribed(limit, newcomer) && lacksKey(limit, newcomer)
}

/** Whether a limit counts this lease against this newcomer, in a plan that ignores neither. */
function isCountedBy(limit: Limit, lease: Described, newcomer: Described): boolean {
  const { per } = limit
  return (
    concerns(limit, lease) && (per === undefined || attributeOf(lease, per) === attributeOf(newcomer, per))
  )
}

/** The leases that the plan counts. */
export function counted(plan: Plan, leases: readonly Lease[]): readonly Lease[] {
  return plan.ignore.length === 0 ? leases : leases.filter((lease) => !isIgnored(plan, lease))
}

/** The leases that it does not. */
export function ignored(plan: Plan, leases: readonly Lease[]): readonly Lease[] {
  return plan.ignore.length === 0 ? [] : leases.filter((lease) => isIgnored(plan, lease))
}

/** Whether one of the plan's limits is reached, so that a start may be denied. */
export function isFull(plan: Plan, leases: readonly Lease[]): boolean {
  const all = counted(plan, leases)
  return plan.limits.some((limit) => {
    const concerned = all.filter((lease) => concerns(limit, lease))
    if (limit.per === undefined) return slotsUsed(limit, concerned) >= limit.max
    return concerned.some((one) => {
      const together = concerned.filter((other) => isCountedBy(limit, other, one))
      return slotsUsed(limit, together) >= limit.max
    })
  })
}

function slotsUsedWith(limit: Limit, newcomer: Lease, leases: readonly Lease[]): number {
  const isAlone = limit.distinct === undefined || leases.length === 0
  return isAlone ? leases.length + 1 : slotsUsed(limit, [...leases, newcomer])
}

function countsAll({ deviceType, where, per, distinct }: Limit): boolean {
  return deviceType === undefined && where === undefined && per === undefined && distinct === undefined
}

/** Whether a limit applies to this lease at all. */
function concerns(limit: Limit, lease: Described): boolean {
  const { per } = limit
  return (per === undefined || attributeOf(lease, per) !== undefined) && isDescribed(limit, lease)
}

/** Whether the lease is one of those that the limit's filters describe. */
function isDescribed({ deviceType, where }: Limit, lease: Described): boolean {
  return (
    (deviceType === undefined || isAmong(deviceType, lease.deviceType)) &&
    (where === undefined || matches(where, lease))
  )
}

/** Whether the lease lacks the attribute by which the limit counts. */
function lacksKey({ per, distinct }: Limit, lease: Described): boolean {
  return [per, distinct].some((name) => name !== undefined && attributeOf(lease, name) === undefined)
}

function matches(filter: StreamFilter, lease: Described): boolean {
  for (const name in filter) {
    const wanted = filter[name]
    if (wanted !== undefined && !isAmong(wanted, attributeOf(lease, name))) return false
  }
  return true
}

/** Whether a member of a stream, or its absence, is as wanted. */
function isAmong(wanted: WantedValues, value: string | undefined): boolean {
  if (typeof wanted === 'string') return wanted === value
  if ('not' in wanted) return !isAmong(wanted.not, value)
  const texts = 'in' in wanted ? wanted.in : wanted
  return value !== undefined && texts.includes(value)
}
