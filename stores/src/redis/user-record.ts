/**
 * The value stored for a user: one text of lines, which scripts change in place.
 *
 *     version ⇥ kept                                       how long Redis keeps it after a write
 *     lastStop ⇥ its untilMs ⇥ forgottenUntilMs
 *     notes
 *     removed 〈id | lastUsedAtMs | device〉…               the registry of devices
 *     id ⇥ generation ⇥ renewedAtMs ⇥ expiresAtMs ⇥ reportedAtMs ⇥ reportedContentId ⇥ rest
 *     …                                                    a line for each lease, oldest first
 *
 * Ids, generations, notes and all that is free text are JSON, which has no control characters. So a
 * tab, a line feed and the marks `\u0001` and `\u0002` of a device can only be separators, and only
 * the line of a lease begins with a quotation mark. What is absent is an empty text. `-` stands for
 * no end.
 */
import {
  EMPTY_ROSTER,
  rememberedUntilMs,
  splitLeaseId,
  type Device,
  type DeviceRegistry,
  type Lease,
  type LeaseEnds,
  type LeaseId,
  type LeaseTimes,
  type Note,
  type Roster,
  type RosterContent,
} from '@streamgate/core'

const DEVICE_MARK = '\u0001'
const USE_MARK = '\u0002'
/** Stands for an instant that never comes. */
export const NEVER = '-'

const DAY_MS = 86_400_000
/**
 * How long Redis keeps a user after nothing of them counts: long enough for a clock of Redis that
 * is set forward by a few hours.
 */
const TIDY_AFTER_MS = DAY_MS
/** How long after the last write registered devices are remembered. */
const DEVICES_KEPT_MS = 400 * DAY_MS

/** The members of a lease that no renewal changes, apart from its id, generation and start. */
const FACTS = [
  'deviceType',
  'contentId',
  'label',
  'plan',
  'graceUntilMs',
  'attributes',
  'network',
  'poolProcess',
] as const satisfies readonly (keyof Lease)[]

/** The record of a roster. */
export function recordOf(roster: Roster): string {
  const { version, leases, notes, lastStop, forgottenUntilMs, registry } = roster
  const stop = lastStop === undefined ? '\t' : `${JSON.stringify(lastStop)}\t${lastStop.untilMs}`
  const noted = notes.length === 0 ? '' : JSON.stringify(notes)
  const head = `${version}\t${keptMsOf(roster)}\n${stop}\t${forgottenUntilMs ?? ''}\n${noted}\n${registryText(registry)}`
  return [head, ...leases.map(leaseLine)].join('\n')
}

/** The line of a lease. */
export function leaseLine(lease: Lease): string {
  const { id, generation, renewedAtMs, expiresAtMs, reportedAtMs, reportedContentId } = lease
  const content = reportedContentId === undefined ? '' : JSON.stringify(reportedContentId)
  const times = `${renewedAtMs}\t${expiresAtMs ?? NEVER}\t${reportedAtMs ?? ''}`
  return `${JSON.stringify(id)}\t${JSON.stringify(generation)}\t${times}\t${content}\t${factsText(lease)}`
}

/** What begins the entry of a device in a record. */
export function deviceHead(id: string): string {
  return `${DEVICE_MARK}${JSON.stringify(id)}${USE_MARK}`
}

/** The roster in a record. The roster of an unknown user if there is none. */
export function rosterIn(record: string): Roster {
  if (record === '') return EMPTY_ROSTER
  const [head = '', stops = '', noted = '', registered = '', ...lines] = record.split('\n')
  const [stop = '', , forgotten = ''] = stops.split('\t')
  return {
    leases: lines.map(leaseIn),
    notes: noted === '' ? [] : (JSON.parse(noted) as Note[]),
    ...(stop !== '' && { lastStop: JSON.parse(stop) as Note }),
    ...(forgotten !== '' && { forgottenUntilMs: Number(forgotten) }),
    ...(registered !== '' && { registry: registryIn(registered) }),
    version: Number(head.slice(0, head.indexOf('\t'))),
  }
}

/**
 * How long Redis keeps a user after this write, in milliseconds, as a text. It counts from the
 * write, so the clock of Redis need not agree with any other.
 */
export function keptMsOf(content: RosterContent): string {
  const { leases, notes, lastStop, forgottenUntilMs, registry } = content
  const noted = lastStop === undefined ? notes : [...notes, lastStop]
  const writtenMs = [...leases.map(({ renewedAtMs }) => renewedAtMs), ...noted.map(({ atMs }) => atMs)]
  const ends = leases.map(rememberedUntilMs)
  if (ends.includes(null) || (writtenMs.length === 0 && forgottenUntilMs !== undefined)) return NEVER
  const endMs = Math.max(
    0,
    forgottenUntilMs ?? 0,
    ...noted.map(({ untilMs }) => untilMs),
    ...(ends as number[]),
  )
  const fromMs = Math.max(0, ...writtenMs)
  const devicesMs = registry === undefined ? 0 : DEVICES_KEPT_MS
  return String(Math.max(0, endMs - fromMs, devicesMs) + TIDY_AFTER_MS)
}

/** How long Redis keeps a user after this lease was written, as `keptMsOf`. */
export function keptMsForLease(times: LeaseTimes & LeaseEnds): string {
  const untilMs = rememberedUntilMs(times)
  return untilMs === null ? NEVER : String(Math.max(0, untilMs - times.renewedAtMs) + TIDY_AFTER_MS)
}

function factsText(lease: Lease): string {
  const facts: Record<string, unknown> = {}
  let isAny = false
  for (const name of FACTS) {
    const value = lease[name]
    if (value === undefined) continue
    facts[name] = value
    isAny = true
  }
  return isAny ? `${lease.startedAtMs},${JSON.stringify(facts)}` : String(lease.startedAtMs)
}

function leaseIn(line: string): Lease {
  const [id = '', generation = '', renewed, expires, reported, content, facts] = line.split('\t')
  const leaseId = JSON.parse(id) as LeaseId
  const [startedAtMs, rest] = JSON.parse(`[${facts}]`) as [number, Partial<Lease>?]
  return {
    id: leaseId,
    ...(splitLeaseId(leaseId) as Pick<Lease, 'streamId' | 'deviceId'>),
    ...rest,
    startedAtMs,
    renewedAtMs: Number(renewed),
    expiresAtMs: expires === NEVER ? null : Number(expires),
    generation: JSON.parse(generation) as Lease['generation'],
    ...(reported !== '' && { reportedAtMs: Number(reported) }),
    ...(content !== undefined && content !== '' && { reportedContentId: JSON.parse(content) as string }),
  }
}

function registryText(registry: DeviceRegistry | undefined): string {
  if (registry === undefined) return ''
  const devices = registry.devices.map(
    ({ id, lastUsedAtMs, ...rest }) => `${deviceHead(id)}${lastUsedAtMs}${USE_MARK}${JSON.stringify(rest)}`,
  )
  return [JSON.stringify(registry.removed), ...devices].join('')
}

function registryIn(text: string): DeviceRegistry {
  const [removed = '[]', ...devices] = text.split(DEVICE_MARK)
  return {
    devices: devices.map((device) => {
      const [id = '', lastUsed, rest = ''] = device.split(USE_MARK)
      const facts = JSON.parse(rest) as Omit<Device, 'id' | 'lastUsedAtMs'>
      return { id: JSON.parse(id) as Device['id'], ...facts, lastUsedAtMs: Number(lastUsed) }
    }),
    removed: JSON.parse(removed) as number[],
  }
}
