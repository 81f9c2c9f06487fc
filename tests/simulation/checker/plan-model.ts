/**
 * The checker's own reading of a plan. It shares no code with the core. A limit sorts streams into
 * buckets, and each bucket has `max` seats. With `distinct` the streams of one value share a seat.
 */
import type { Lease, LeaseId, Limit, Plan, StreamDescription, StreamFilter } from '@streamgate/core'

/** What a limit looks at. */
type Stream = Pick<StreamDescription, 'deviceId' | 'deviceType' | 'contentId' | 'network' | 'attributes'>

/** A full limit, and the leases that stand in the way. */
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
    const together = bucketMates(limit, entry, leases)
    if (together === undefined) continue
    if (seats(limit, [...together, entry.stream]) > limit.max + (entry.extra ?? 0)) {
      return { limit, holders: holdersUnder(limit, entry, leases) ?? [] }
    }
  }
  return undefined
}

/**
 * The leases in the newcomer's way, if its bucket is full: all but those whose seat it would share.
 * `undefined` if the limit has no bucket for it.
 */
export function holdersUnder(
  limit: Limit,
  entry: Entry,
  leases: readonly Lease[],
): readonly Lease[] | undefined {
  return bucketMates(limit, entry, leases)?.filter((lease) => seats(limit, [lease, entry.stream]) > 1)
}

/** The limit that refuses the stream because it lacks an attribute, if one does. */
export function refusalOfMissing({ limits, ignore }: Plan, stream: Stream): Limit | undefined {
  if (ignore.some((filter) => fits(filter, stream))) return undefined
  return limits.find(({ deviceType, where, per, distinct, missing }) => {
    const isFor = [...(deviceType === undefined ? [] : [{ deviceType }]), where ?? {}]
    const isLacking = [per, distinct].some(
      (name) => name !== undefined && valueOf(stream, name) === undefined,
    )
    return missing === 'deny' && isLacking && isFor.every((filter) => fits(filter, stream))
  })
}

/** How many seats of a bucket these streams take. */
export function seats({ distinct }: Limit, streams: readonly Stream[]): number {
  if (distinct === undefined) return streams.length
  const keys = streams.map((stream, index) => valueOf(stream, distinct) ?? index)
  return new Set(keys).size
}

function isOneSeat(limit: Limit, one: Stream, other: Stream): boolean {
  return seats(limit, [one, other]) === 1
}

/** All in the newcomer's bucket. `undefined` if the limit has no bucket for it. */
function bucketMates(
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
    const buckets = new Map<string, Lease[]>()
    for (const lease of leases) {
      const bucket = isExempt(plan, lease) ? undefined : bucketOf(limit, lease)
      if (bucket !== undefined) buckets.set(bucket, [...(buckets.get(bucket) ?? []), lease])
    }
    return [...buckets.values()].some((members) => seats(limit, members) >= limit.max)
  })
}

/** The members of a stream that its plan looks at. */
export function membersAsked({ limits, ignore }: Plan): readonly string[] {
  const filters = [
    ...limits.map(({ where }) => where ?? {}),
    ...limits.flatMap(({ per, distinct }) =>
      [per ?? [], distinct ?? []].flat().map((name) => ({ [name]: '' })),
    ),
    ...limits.map(({ deviceType }) => (deviceType === undefined ? {} : { deviceType })),
    ...ignore,
  ]
  return [...new Set(filters.flatMap((filter) => Object.keys(filter)))]
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
      ([replaces].flat().includes(lease.id) ||
        (devicePlan !== undefined && takesSlotOf(devicePlan, stream, lease))),
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
  readonly replaces: LeaseId | readonly LeaseId[] | undefined
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
  const { plan, stream } = entry
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
      const together = bucketMates(limit, entry, [...staying, lease])
      if (together === undefined || !together.includes(lease)) return false
      if (seats(limit, [...together, entry.stream]) <= limit.max) return false
      // A seat stays for the one in it that would leave last. The newcomer's own seat stays anyway.
      return together.every((holder) => {
        const inSeat = [...together, stream].filter((one) => one === holder || isOneSeat(limit, one, holder))
        return inSeat.some((one) => one === stream || turnOf(lease) <= turnOf(one as Lease))
      })
    })
    if (!isInTurn) mistakes.push(`evicts ${lease.id} out of turn`)
  }
  return mistakes
}

/** The value of an attribute. A free one may have the name of something that every object has. */
export function valueOf(stream: Stream, name: string): string | undefined {
  const named = ['deviceId', 'deviceType', 'contentId', 'network'] as const
  const member = named.find((each) => each === name)
  if (member !== undefined) return stream[member]
  return Object.entries(stream.attributes ?? {}).find(([each]) => each === name)?.[1]
}

/** The stream's bucket. `undefined` if the limit does not apply to it. */
function bucketOf({ deviceType, where, per }: Limit, stream: Stream): string | undefined {
  const asked = [
    ...(deviceType === undefined ? [] : [{ deviceType }]),
    ...(where === undefined ? [] : [where]),
  ]
  if (!asked.every((filter) => fits(filter, stream))) return undefined
  if (per === undefined) return 'all'
  const value = valueOf(stream, per)
  return value === undefined ? undefined : `${per} ${value}`
}

function fits(filter: StreamFilter, stream: Stream): boolean {
  return Object.entries(filter).every(([member, wanted]) => {
    const value = valueOf(stream, member)
    if (typeof wanted === 'object' && 'not' in wanted) {
      return value === undefined || ![wanted.not].flat().includes(value)
    }
    const texts = typeof wanted === 'object' && 'in' in wanted ? wanted.in : [wanted].flat()
    return value !== undefined && texts.includes(value)
  })
}
