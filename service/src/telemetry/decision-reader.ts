/**
 * Lines of the service's log, read back.
 */
import {
  leaseIdOf,
  splitLeaseId,
  type LeaseId,
  type Limit,
  type StreamDescription,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { unescapeId } from '../text/escape-id.ts'

/** What was asked about one user's stream, and what was answered. */
export type LoggedCall = {
  readonly verb: 'start' | 'heartbeat' | 'stop'
  readonly outcome: string
  readonly user: UserId
  readonly stream: StreamDescription
  readonly leaseId: LeaseId
  readonly replaces?: LeaseId
  /** The plan it was decided under. */
  readonly plan?: string
  readonly isPlanNamed: boolean
  readonly hasIfMatch: boolean
  /** Whether a CMCD report asked. */
  readonly isReport: boolean
  /** Whether an operator stopped the stream. */
  readonly isByOperator: boolean
  readonly rule?: Limit
  /** How many streams counted after it; of a refusal, how many stood in the way. */
  readonly active?: number
  /** The streams that ended with it. */
  readonly ends: readonly LeaseId[]
  /** Whether the plan did not count it. */
  readonly isIgnored: boolean
  /** What the plan on trial would have decided. */
  readonly trial?: string
}

/** One decision, when its request came, and when it was answered, in milliseconds since the epoch. */
export type LoggedDecision = { readonly arrivedAtMs: number; readonly atMs: number } & (
  | LoggedCall
  | { readonly verb: 'erase'; readonly user: UserId }
  | { readonly verb: 'finish'; readonly streamId: StreamId }
)

/** `other`: a line about something else. `faulty`: one about a decision that cannot be read. */
export type ReadLine = LoggedDecision | 'other' | 'faulty'

/** Instants are told in whole milliseconds, and lie in the middle of one on average. */
const HALF_A_MS = 0.5

/** Stands in every line of a decision, and saves to parse the others. */
const MARK = '"msg":"decision"'

/** The decision that a line of the log tells of. */
export function readLogLine(line: string): ReadLine {
  if (!line.includes(MARK)) return 'other'
  try {
    const members: unknown = JSON.parse(line)
    if (typeof members !== 'object' || members === null) return 'other'
    return decisionOf(members as Members)
  } catch {
    return 'faulty'
  }
}

type Members = Readonly<Record<string, unknown>>

function decisionOf(members: Members): ReadLine {
  const { msg, verb, time, ms } = members
  if (msg !== 'decision' || verb === 'list') return 'other'
  const atMs = Date.parse(textOf(time))
  if (Number.isNaN(atMs) || typeof ms !== 'number') return 'faulty'
  const times = { atMs, arrivedAtMs: arrivedAtMs(members, atMs - ms) }
  switch (verb) {
    case 'start':
    case 'heartbeat':
    case 'stop':
      return { ...times, ...callOf(verb, members) }
    case 'erase':
      return { ...times, verb, user: idOf(members['user']) as UserId }
    case 'finish':
      return { ...times, verb, streamId: idOf(members['stream']) as StreamId }
    default:
      return 'faulty'
  }
}

/** When the request came: told exactly of streams that were admitted, else to the millisecond or so. */
function arrivedAtMs({ startedAt }: Members, aboutMs: number): number {
  const toldMs = startedAt === undefined ? Number.NaN : Date.parse(textOf(startedAt))
  return Number.isNaN(toldMs) ? Math.floor(aboutMs + HALF_A_MS) : toldMs
}

function callOf(verb: LoggedCall['verb'], members: Members): LoggedCall {
  const { deviceType, contentId, replaces, plan, rule, active, ends, shadow } = members
  const stream = {
    ...(splitLeaseId(idOf(members['lease'])) as StreamDescription),
    ...(deviceType !== undefined && { deviceType: idOf(deviceType) }),
    ...(contentId !== undefined && { contentId: idOf(contentId) }),
  }
  return {
    verb,
    outcome: textOf(members['outcome']),
    user: idOf(members['user']) as UserId,
    stream,
    leaseId: leaseIdOf(stream),
    ...(replaces !== undefined && { replaces: idOf(replaces) as LeaseId }),
    ...(plan !== undefined && { plan: idOf(plan) }),
    isPlanNamed: members['planNamed'] === true,
    hasIfMatch: members['ifMatch'] === true,
    isReport: members['report'] === true,
    isByOperator: members['by'] === 'operator',
    ...(rule !== undefined && { rule: limitOf(rule) }),
    ...(typeof active === 'number' && { active }),
    ends: Array.isArray(ends) ? ends.map((id) => idOf(id) as LeaseId) : [],
    isIgnored: members['ignored'] === true,
    ...(shadow !== undefined && { trial: textOf((shadow as Members)['outcome']) }),
  }
}

function limitOf(value: unknown): Limit {
  const rule = value as Limit
  if (typeof rule.max !== 'number') throw new TypeError('A limit was expected')
  return rule
}

/** An id as it was before the log escaped it. */
function idOf(value: unknown): string {
  return unescapeId(textOf(value))
}

/** @throws {TypeError} where it is no text, or an empty one. */
function textOf(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError('A text was expected')
  return value
}
