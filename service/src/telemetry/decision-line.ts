/**
 * The log lines of decisions. `decision-reader.ts` reads them back.
 */
import { escapeId } from '../text/escape-id.ts'
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

const NO_LINES: readonly string[] = []

/** Read once, because each access asks the operating system. */
const PID = process.pid

/**
 * A line for each decision that is to be logged, exactly as pino would write it at the level
 * `info`.
 *
 * Nearly all lines of a log are these, and pino takes three times as long for one.
 */
export function decisionLines(request: LoggedDecisions, which: LogDecisions = 'all'): readonly string[] {
  const all = decisionsIn(request.decision)
  const logged = which === 'all' ? all : all.filter((one) => !isPlainRenewal(one))
  if (logged.length === 0 || which === 'none') return NO_LINES
  const head = `{"level":"info","time":"${new Date(request.atMs).toISOString()}","pid":${PID},`
  return logged.map(
    (one) => `${head}${JSON.stringify(lineMembers(one, request)).slice(1, -1)},"msg":"decision"}\n`,
  )
}

/** The members of a line that are the decision's, and those that are its request's. */
export function lineMembers(
  decision: Decision,
  { requestId, gatewayRequestId, seconds }: LoggedDecisions,
): Readonly<Record<string, unknown>> {
  const ms = seconds === undefined ? undefined : Math.round(seconds * 1e6) / 1e3
  return { ...decisionLine(decision), requestId, gatewayRequestId, ms }
}

/** The decision's own members: ids are escaped, and what says nothing is left out. */
function decisionLine(decision: Decision): Readonly<Record<string, unknown>> {
  const { verb, outcome, user, lease, limit, active, ends = [], isIgnored, shadow } = decision
  const { stream, replaces, deviceType, contentId, plan, rule, graceUntil } = decision
  // Most lines are heartbeats of a lease whose start has already told these two.
  const isRenewal = verb === 'heartbeat' && outcome === 'renewed'
  return {
    verb,
    outcome,
    user: escaped(user),
    lease: escaped(lease),
    stream: escaped(stream),
    replaces: escaped(replaces),
    deviceType: isRenewal ? undefined : escaped(deviceType),
    contentId: isRenewal ? undefined : escaped(contentId),
    plan: escaped(plan),
    planNamed: decision.isPlanNamed === true ? true : undefined,
    ifMatch: decision.hasIfMatch === true ? true : undefined,
    report: decision.isReport === true ? true : undefined,
    by: decision.by,
    limit,
    active,
    rule,
    ends: ends.length === 0 ? undefined : ends.map(escapeId),
    ignored: isIgnored === true ? true : undefined,
    startedAt: decision.startedAt,
    graceUntil,
    expiresAt: decision.expiresAt,
    lastSeenAt: decision.lastSeenAt,
    shadow: shadow && { ...shadow, plan: escapeId(shadow.plan), ends: shadow.ends.map(escapeId) },
  }
}

function escaped(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeId(text)
}
