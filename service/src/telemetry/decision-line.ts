/**
 * The log lines of decisions. `decision-reader.ts` reads them back.
 */
import { escapeId, isPlainId } from '../text/escape-id.ts'
import {
  decisionsIn,
  isPlainRenewal,
  type Decision,
  type MadeDecisions,
  type RequestFacts,
} from './decision-event.ts'
import type { LogDecisions } from './log-options.ts'

/** Decisions of a request, or of a sweep, which has none. */
export type LoggedDecisions = MadeDecisions &
  Partial<Pick<RequestFacts, 'requestId' | 'gatewayRequestId' | 'seconds'>>

/** Which decisions have a line, and how their users are named. */
export type LineOptions = {
  /** All by default. */
  readonly which?: LogDecisions
  /** What stands for a user id. By default the id itself. */
  readonly hashUser?: ((user: string) => string) | undefined
  /** The process that decided: this one by default. */
  readonly pid?: number
}

const NO_LINES: readonly string[] = []

/** Read once, because each access asks the operating system. */
const PID = process.pid

/**
 * A line for each decision that is to be logged, exactly as pino would write it at the level
 * `info`.
 *
 * Nearly all lines of a log are these, and pino takes three times as long for one.
 */
export function decisionLines(
  request: LoggedDecisions,
  { which = 'all', hashUser, pid = PID }: LineOptions = {},
): readonly string[] {
  const all = decisionsIn(request.decision)
  const logged = which === 'all' ? all : all.filter((one) => !isPlainRenewal(one))
  if (logged.length === 0 || which === 'none') return NO_LINES
  const head = `{"level":"info","time":"${timeOf(request.atMs)}","pid":${pid}`
  const tail = `${requestMembers(request)},"msg":"decision"}\n`
  return logged.map((one) => head + decisionMembers(one, hashUser) + tail)
}

/** Written by hand, because `JSON.stringify` takes longer for twenty members that are absent. */
function decisionMembers(decision: Decision, hashUser: LineOptions['hashUser']): string {
  const { verb, outcome, user, limit, active, ends = [], isIgnored } = decision
  // Most lines are heartbeats of a lease whose start has already told these two.
  const isRenewal = verb === 'heartbeat' && outcome === 'renewed'
  return (
    `,"verb":"${verb}","outcome":"${outcome}"` +
    idMember('user', user === undefined || hashUser === undefined ? user : hashUser(user)) +
    idMember('tenant', decision.tenant) +
    idMember('lease', decision.lease) +
    idMember('stream', decision.stream) +
    idMember('device', decision.device) +
    idsMember('replaces', decision.replaces) +
    (isRenewal ? '' : idMember('deviceType', decision.deviceType)) +
    (isRenewal ? '' : idMember('contentId', decision.contentId)) +
    (isRenewal ? '' : attributesMember(decision.attributes)) +
    (isRenewal ? '' : textMember('network', decision.network)) +
    (decision.isNetworkChanged === true ? ',"networkChanged":true' : '') +
    idMember('plan', decision.plan) +
    (decision.isPlanNamed === true ? ',"planNamed":true' : '') +
    (decision.hasIfMatch === true ? ',"ifMatch":true' : '') +
    (decision.isReport === true ? ',"report":true' : '') +
    textMember('by', decision.by) +
    (limit === undefined ? '' : `,"limit":${limit}`) +
    (active === undefined ? '' : `,"active":${active}`) +
    idMember('pool', decision.pool) +
    (decision.rule === undefined ? '' : `,"rule":${JSON.stringify(decision.rule)}`) +
    (ends.length === 0 ? '' : `,"ends":${JSON.stringify(ends.map(escapeId))}`) +
    (isIgnored === true ? ',"ignored":true' : '') +
    textMember('startedAt', decision.startedAt) +
    textMember('graceUntil', decision.graceUntil) +
    (decision.expiresAt === null ? ',"expiresAt":null' : textMember('expiresAt', decision.expiresAt)) +
    textMember('lastSeenAt', decision.lastSeenAt) +
    shadowMember(decision.shadow)
  )
}

function requestMembers({ requestId, gatewayRequestId, seconds }: LoggedDecisions): string {
  const ms = seconds === undefined ? '' : `,"ms":${Math.round(seconds * 1e6) / 1e3}`
  return textMember('requestId', requestId) + textMember('gatewayRequestId', gatewayRequestId) + ms
}

function shadowMember(shadow: Decision['shadow']): string {
  if (shadow === undefined) return ''
  const escaped = { ...shadow, plan: escapeId(shadow.plan), ends: shadow.ends.map(escapeId) }
  return `,"shadow":${JSON.stringify(escaped)}`
}

function attributesMember(attributes: Decision['attributes']): string {
  if (attributes === undefined) return ''
  const escaped = Object.entries(attributes).map(([name, text]) => [name, escapeId(text)])
  return `,"attributes":${JSON.stringify(Object.fromEntries(escaped))}`
}

function idsMember(name: string, ids: string | readonly string[] | undefined): string {
  if (ids === undefined || typeof ids === 'string') return idMember(name, ids)
  return `,"${name}":${JSON.stringify(ids.map(escapeId))}`
}

function idMember(name: string, id: string | undefined): string {
  if (id === undefined) return ''
  return `,"${name}":${isPlainId(id) ? `"${id}"` : JSON.stringify(escapeId(id))}`
}

function textMember(name: string, text: string | undefined): string {
  if (text === undefined) return ''
  return `,"${name}":${isPlainId(text) ? `"${text}"` : JSON.stringify(text)}`
}

/** Lines are written in batches, so that many in a row are of one millisecond. */
let lastTime = { atMs: 0, text: new Date(0).toISOString() }

function timeOf(atMs: number): string {
  if (lastTime.atMs !== atMs) lastTime = { atMs, text: new Date(atMs).toISOString() }
  return lastTime.text
}
