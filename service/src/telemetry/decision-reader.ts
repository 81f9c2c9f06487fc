/**
 * Reads the decisions back from the lines of the log. `decision-line.ts` writes them.
 */
import {
  leaseIdOf,
  splitLeaseId,
  storedUser,
  type Attributes,
  type DeviceId,
  type LeaseId,
  type Limit,
  type StreamDescription,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { unescapeId } from '../text/escape-id.ts'

/** A call about one user's stream, and its outcome. */
export type LoggedCall = {
  readonly verb: 'start' | 'heartbeat' | 'stop'
  readonly outcome: string
  /** With its tenant, as in a store, so that the users of two tenants are never taken for one. */
  readonly user: UserId
  readonly tenant?: string
  readonly stream: StreamDescription
  readonly leaseId: LeaseId
  readonly replaces?: LeaseId | readonly LeaseId[]
  /** The plan that decided it. */
  readonly plan?: string
  readonly isPlanNamed: boolean
  readonly hasIfMatch: boolean
  /** Whether the call was a CMCD report. */
  readonly isReport: boolean
  /** Whether an operator stopped the stream. */
  readonly isByOperator: boolean
  readonly rule?: Limit
  /** The pool that was full. */
  readonly pool?: string
  /** How many streams counted after it. After a refusal, how many blocked it. */
  readonly active?: number
  /** The streams that ended with it. */
  readonly ends: readonly LeaseId[]
  /** Whether the plan ignored the stream. */
  readonly isIgnored: boolean
  /** What the plan on trial would have decided. */
  readonly trial?: string
  /** When the lease ends without another renewal. `null` if never. */
  readonly lapsesAtMs?: number | null
}

/** A lease that had lapsed was removed. Times are in milliseconds since the epoch. */
export type LoggedLapse = {
  readonly verb: 'lapse'
  readonly user: UserId
  readonly leaseId: LeaseId
  readonly startedAtMs: number
  readonly lastSeenAtMs: number
}

/** Times of a request and its answer, in milliseconds since the epoch. */
type Instants = { readonly arrivedAtMs: number; readonly atMs: number }

/** A decision on a call, which a replay can make again. */
export type PlayableDecision = Instants &
  (
    | LoggedCall
    | { readonly verb: 'erase'; readonly user: UserId; readonly tenant?: string }
    | {
        readonly verb: 'remove-device'
        readonly user: UserId
        readonly tenant?: string
        readonly deviceId?: DeviceId
      }
    | { readonly verb: 'finish'; readonly streamId: StreamId; readonly tenant?: string }
  )

/** One decision. */
export type LoggedDecision = PlayableDecision | (Instants & LoggedLapse)

/** `other` is a line about something else. `faulty` is a decision that cannot be read. */
export type ReadLine = LoggedDecision | 'other' | 'faulty'

/** The log has whole milliseconds. On average the instant was in the middle of one. */
const HALF_A_MS = 0.5

/** Every line of a decision has this text, so other lines need not be parsed. */
const MARK = '"msg":"decision"'
/** It stands at the end, unless something else has written the line again. */
const MARK_AT_END = `${MARK}}`

/** The decision in a line of the log. */
export function readLogLine(line: string): ReadLine {
  if (!line.endsWith(MARK_AT_END) && !line.includes(MARK)) return 'other'
  try {
    const members: unknown = JSON.parse(line)
    if (typeof members !== 'object' || members === null) return 'other'
    return decisionOf(members as Members)
  } catch {
    return 'faulty'
  }
}

type Members = Readonly<Record<string, unknown>>
/** A value while it is made. */
type Writable<Value> = { -readonly [Name in keyof Value]: Value[Name] }

function decisionOf(members: Members): ReadLine {
  const { msg, verb, time, ms } = members
  if (msg !== 'decision' || verb === 'list') return 'other'
  const atMs = Date.parse(textOf(time))
  if (verb === 'lapse') return lapseIn(members, atMs)
  if (Number.isNaN(atMs) || typeof ms !== 'number') return 'faulty'
  const times = { atMs, arrivedAtMs: arrivedAtMs(members, atMs - ms) }
  switch (verb) {
    case 'start':
    case 'heartbeat':
    case 'stop':
      return callOf(times, verb, members)
    case 'erase':
      return { ...times, verb, ...whose(members) }
    case 'remove-device': {
      const { device } = members
      const deviceId = device === undefined ? {} : { deviceId: idOf(device) as DeviceId }
      return { ...times, verb, ...whose(members), ...deviceId }
    }
    case 'finish':
      return { ...times, verb, ...tenantIn(members), streamId: idOf(members['stream']) as StreamId }
    default:
      return 'faulty'
  }
}

function lapseIn(members: Members, atMs: number): ReadLine {
  const startedAtMs = Date.parse(textOf(members['startedAt']))
  const lastSeenAtMs = Date.parse(textOf(members['lastSeenAt']))
  const { user } = whose(members)
  const leaseId = idOf(members['lease']) as LeaseId
  const isWhole = !Number.isNaN(atMs + startedAtMs + lastSeenAtMs)
  return isWhole
    ? { verb: 'lapse', user, leaseId, startedAtMs, lastSeenAtMs, atMs, arrivedAtMs: atMs }
    : 'faulty'
}

/** When the request came: exactly for admitted streams, else to about a millisecond. */
function arrivedAtMs({ startedAt }: Members, aboutMs: number): number {
  const toldMs = startedAt === undefined ? Number.NaN : Date.parse(textOf(startedAt))
  return Number.isNaN(toldMs) ? Math.floor(aboutMs + HALF_A_MS) : toldMs
}

/** Filled member by member. Spreads of members that may be absent take twice as long. */
function callOf(times: Instants, verb: LoggedCall['verb'], members: Members): Instants & LoggedCall {
  const { outcome, tenant, user, replaces, plan, rule, pool, active, ends, expiresAt, shadow } = members
  const stream = streamOf(members)
  const tenantName = tenant === undefined ? '' : idOf(tenant)
  const call: Writable<Instants & LoggedCall> = {
    atMs: times.atMs,
    arrivedAtMs: times.arrivedAtMs,
    verb,
    outcome: textOf(outcome),
    user: storedUser(tenantName, idOf(user) as UserId),
    stream,
    leaseId: leaseIdOf(stream),
    isPlanNamed: members['planNamed'] === true,
    hasIfMatch: members['ifMatch'] === true,
    isReport: members['report'] === true,
    isByOperator: members['by'] === 'operator',
    ends: Array.isArray(ends) ? ends.map((id) => idOf(id) as LeaseId) : NO_IDS,
    isIgnored: members['ignored'] === true,
  }
  if (tenant !== undefined) call.tenant = tenantName
  if (replaces !== undefined) call.replaces = idsOf(replaces)
  if (plan !== undefined) call.plan = idOf(plan)
  if (rule !== undefined) call.rule = limitOf(rule)
  if (pool !== undefined) call.pool = idOf(pool)
  if (typeof active === 'number') call.active = active
  if (expiresAt !== undefined) call.lapsesAtMs = expiresAt === null ? null : Date.parse(textOf(expiresAt))
  if (shadow !== undefined) call.trial = textOf((shadow as Members)['outcome'])
  return call
}

const NO_IDS: readonly LeaseId[] = []

function streamOf(members: Members): StreamDescription {
  const { deviceType, contentId, attributes, network } = members
  const stream: Writable<StreamDescription> = splitLeaseId(idOf(members['lease'])) as StreamDescription
  if (deviceType !== undefined) stream.deviceType = idOf(deviceType)
  if (contentId !== undefined) stream.contentId = idOf(contentId)
  if (attributes !== undefined) stream.attributes = attributesOf(attributes)
  if (network !== undefined) stream.network = textOf(network)
  return stream
}

/** The user, and the tenant if there is one. */
function whose(members: Members): { readonly user: UserId; readonly tenant?: string } {
  const tenant = tenantIn(members)
  return { user: storedUser(tenant.tenant ?? '', idOf(members['user']) as UserId), ...tenant }
}

function tenantIn({ tenant }: Members): { readonly tenant?: string } {
  return tenant === undefined ? {} : { tenant: idOf(tenant) }
}

function limitOf(value: unknown): Limit {
  const rule = value as Limit
  if (typeof rule.max !== 'number') throw new TypeError('A limit was expected')
  return rule
}

function attributesOf(value: unknown): Attributes {
  if (typeof value !== 'object' || value === null) throw new TypeError('Attributes were expected')
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, idOf(text)]))
}

function idsOf(value: unknown): LeaseId | readonly LeaseId[] {
  return (Array.isArray(value) ? value.map(idOf) : idOf(value)) as LeaseId | readonly LeaseId[]
}

/** An id as it was before the log escaped it. */
function idOf(value: unknown): string {
  return unescapeId(textOf(value))
}

/** @throws {TypeError} if it is not a text, or is empty. */
function textOf(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError('A text was expected')
  return value
}
