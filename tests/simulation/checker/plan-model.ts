/**
 * The checker's own reading of a plan. It shares no code with the core. A limit sorts streams into
 * buckets, and each bucket holds up to `max` of them.
 */
import type { Lease, LeaseId, Limit, Plan, StreamDescription, StreamFilter } from '@streamgate/core'

/** What a limit looks at. */
type Stream = Pick<StreamDescription, 'deviceId' | 'deviceType' | 'contentId'>

/** A full limit, and the leases that fill it. */
export type Obstacle = { readonly limit: Limit; readonly holders: readonly Lease[] }

/** A newcomer under a plan. `extra` is how far above each limit it may go. */
export type Entry = {
  readonly plan: Plan
  readonly stream: Stream
  readonly extra?: number
}

/** Whether the plan lets this stream run without counting it. */
export function isExempt({ ignore }: Plan, stream: Stream): boolean {
  return ignore.some((filter) => fits(filter, stream))
}

/** The first limit, in the plan's order, that has no room for the newcomer beside these leases. */
export function obstacle(entry: Entry, leases: readonly Lease[]): Obstacle | undefined {
  for (const limit of entry.plan.limits) {
    const holders = holdersUnder(limit, entry, leases)
    if (holders !== undefined && holders.length >= limit.max + (entry.extra ?? 0)) return { limit, holders }
  }
  return undefined
}

/** The leases in the newcomer's bucket. `undefined` if the limit has no bucket for it. */
export function holdersUnder(
  limit: Limit,
  { plan, stream }: Entry,
  leases: readonly Lease[],
): readonly Lease[] | undefined {
  const own = isExempt(plan, stream) ? undefined : bucketOf(limit, stream)
  if (own === undefined) return undefined
  return leases.filter((lease) => !isExempt(plan, lease) && bucketOf(limit, lease) === own)
}

/** Whether any bucket of any limit is full. */
export function isAnyBucketFull(plan: Plan, leases: readonly Lease[]): boolean {
  return plan.limits.some((limit) => {
    const buckets = new Map<string, number>()
    for (const lease of leases) {
      const bucket = isExempt(plan, lease) ? undefined : bucketOf(limit, lease)
      if (bucket !== undefined) buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1)
    }
    return [...buckets.values()].some((size) => size >= limit.max)
  })
}

/** The members of a stream that its plan looks at. */
export function membersAsked({ limits, ignore }: Plan): readonly (keyof StreamFilter)[] {
  const filters = [
    ...limits.flatMap(({ where, per }) => [where ?? {}, per === undefined ? {} : { [per]: '' }]),
    ...limits.map(({ deviceType }) => (deviceType === undefined ? {} : { deviceType })),
    ...ignore,
  ]
  return [...new Set(filters.flatMap((filter) => Object.keys(filter)))] as (keyof StreamFilter)[]
}

/** The limit that is shown if only one number can be. */
export function toldLimit({ limits }: Plan): Limit | undefined {
  return limits.find(isOnAll) ?? limits[0]
}

/** Whether a limit counts all streams alike. */
export function isOnAll(limit: Limit): boolean {
  return Object.keys(limit).every((member) => member === 'max')
}

/** Whether two limits say the same. */
export function isSameLimit(one: Limit, other: Limit): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/**
 * The leases whose slots a start takes over: the one it replaces, and its device's former ones that
 * count.
 */
export function leavingByWish(
  { devicePlan, id, stream, replaces }: Wish,
  leases: readonly Lease[],
): readonly Lease[] {
  return leases.filter(
    (lease) =>
      lease.id !== id &&
      (lease.id === replaces || (devicePlan !== undefined && takesSlotOf(devicePlan, stream, lease))),
  )
}

/** Whether a stream takes over the slot of this former stream of its device. */
export function takesSlotOf(plan: Plan, stream: Stream, former: Stream): boolean {
  return takesDevice(plan, stream) && stream.deviceId === former.deviceId && !isExempt(plan, former)
}

/** Whether a stream takes over its device's slots. A stream that does not count takes none. */
export function takesDevice(plan: Plan, stream: Stream): boolean {
  return plan.sameDeviceReplaces && stream.deviceId !== undefined && !isExempt(plan, stream)
}

/**
 * What a start asks to end, and the plan that may end its device's former stream. A heartbeat has
 * no such plan.
 */
export type Wish = {
  readonly devicePlan: Plan | undefined
  readonly id: LeaseId
  readonly stream: Stream
  readonly replaces: LeaseId | undefined
}

/**
 * What is wrong with evicting exactly these for a newcomer. There must be room afterwards, and each
 * eviction must be needed. Each must be in turn too: under some limit that is full, no stream that
 * stays comes before it.
 */
export function evictionMistakes(
  entry: Entry,
  staying: readonly Lease[],
  evicted: readonly Lease[],
): readonly string[] {
  const { plan } = entry
  if (evicted.length === 0) return []
  if (plan.whenFull === 'deny') return ['evicts, though its plan denies']
  const left = obstacle(entry, staying)
  const mistakes =
    left === undefined ? [] : [`leaves ${left.holders.length} under a limit of ${left.limit.max}`]
  const turnOf = ({ startedAtMs, renewedAtMs }: Lease) =>
    plan.whenFull === 'evict-oldest' ? startedAtMs : renewedAtMs
  for (const lease of evicted) {
    if (obstacle(entry, [...staying, lease]) === undefined) {
      mistakes.push(`evicts ${lease.id} for nothing`)
      continue
    }
    const isInTurn = plan.limits.some((limit) => {
      const holders = holdersUnder(limit, entry, [...staying, lease])
      if (holders === undefined || !holders.includes(lease) || holders.length < limit.max) return false
      return holders.every((holder) => turnOf(lease) <= turnOf(holder))
    })
    if (!isInTurn) mistakes.push(`evicts ${lease.id} out of turn`)
  }
  return mistakes
}

/** The stream's bucket. `undefined` if the limit does not apply to it. */
function bucketOf({ deviceType, where, per }: Limit, stream: Stream): string | undefined {
  const asked = [
    ...(deviceType === undefined ? [] : [{ deviceType }]),
    ...(where === undefined ? [] : [where]),
  ]
  if (!asked.every((filter) => fits(filter, stream))) return undefined
  return per === undefined ? 'all' : stream[per] && `${per} ${stream[per]}`
}

function fits(filter: StreamFilter, stream: Stream): boolean {
  return Object.entries(filter).every(([member, wanted]) => {
    const value = stream[member as keyof StreamFilter]
    if (typeof wanted === 'object' && 'not' in wanted) {
      return value === undefined || ![wanted.not].flat().includes(value)
    }
    const texts = typeof wanted === 'object' && 'in' in wanted ? wanted.in : [wanted].flat()
    return value !== undefined && texts.includes(value)
  })
}
