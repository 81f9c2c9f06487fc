/**
 * One user's item in the table, and the roster in it.
 *
 *     UserId     "user2"
 *     Streams    ["abc", "def@tv"]    ids of the leases held, oldest first: what is counted
 *     L#abc      {s, r, e, g, t, c, n, p, u, k, q, a, x, o}
 *     L#def@tv   started, renewed, expires (absent: never), generation, device type, content,
 *                label, plan, until when in grace, content and time of a CMCD report,
 *                free attributes, network, process whose pool slot it has
 *     D          ["", "tv"]           the device of each entry of `Streams`, "" for none
 *     V          7                    version, +1 at every change of the roster
 *     X          [{id, g, at, until, w, …}]    notes on leases that ended, in their order,
 *                                     see `note-value.ts`
 *     Q, QU      {id, at, until, w}   the note that the last stop left, and its `until`
 *     QB         1790000000000        `until` of the note before it, which was dropped
 *     F          1790000000000        until when other notes that were dropped would count
 *     R, RX      {…}, […]             registered devices, see `registry-value.ts`
 *     ExpiresAt  1790000000           when the table may delete the user, in seconds
 *
 * Stream and device are read from the lease's id. `d` is there only if the lease names another
 * device than its id does (or none: NULL). Each lease has its own attribute, because DynamoDB sets
 * nothing below a map that does not exist, and a first lease has to be written in one update.
 *
 * With `D` an `add` of a device's second lease conflicts without a read of the item. It is
 * trusted only if it is as long as `Streams`. An item of version 0.1 has none, and a program that
 * writes only `Streams` does not update it. The next write that needs it then corrects it, at the
 * cost of a second request.
 *
 * An entry of `Streams` without its `L#` attribute was written by a program that knows only
 * `UserId` and `Streams`. It is a lease that never expires, started at 0, with the generation
 * `by-hand`. An `L#` attribute whose id is not in `Streams` counts for nothing.
 */
import type { AttributeValue } from './attribute-value.ts'
import {
  type Note,
  EMPTY_ROSTER,
  renewedLease,
  splitLeaseId,
  type Generation,
  type Lease,
  type LeaseId,
  type Renewal,
  type Roster,
} from '@streamgate/core'
import {
  attributesIn,
  attributesMember,
  deviceIn,
  deviceMember,
  numberIn,
  numberValue,
  textMember,
  withoutAbsent,
} from './members.ts'
import { noteIn } from './note-value.ts'
import { registryIn } from './registry-value.ts'

/** The table's contents for one `UserId`. */
export type UserItem = Record<string, AttributeValue>

/**
 * The version of an item that has none, because it was only ever written by hand or by the old
 * service.
 */
export const VERSION_BY_HAND = -1

/** The generation of a lease that is only in the list. */
export const GENERATION_BY_HAND = 'by-hand' as Generation

/**
 * The roster in an item. Empty for no item.
 *
 * @throws {TypeError} if `Streams` is there and is not a list of texts.
 */
export function rosterOf(item: UserItem | undefined): Roster {
  if (item === undefined) return EMPTY_ROSTER
  const version = item['V']?.N
  const lastStop = item['Q']?.M
  const registry = registryIn(item)
  const forgottenUntilMs = Math.max(Number(item['F']?.N ?? 0), Number(item['QB']?.N ?? 0))
  return {
    leases: idsIn(item).map((id) => leaseIn(item, id)),
    notes: (item['X']?.L ?? []).map((note) => noteIn(note.M ?? {})),
    ...(lastStop !== undefined && { lastStop: noteIn(lastStop) }),
    ...(forgottenUntilMs > 0 && { forgottenUntilMs }),
    ...(registry !== undefined && { registry }),
    version: version === undefined ? VERSION_BY_HAND : Number(version),
  }
}

/** Whether the item keeps more of this lease than its id. */
export function isDescribed(item: UserItem, id: LeaseId): boolean {
  return item[leaseAttribute(id)]?.M !== undefined
}

/** When the table may delete the user, in seconds since the epoch. `undefined` if never. */
export function expirySecondsIn(item: UserItem): number | undefined {
  const seconds = item['ExpiresAt']?.N
  return seconds === undefined ? undefined : Number(seconds)
}

/** The name of the attribute that keeps a lease. */
export function leaseAttribute(id: LeaseId): string {
  return `L#${id}`
}

/** The entry in `D` for a lease of this device. */
export function deviceValue(deviceId: string | undefined): AttributeValue {
  return { S: deviceId ?? '' }
}

/** The devices of these leases, as `D` holds them. */
export function devicesValue(leases: readonly Lease[]): AttributeValue {
  return { L: leases.map(({ deviceId }) => deviceValue(deviceId)) }
}

/** The attribute of a lease. */
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
      ...textMember('k', lease.reportedContentId),
      ...(lease.reportedAtMs !== undefined && { q: numberValue(lease.reportedAtMs) }),
      ...attributesMember('a', lease.attributes),
      ...textMember('x', lease.network),
      ...textMember('o', lease.poolProcess),
    },
  }
}

/** A lease that was written by hand, once it has been renewed. */
export function leaseByHand(id: LeaseId, renewal: Renewal): Lease {
  return renewedLease(leaseIn({}, id), renewal)
}

/** The list of ids. */
export function idsValue(leases: readonly Lease[]): AttributeValue {
  return { L: leases.map(({ id }) => ({ S: id })) }
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
    graceUntilMs: numberIn(members['u']),
    reportedContentId: members['k']?.S,
    reportedAtMs: numberIn(members['q']),
    attributes: attributesIn(members['a']),
    network: members['x']?.S,
    poolProcess: members['o']?.S,
  }
  return withoutAbsent(lease) as Lease
}

/**
 * The note of a removal from this item. It counts for no shorter than the note that it replaces: a
 * stop that took long has an earlier end than the one before it, and the next removal would forget
 * too early that the other was dropped.
 */
export function noteAfter(item: UserItem | undefined, note: Note): Note {
  return { ...note, untilMs: Math.max(note.untilMs, Number(item?.['QU']?.N ?? 0)) }
}
