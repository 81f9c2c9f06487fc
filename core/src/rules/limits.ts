/**
 * Counting under a plan: which leases a limit counts, and which limit is reached.
 */
import type { Lease, StreamDescription } from '../lease.ts'
import type { Limit, Plan, StreamFilter, WantedValues } from '../plan.ts'

/**
 * The most streams of one user that a plan may ignore and still let run. An exemption must not let
 * a record grow without bound.
 */
const IGNORED_MAX = 50

/** The limit on streams that are not counted. */
const IGNORED_LIMIT: Limit = { max: IGNORED_MAX }

/** A full limit, and the leases that fill it, oldest first. */
export type FullLimit = { readonly limit: Limit; readonly holders: readonly Lease[] }

/**
 * The question to a plan: is there room for this newcomer, with so many streams above each limit?
 */
export type RoomRequest = { readonly plan: Plan; readonly newcomer: Lease; readonly extra?: number }

/** Whether a lease is one that the plan does not count. */
export function isIgnored(plan: Plan, lease: Lease): boolean {
  return plan.ignore.some((filter) => matches(filter, lease))
}

/** Whether the plan only limits how many leases are held, so that a store can judge it alone. */
export function isOneCount({ limits, ignore }: Plan): boolean {
  return limits.length === 1 && ignore.length === 0 && limits.every(countsAll)
}

/** Whether the stream gives each member by which the plan judges it. Its ids are always given. */
export function tellsAllAsked(
  { limits, ignore }: Plan,
  { deviceType, contentId }: StreamDescription,
): boolean {
  const filters = [...limits.map(({ where = {} }) => where), ...ignore]
  const isTypeAsked = [...limits, ...filters].some((rule) => rule.deviceType !== undefined)
  const isContentAsked =
    limits.some(({ per }) => per === 'contentId') || filters.some((rule) => rule.contentId !== undefined)
  return (!isTypeAsked || deviceType !== undefined) && (!isContentAsked || contentId !== undefined)
}

/**
 * The limit that is shown if only one number can be: the one on all streams, or otherwise the
 * first.
 */
export function headlineLimit({ limits }: Plan): Limit {
  return limits.find(countsAll) ?? limits[0] ?? IGNORED_LIMIT
}

/** The first limit, in the plan's order, that has no room for the newcomer beside these leases. */
export function fullLimit(request: RoomRequest, leases: readonly Lease[]): FullLimit | undefined {
  const { extra = 0 } = request
  for (const limit of limitsOn(request)) {
    // A start is first judged on an empty roster, so this case must cost nothing.
    const holders = leases.length === 0 ? leases : holdersOf(limit, request, leases)
    if (holders.length >= limit.max + extra) return { limit, holders }
  }
  return undefined
}

/** The limits that apply to a newcomer, in the plan's order. */
export function limitsOn({ plan, newcomer }: RoomRequest): readonly Limit[] {
  return isIgnored(plan, newcomer)
    ? [IGNORED_LIMIT]
    : plan.limits.filter((limit) => concerns(limit, newcomer))
}

/** The leases that are in the newcomer's way under this limit. */
export function holdersOf(limit: Limit, { plan, newcomer }: RoomRequest, leases: readonly Lease[]): Lease[] {
  const isNewcomerIgnored = isIgnored(plan, newcomer)
  return leases.filter(
    (lease) => isIgnored(plan, lease) === isNewcomerIgnored && isCountedBy(limit, lease, newcomer),
  )
}

/** Whether a limit counts this lease against this newcomer, in a plan that ignores neither. */
export function isCountedBy(limit: Limit, lease: Lease, newcomer: Lease): boolean {
  return concerns(limit, lease) && (limit.per === undefined || lease[limit.per] === newcomer[limit.per])
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
    if (limit.per === undefined) return concerned.length >= limit.max
    const { per } = limit
    return concerned.some((one) => concerned.filter((other) => other[per] === one[per]).length >= limit.max)
  })
}

function countsAll({ deviceType, where, per }: Limit): boolean {
  return deviceType === undefined && where === undefined && per === undefined
}

/** Whether a limit applies to this lease at all. */
function concerns({ deviceType, where, per }: Limit, lease: Lease): boolean {
  return (
    (per === undefined || lease[per] !== undefined) &&
    (deviceType === undefined || isAmong(deviceType, lease.deviceType)) &&
    (where === undefined || matches(where, lease))
  )
}

function matches({ deviceType, deviceId, contentId }: StreamFilter, lease: Lease): boolean {
  return (
    (deviceType === undefined || isAmong(deviceType, lease.deviceType)) &&
    (deviceId === undefined || isAmong(deviceId, lease.deviceId)) &&
    (contentId === undefined || isAmong(contentId, lease.contentId))
  )
}

/** Whether a member of a stream, or its absence, is as wanted. */
function isAmong(wanted: WantedValues, value: string | undefined): boolean {
  if (typeof wanted === 'string') return wanted === value
  if ('not' in wanted) return !isAmong(wanted.not, value)
  const texts = 'in' in wanted ? wanted.in : wanted
  return value !== undefined && texts.includes(value)
}
