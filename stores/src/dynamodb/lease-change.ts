/**
 * The verbs that touch one lease as conditional updates of one item. `attribute_not_exists` stands
 * first, so that no function is asked about an attribute that is not there.
 */
import type { Lease, LeaseId, LeaseRef, LeaseTimes } from '@streamgate/core'
import { NEXT_VERSION, randomStart, versionValues, type Change } from './change.ts'
import { expirySeconds } from './lifetime.ts'
import { GENERATION_BY_HAND, leaseAttribute, leaseByHand, leaseValue, numberValue } from './user-item.ts'

/** What is known of the leases beside which one is added. */
export type Neighbours = 'lapsing' | 'perhaps lasting'

const isListed = 'contains(Streams, :id)'
const isDescribed = 'attribute_exists(#lease)'
const isNotDescribed = 'attribute_not_exists(#lease)'

/**
 * Adds a lease where there is room. Beside leases that may never lapse, a lapsing one goes in without
 * touching the item's expiry; in the common form the condition says that there are none such.
 */
export function adding(lease: Lease, capacity: number, beside: Neighbours): Change {
  const neverWritten = 'attribute_not_exists(Streams)'
  const holdsNothing = 'size(Streams) < :one'
  const hasRoom = 'size(Streams) < :capacity'
  const notYetHeld = 'NOT contains(Streams, :id)'
  const allLapse = 'attribute_exists(ExpiresAt)'

  const set = `SET Streams = list_append(if_not_exists(Streams, :none), :ids), #lease = :lease, ${NEXT_VERSION}`
  const names = { '#lease': leaseAttribute(lease.id) }
  const id = { S: lease.id }
  const values = {
    ':id': id,
    ':ids': { L: [id] },
    ':none': { L: [] },
    ':lease': leaseValue(lease),
    ':capacity': numberValue(capacity),
    ...versionValues(randomStart()),
  }
  const fits = `${hasRoom} AND ${notYetHeld}`
  if (lease.expiresAtMs === null) {
    return { update: `${set} REMOVE ExpiresAt`, condition: `${neverWritten} OR (${fits})`, names, values }
  }
  if (beside === 'perhaps lasting') {
    return { update: set, condition: fits, names, values }
  }
  return {
    update: `${set}, ExpiresAt = :expiry`,
    condition: `${neverWritten} OR ${holdsNothing} OR (${fits} AND ${allLapse})`,
    names,
    values: { ...values, ':expiry': numberValue(expirySeconds(lease.expiresAtMs)) },
  }
}

/** Moves the instants of a lease that has its attribute. */
export function renewing({ id, generation }: LeaseRef, { renewedAtMs, expiresAtMs }: LeaseTimes): Change {
  const ofGeneration = generation === undefined ? '' : ' AND #lease.g = :generation'
  const lasts = expiresAtMs === null
  const times = lasts ? '#lease.r = :renewed' : '#lease.r = :renewed, #lease.e = :expires'
  return {
    update: `SET ${times}, ${NEXT_VERSION}${lasts ? ' REMOVE #lease.e, ExpiresAt' : ''}`,
    condition: `${isListed} AND ${isDescribed}${ofGeneration}`,
    names: { '#lease': leaseAttribute(id) },
    values: {
      ':id': { S: id },
      ':renewed': numberValue(renewedAtMs),
      ...(!lasts && { ':expires': numberValue(expiresAtMs) }),
      ...(generation !== undefined && { ':generation': { S: generation } }),
      ...versionValues(randomStart()),
    },
  }
}

/** Gives a lease that was written by hand its attribute: nothing can be set below one that is not there. */
export function describing(id: LeaseId, times: LeaseTimes): Change {
  return {
    update: `SET #lease = :lease, ${NEXT_VERSION}`,
    condition: `${isNotDescribed} AND ${isListed}`,
    names: { '#lease': leaseAttribute(id) },
    values: {
      ':id': { S: id },
      ':lease': leaseValue(leaseByHand(id, times)),
      ...versionValues(randomStart()),
    },
  }
}

/** Ends a lease that stands at this place of the list. */
export function removing({ id, generation }: LeaseRef, place: number): Change {
  const standsThere = `Streams[${place}] = :id`
  return {
    update: `SET ${NEXT_VERSION} REMOVE Streams[${place}], #lease`,
    condition: generation === undefined ? standsThere : `${standsThere} AND ${isOfGeneration(generation)}`,
    names: { '#lease': leaseAttribute(id) },
    values: {
      ':id': { S: id },
      ...(generation !== undefined && { ':generation': { S: generation } }),
      ...versionValues(randomStart()),
    },
  }
}

function isOfGeneration(generation: string): string {
  const isOfIt = '#lease.g = :generation'
  return generation === GENERATION_BY_HAND ? `(${isNotDescribed} OR ${isOfIt})` : isOfIt
}
