import type { Degraded, HeartbeatRequest, HeartbeatResult } from './decision.ts'
import { LimiterError } from './errors.ts'
import { leaseIdOf } from './lease.ts'
import type { Policy } from './policy/policy.ts'
import { headlineLimit } from './rules/limits.ts'
import { planNamed, withoutUnknownPlan } from './rules/plan-lookup.ts'

/** The failures after which nothing is known of a user's streams. */
const STORE_IS_AWAY: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'STORE_TIMED_OUT'])

/** What a call asked, and the clock. */
type Asked = { readonly request: HeartbeatRequest; readonly now: () => number }

/**
 * The result of a call, or, if its store fails, the answer of a policy that lets streams run then.
 * Rejects with any other error.
 */
export function orDegraded<Result extends HeartbeatResult>(
  result: Promise<Result>,
  policy: Policy,
  { request, now }: Asked,
): Promise<Result | Degraded> {
  return result.catch((error: unknown) => {
    if (!(error instanceof LimiterError) || !STORE_IS_AWAY.has(error.code)) throw error
    return degradedAnswer(policy, request, now())
  })
}

function degradedAnswer(policy: Policy, request: HeartbeatRequest, nowMs: number): Degraded {
  const { stream, plan: name } = withoutUnknownPlan(policy, request)
  const plan = planNamed(policy, name)
  const { heartbeatSeconds, leaseMs } = policy.paces.whenRoom
  return {
    outcome: 'degraded',
    id: leaseIdOf(stream),
    stream,
    plan: plan.name,
    limit: headlineLimit(plan),
    heartbeatSeconds,
    startedAtMs: nowMs,
    untilMs: leaseMs === null ? null : nowMs + leaseMs,
  }
}
