/**
 * The log line of a decision. `decision-reader.ts` reads it back.
 */
import { escapeId } from '../text/escape-id.ts'
import type { Decision } from './decision-event.ts'

/** The members of the line: ids are escaped, and what says nothing is left out. */
export function decisionLine(decision: Decision): Readonly<Record<string, unknown>> {
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
    shadow: shadow && { ...shadow, plan: escapeId(shadow.plan), ends: shadow.ends.map(escapeId) },
  }
}

function escaped(text: string | undefined): string | undefined {
  return text === undefined ? undefined : escapeId(text)
}
