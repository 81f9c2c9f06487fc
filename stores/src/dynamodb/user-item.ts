/**
 * One user's item in the table, and the roster that it says.
 *
 *     UserId     "user2"
 *     Streams    ["abc", "def@tv"]    ids of the leases held, oldest first: what is counted
 *     L#abc      {s, r, e, g, t, c, n, p, u}
 *     L#def@tv   started, renewed, expires (absent: never), generation, device type, content, label, plan, until when in grace
 *     V          7                    version, +1 at every change of the roster
 *     X          [{id, g, by, at, until}]    notes on evictions, in their order
 *     ExpiresAt  1790000000           when the table may forget the user, in seconds
 *
 * Stream and device are read from the lease's id; `d` is there only where the lease names another device
 * than its id does (or none: NULL). Notes are a list, because their order counts and no id may become
 * a member name. Each lease has an attribute of its own, because DynamoDB sets nothing below a map that
 * is not there, and a first lease has to be written in one update.
 *
 * An entry of `Streams` without its `L#` attribute was written by somebody who knows only `UserId` and
 * `Streams`: it is a lease that never lapses, started at 0, of the generation `by-hand`. An `L#`
 * attribute whose id is not in `Streams` counts for nothing.
 */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import {
  EMPTY_ROSTER,
  splitLeaseId,
  type Eviction,
  type Evictor,
  type Generation,
  type Lease,
  type LeaseId,
  type LeaseTimes,
  type Roster,
} from '@streamgate/core'

/** What the table holds under one `UserId`. */
export type UserItem = Record<string, AttributeValue>

type Members = Readonly<Record<string, AttributeValue>>

/** The version of an item that has none, because nobody but a human or the old service has written it. */
export const VERSION_BY_HAND = -1

/** The generation of a lease that is in the list and nowhere else. */
export const GENERATION_BY_HAND = 'by-hand' as Generation

/**
 * The roster that an item says; of no item, the empty one.
 *
 * @throws {TypeError} where `Streams` is there and is not a list of texts.
 */
export function rosterOf(item: UserItem | undefined): Roster {
  if (item === undefined) return EMPTY_ROSTER
  const version = item['V']?.N
  return {
    leases: idsIn(item).map((id) => leaseIn(item, id)),
    evictions: (item['X']?.L ?? []).map((note) => evictionIn(note.M ?? {})),
    version: version === undefined ? VERSION_BY_HAND : Number(version),
  }
}

/** Whether the item keeps more of this lease than its id. */
export function isDescribed(item: UserItem, id: LeaseId): boolean {
  return item[leaseAttribute(id)]?.M !== undefined
}

/** When the table may forget the user, in seconds since the epoch; `undefined` where never. */
export function expirySecondsIn(item: UserItem): number | undefined {
  const seconds = item['ExpiresAt']?.N
  return seconds === undefined ? undefined : Number(seconds)
}

/** The name of the attribute that keeps a lease. */
export function leaseAttribute(id: LeaseId): string {
  return `L#${id}`
}

/** What stands under that name. */
export function leaseValue(lease: Lease): AttributeValue {
  return {
    M: {
      s: numberValue(lease.startedAtMs),
      r: numberValue(lease.renewedAtMs),
      ...(lease.expiresAtMs !== null && { e: numberValue(lease.expiresAtMs) }),
      g: { S: lease.generation },
      ...deviceMember(lease),
      ...textMember('t', lease.deviceType),
      ...textMember('c', lease.contentId),
      ...textMember('n', lease.label),
      ...textMember('p', lease.plan),
      ...(lease.graceUntilMs !== undefined && { u: numberValue(lease.graceUntilMs) }),
    },
  }
}

/** A lease that was written by hand, once it has been renewed. */
export function leaseByHand(id: LeaseId, times: LeaseTimes): Lease {
  return { ...leaseIn({}, id), ...times }
}

/** The notes on evictions. */
export function notesValue(evictions: readonly Eviction[]): AttributeValue {
  return { L: evictions.map(noteValue) }
}

/** The list of ids. */
export function idsValue(leases: readonly Lease[]): AttributeValue {
  return { L: leases.map(({ id }) => ({ S: id })) }
}

/** A number as DynamoDB takes it: in decimal digits. */
export function numberValue(value: number): AttributeValue.NMember {
  return { N: String(value) }
}

function noteValue({ leaseId, generation, by, atMs, untilMs }: Eviction): AttributeValue {
  const evictor: AttributeValue = {
    M: {
      id: { S: by.id },
      ...deviceMember(by),
      ...textMember('t', by.deviceType),
      ...textMember('n', by.label),
    },
  }
  const at = numberValue(atMs)
  return { M: { id: { S: leaseId }, g: { S: generation }, by: evictor, at, until: numberValue(untilMs) } }
}

function deviceMember({ id, deviceId }: Pick<Evictor, 'id' | 'deviceId'>): Members {
  if (deviceId === splitLeaseId(id).deviceId) return {}
  return { d: deviceId === undefined ? { NULL: true } : { S: deviceId } }
}

function textMember(name: string, value: string | undefined): Members {
  return value === undefined ? {} : { [name]: { S: value } }
}

function idsIn(item: UserItem): LeaseId[] {
  const streams = item['Streams']
  if (streams === undefined) return []
  if (streams.L === undefined) throw new TypeError('Streams is not a list')
  return streams.L.map(({ S: id }) => {
    if (id === undefined) throw new TypeError('Streams holds something that is not a text')
    return id as LeaseId
  })
}

function leaseIn(item: UserItem, id: LeaseId): Lease {
  const members = item[leaseAttribute(id)]?.M ?? {}
  const { streamId } = splitLeaseId(id)
  const lease = {
    id,
    streamId,
    deviceId: deviceIn(members, id),
    deviceType: members['t']?.S,
    contentId: members['c']?.S,
    label: members['n']?.S,
    plan: members['p']?.S,
    startedAtMs: Number(members['s']?.N ?? 0),
    renewedAtMs: Number(members['r']?.N ?? 0),
    expiresAtMs: members['e']?.N === undefined ? null : Number(members['e'].N),
    generation: members['g']?.S ?? GENERATION_BY_HAND,
    graceUntilMs: members['u']?.N === undefined ? undefined : Number(members['u'].N),
  }
  return withoutAbsent(lease) as Lease
}

function evictionIn(members: Members): Eviction {
  const by = members['by']?.M ?? {}
  const id = textOf(by['id']) as LeaseId
  const evictor = { id, deviceId: deviceIn(by, id), deviceType: by['t']?.S, label: by['n']?.S }
  return {
    leaseId: textOf(members['id']) as LeaseId,
    generation: textOf(members['g']) as Generation,
    by: withoutAbsent(evictor) as Evictor,
    atMs: Number(members['at']?.N ?? 0),
    untilMs: Number(members['until']?.N ?? 0),
  }
}

function deviceIn(members: Members, id: LeaseId): string | undefined {
  return members['d'] === undefined ? splitLeaseId(id).deviceId : members['d'].S
}

function textOf(value: AttributeValue | undefined): string {
  return value?.S ?? ''
}

/** The members that have a value: an absent one must not be there at all. */
function withoutAbsent(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
