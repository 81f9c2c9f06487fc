/**
 * The value stored for a user, in MessagePack:
 *
 *     [version, leases, notes, lastStop, forgottenUntilMs, registry]    a roster
 *     [id, startedAtMs, renewedAtMs, expiresAtMs, generation,   a lease
 *      deviceType, contentId, label, plan, reportedContentId, reportedAtMs, graceUntilMs,
 *      attributes, network, poolProcess]
 *
 * What is absent is null, or missing at the end. The id of a lease contains its stream and device.
 * Notes, attributes and the registry of devices are maps. Earlier versions wrote rosters in JSON.
 * They are read, and a user's next write replaces theirs.
 */
import {
  splitLeaseId,
  type Attributes,
  type DeviceRegistry,
  type Generation,
  type Lease,
  type LeaseId,
  type Note,
  type NoteOf,
  type Roster,
  type StreamDescription,
} from '@streamgate/core'
import { Packr } from 'msgpackr'

type RosterRecord = readonly [
  version: number,
  leases: readonly LeaseRecord[],
  notes: readonly Note[],
  lastStop?: Note | null,
  forgottenUntilMs?: number | null,
  registry?: DeviceRegistry,
]

type LeaseRecord = [
  id: LeaseId,
  startedAtMs: number,
  renewedAtMs: number,
  expiresAtMs: number | null,
  generation: Generation,
  ...optional: (OptionalValue | null)[],
]

type OptionalValue = string | number | Attributes

/** The members that a lease may lack, in the order of the record, and the place of the first. */
const OPTIONAL = [
  'deviceType',
  'contentId',
  'label',
  'plan',
  'reportedContentId',
  'reportedAtMs',
  'graceUntilMs',
  'attributes',
  'network',
  'poolProcess',
] as const satisfies readonly (keyof Lease)[]
const OPTIONAL_FROM = 5

/** A record in JSON. Version 0.1 only had notes on evictions. */
type JsonRecord =
  | Roster
  | (Omit<Roster, 'notes'> & { readonly evictions: readonly Omit<NoteOf<'evicted'>, 'how'>[] })

/** The first byte of a record in JSON. An array in MessagePack has another one. */
const OPENING_BRACE = 0x7b

/** Turns rosters into records, and back, for LMDB. */
export class RosterEncoder {
  /** Tells the driver that `encode` may write into one buffer again and again. */
  readonly copyBuffers = true
  readonly #packr = new Packr({ useRecords: false })

  /** @param mode is the driver's wish about the buffer. */
  encode(roster: Roster, mode?: number): Buffer {
    return this.#packr.pack(recordOf(roster), mode)
  }

  /** @param size how many of the bytes to read. By default all. */
  decode(bytes: Buffer, size: number = bytes.length): Roster {
    if (bytes[0] === OPENING_BRACE) return rosterInJson(bytes.toString('utf8', 0, size))
    return rosterIn(this.#packr.unpack(bytes, size) as RosterRecord)
  }
}

function recordOf(roster: Roster): RosterRecord {
  const { version, leases, notes, lastStop, forgottenUntilMs, registry } = roster
  const records = leases.map(leaseRecordOf)
  if (registry !== undefined) {
    return [version, records, notes, lastStop ?? null, forgottenUntilMs ?? null, registry]
  }
  if (forgottenUntilMs !== undefined) return [version, records, notes, lastStop ?? null, forgottenUntilMs]
  return lastStop === undefined ? [version, records, notes] : [version, records, notes, lastStop]
}

function leaseRecordOf(lease: Lease): LeaseRecord {
  const { id, startedAtMs, renewedAtMs, expiresAtMs, generation } = lease
  const record: LeaseRecord = [id, startedAtMs, renewedAtMs, expiresAtMs, generation]
  let place = OPTIONAL_FROM
  for (const name of OPTIONAL) {
    const value = lease[name]
    if (value !== undefined) {
      while (record.length < place) record.push(null)
      record.push(value)
    }
    place += 1
  }
  return record
}

function rosterIn(record: RosterRecord): Roster {
  const [version, leases, notes, lastStop, forgottenUntilMs, registry] = record
  return {
    leases: leases.map(leaseIn),
    notes,
    ...(lastStop !== undefined && lastStop !== null && { lastStop }),
    ...(typeof forgottenUntilMs === 'number' && { forgottenUntilMs }),
    ...(registry !== undefined && { registry }),
    version,
  }
}

function leaseIn(record: LeaseRecord): Lease {
  const [id, startedAtMs, renewedAtMs, expiresAtMs, generation] = record
  const stream = splitLeaseId(id) as StreamDescription
  const lease: Lease = { id, ...stream, startedAtMs, renewedAtMs, expiresAtMs, generation }
  if (record.length === OPTIONAL_FROM) return lease
  const optional: Record<string, OptionalValue> = {}
  for (let place = OPTIONAL_FROM; place < record.length; place += 1) {
    const name = OPTIONAL[place - OPTIONAL_FROM]
    const value = record[place]
    if (name !== undefined && value !== undefined && value !== null) optional[name] = value
  }
  return { ...lease, ...optional }
}

function rosterInJson(text: string): Roster {
  const record = JSON.parse(text) as JsonRecord
  if (!('evictions' in record)) return record
  const { evictions, ...rest } = record
  return { ...rest, notes: evictions.map((note) => ({ ...note, how: 'evicted' })) }
}
