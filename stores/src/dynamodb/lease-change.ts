/**
 * The verbs on one lease, as conditional updates of one item. `attribute_not_exists` comes first,
 * so that no function is asked about an attribute that does not exist.
 */
import {
  splitLeaseId,
  type Lease,
  type LeaseId,
  type LeaseRef,
  type Note,
  type Renewal,
  type Room,
  type Roster,
} from '@streamgate/core'
import { firstVersion } from '../first-version.ts'
import { NEXT_VERSION, versionValues, type ItemChange, type Condition } from './item-change.ts'
import { expirySeconds, expirySecondsWithDevices } from './lifetime.ts'
import { numberValue } from './members.ts'
import { noteValue } from './note-value.ts'
import { unchangedSince } from './unchanged.ts'
import {
  GENERATION_BY_HAND,
  deviceValue,
  devicesValue,
  leaseAttribute,
  leaseByHand,
  leaseValue,
} from './user-item.ts'

/** What is known of the item to which a lease is added. */
export type AddedTo = {
  /** Whether the item may hold leases that never expire. */
  readonly mayLast?: boolean
  /** Whether it has registered devices, whose date must stay. */
  readonly keepsDate?: boolean
  /** The roster that has room for it, if the item's own list of devices is wrong. */
  readonly judged?: Roster
}

/**
 * The place of a lease that ends, and its device. If the item's list of devices is wrong, the
 * roster that has them.
 */
export type RemovedFrom = { readonly place: number } & (
  | { readonly deviceId: string | undefined }
  | { readonly judged: Roster }
)

/**
 * The condition that an item still holds what it must, and how its list of devices is then updated.
 */
type DeviceChange = Condition & { readonly set: string; readonly remove: string }

const isListed = 'contains(Streams, :id)'
const isDescribed = 'attribute_exists(#lease)'
const isNotDescribed = 'attribute_not_exists(#lease)'

/**
 * Adds a lease if there is room. Beside leases that may never expire, one that expires is added
 * without touching the item's expiry. In the common form the condition says that there are none.
 */
export function addChange(lease: Lease, room: Room, to: AddedTo = {}): ItemChange {
  const { mayLast = false, keepsDate = false, judged } = to
  const neverWritten = 'attribute_not_exists(Streams)'
  const holdsNothing = 'size(Streams) < :one'
  const allLapse = 'attribute_exists(ExpiresAt)'
  const hasNoRegistry = 'attribute_not_exists(R)'
  const devices = judged === undefined ? takingRoom(lease, room) : addingTo(judged, lease)
  const use = room.registeredDevice === true ? usingRegistered(lease) : undefined

  const set = `SET Streams = list_append(if_not_exists(Streams, :none), :ids), #lease = :lease, ${NEXT_VERSION}${devices.set}${use?.set ?? ''}`
  const names = { '#lease': leaseAttribute(lease.id), ...use?.names }
  const values = {
    ':ids': { L: [{ S: lease.id }] },
    ':none': { L: [] },
    ':lease': leaseValue(lease),
    ...versionValues(firstVersion()),
    ...devices.values,
    ...use?.values,
  }
  const fits = devices.condition
  // DynamoDB refuses parentheses that change nothing.
  const orNothing = (condition: string) =>
    judged === undefined ? `${neverWritten} OR ${holdsNothing} OR (${condition})` : condition
  if (lease.expiresAtMs === null) {
    const condition = and(orNothing(fits), use?.condition)
    return { update: `${set} REMOVE ExpiresAt`, condition, names, values }
  }
  if (mayLast || (keepsDate && use === undefined)) {
    return { update: set, condition: and(fits, use?.condition), names, values }
  }
  const mustLapse = judged?.leases.length === 0 ? '' : ` AND ${allLapse}`
  const leaseSeconds = expirySeconds(lease.expiresAtMs)
  const seconds =
    use === undefined ? leaseSeconds : Math.max(leaseSeconds, expirySecondsWithDevices(lease.startedAtMs))
  return {
    update: `${set}, ExpiresAt = :expiry`,
    condition: and(orNothing(`${fits}${mustLapse}`), use?.condition ?? hasNoRegistry),
    names,
    values: { ...values, ':expiry': numberValue(seconds) },
  }
}

function and(condition: string, more: string | undefined): string {
  return more === undefined ? condition : `(${condition}) AND ${more}`
}

/** The lease's device is registered, and is used now. */
function usingRegistered({ deviceId, startedAtMs }: Lease) {
  return {
    condition: 'attribute_exists(R.#used)',
    set: ', R.#used.u = :used',
    names: { '#used': deviceId ?? '' },
    values: { ':used': numberValue(startedAtMs) },
  }
}

/** There is room for the lease, whatever else is held. */
function takingRoom({ id, deviceId }: Lease, { capacity, soleOfDevice = false }: Room): DeviceChange {
  const hasRoom = 'size(Streams) < :capacity'
  const notYetHeld = 'NOT contains(Streams, :id)'
  const devicesAreKnown = 'attribute_exists(D) AND size(D) = size(Streams)'
  const deviceHoldsNone = 'NOT contains(D, :device)'
  const isDeviceAsked = soleOfDevice && deviceId !== undefined
  return {
    condition: [hasRoom, notYetHeld, ...(isDeviceAsked ? [devicesAreKnown, deviceHoldsNone] : [])].join(
      ' AND ',
    ),
    set: ', D = list_append(if_not_exists(D, :none), :devices)',
    remove: '',
    values: {
      ':id': { S: id },
      ':capacity': numberValue(capacity),
      ':devices': { L: [deviceValue(deviceId)] },
      ...(isDeviceAsked && { ':device': deviceValue(deviceId) }),
    },
  }
}

/** The item is still the one for which the lease was judged. */
function addingTo(judged: Roster, lease: Lease): DeviceChange {
  const asJudged = unchangedSince(judged)
  const devices = { ':devices': devicesValue([...judged.leases, lease]) }
  return { ...asJudged, set: ', D = :devices', remove: '', values: { ...asJudged.values, ...devices } }
}

/** Renews a lease that has its attribute. */
export function renewChange({ id, generation }: LeaseRef, renewal: Renewal): ItemChange {
  const { renewedAtMs, expiresAtMs, reportedAtMs, reportedContentId } = renewal
  const ofGeneration = generation === undefined ? '' : ' AND #lease.g = :generation'
  const sets = ['#lease.r = :renewed']
  const removes: string[] = []
  if (expiresAtMs === null) removes.push('#lease.e', 'ExpiresAt')
  else sets.push('#lease.e = :expires')
  if (reportedAtMs === undefined) removes.push('#lease.q')
  else sets.push('#lease.q = :reported')
  if (reportedContentId !== undefined) sets.push('#lease.k = if_not_exists(#lease.k, :content)')
  return {
    update: `SET ${sets.join(', ')}, ${NEXT_VERSION}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
    condition: `${isListed} AND ${isDescribed}${ofGeneration}`,
    names: { '#lease': leaseAttribute(id) },
    values: {
      ':id': { S: id },
      ':renewed': numberValue(renewedAtMs),
      ...(expiresAtMs !== null && { ':expires': numberValue(expiresAtMs) }),
      ...(reportedAtMs !== undefined && { ':reported': numberValue(reportedAtMs) }),
      ...(reportedContentId !== undefined && { ':content': { S: reportedContentId } }),
      ...(generation !== undefined && { ':generation': { S: generation } }),
      ...versionValues(firstVersion()),
    },
  }
}

/**
 * Gives a lease that was written by hand its attribute, because nothing can be set below a missing
 * one.
 */
export function describeChange(id: LeaseId, renewal: Renewal): ItemChange {
  return {
    update: `SET #lease = :lease, ${NEXT_VERSION}`,
    condition: `${isNotDescribed} AND ${isListed}`,
    names: { '#lease': leaseAttribute(id) },
    values: {
      ':id': { S: id },
      ':lease': leaseValue(leaseByHand(id, renewal)),
      ...versionValues(firstVersion()),
    },
  }
}

/**
 * Where a lease is looked for first. Most users hold one, or end the one that they started first.
 */
export function firstPlace({ id }: LeaseRef): RemovedFrom {
  return { place: 0, deviceId: splitLeaseId(id).deviceId }
}

/** Ends a lease in this place. A note replaces the one before: see `noteAfter`. */
export function removeChange(lease: LeaseRef, note: Note | undefined, from: RemovedFrom): ItemChange {
  const { place } = from
  const devices = 'judged' in from ? removingFrom(from.judged, place) : removingAt(lease, from)
  const noting = note === undefined ? '' : ', QB = if_not_exists(QU, :zero), Q = :note, QU = :until'
  return {
    update: `SET ${NEXT_VERSION}${noting}${devices.set} REMOVE Streams[${place}], #lease${devices.remove}`,
    condition:
      devices.condition + (note === undefined ? '' : ' AND (attribute_not_exists(QU) OR QU <= :until)'),
    names: { '#lease': leaseAttribute(lease.id) },
    values: {
      ...devices.values,
      ...(note !== undefined && {
        ':note': noteValue(note),
        ':until': numberValue(note.untilMs),
        ':zero': numberValue(0),
      }),
      ...versionValues(firstVersion()),
    },
  }
}

/** The lease and its device are in this place of their lists. */
function removingAt(
  { id, generation }: LeaseRef,
  { place, deviceId }: Extract<RemovedFrom, { readonly deviceId: string | undefined }>,
): DeviceChange {
  const standsThere = [`Streams[${place}] = :id`, `D[${place}] = :device`]
  return {
    condition: [...standsThere, ...(generation === undefined ? [] : [isOfGeneration(generation)])].join(
      ' AND ',
    ),
    set: '',
    remove: `, D[${place}]`,
    values: {
      ':id': { S: id },
      ':device': deviceValue(deviceId),
      ...(generation !== undefined && { ':generation': { S: generation } }),
    },
  }
}

/** The item is still the one in which the lease was found. */
function removingFrom(judged: Roster, place: number): DeviceChange {
  const asJudged = unchangedSince(judged)
  const devices = { ':devices': devicesValue(judged.leases.toSpliced(place, 1)) }
  return { ...asJudged, set: ', D = :devices', remove: '', values: { ...asJudged.values, ...devices } }
}

function isOfGeneration(generation: string): string {
  const isOfIt = '#lease.g = :generation'
  return generation === GENERATION_BY_HAND ? `(${isNotDescribed} OR ${isOfIt})` : isOfIt
}
