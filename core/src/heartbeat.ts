import { answer } from './answer.ts'
import { orDegraded } from './degraded.ts'
import { FINISHED, type HeartbeatRequest, type HeartbeatResult } from './decision.ts'
import type { Policy } from './policy/policy.ts'
import type { Lease } from './lease.ts'
import { heldLease, type LeaseFacts, type Roster } from './roster.ts'
import { renewalOf } from './rules/admission.ts'
import { judgeLostHeartbeat } from './rules/lost-heartbeat.ts'
import { poolsFor, renewedInPools, settleInPools } from './pools/in-pools.ts'
import type { Claim } from './rules/claim.ts'
import { withoutUnknownPlan } from './rules/plan-lookup.ts'
import { heartbeatTerms, newcomerOf } from './terms.ts'
import type { VerbParts } from './verb-parts.ts'

const RENEWED = { outcome: 'renewed', ends: [] } as const

/** Renews a lease, or judges why it cannot be renewed, and answers: see `Limiter.heartbeat`. */
export function heartbeat(
  parts: VerbParts,
  policy: Policy,
  request: HeartbeatRequest,
): Promise<HeartbeatResult> {
  const result = heartbeatOnStore(parts, policy, request)
  return policy.whenStoreFails === 'allow' ? orDegraded(result, policy, { request, now: parts.now }) : result
}

async function heartbeatOnStore(
  parts: VerbParts,
  policy: Policy,
  asked: HeartbeatRequest,
): Promise<HeartbeatResult> {
  const request = withoutUnknownPlan(policy, asked)
  const { user, stream, generation, report } = request
  if (parts.finished.has(stream.streamId, parts.now(), user)) return FINISHED
  const described = newcomerOf(parts, policy, request)
  const newcomer = report === undefined ? described : { ...described, ...report }
  const { id } = newcomer
  const renewal = renewalOf(newcomer)
  const { done, roster } = await parts.store.renew(user, { id, generation }, renewal)
  const held = done ? heldLease(roster, id) : undefined
  if (held !== undefined && held.graceUntilMs === undefined) {
    const terms = heartbeatTerms(policy, { request, newcomer }, held)
    const pool = policy.pools && (await renewedInPools(parts, policy, { user, lease: held, roster }))
    if (pool !== undefined) return { outcome: 'pool-full', pool, plan: terms.plan.name }
    return answer(parts, terms, { verdict: RENEWED, before: roster, after: roster })
  }
  return judgeLost(parts, policy, { request, newcomer, roster })
}

type Lost = { readonly request: HeartbeatRequest; readonly newcomer: Lease; readonly roster: Roster }

/** Answers a heartbeat whose lease is not held, or runs in grace. */
async function judgeLost(
  parts: VerbParts,
  policy: Policy,
  { request, newcomer, roster }: Lost,
): Promise<HeartbeatResult> {
  const { user, generation, report } = request
  const { id } = newcomer
  let terms = heartbeatTerms(policy, { request, newcomer }, undefined)
  const claimFor = (known: LeaseFacts | undefined): Claim => {
    terms = heartbeatTerms(policy, { request, newcomer }, known)
    // No slot was taken yet. If it needs one, it is judged again with a slot.
    const [needed] = poolsFor(policy, terms.claim.newcomer)
    return needed === undefined ? terms.claim : { ...terms.claim, fullPool: needed }
  }
  const settleBy = (claimOf: typeof claimFor) =>
    parts.settler.settle(user, roster, (newer, nowMs) =>
      judgeLostHeartbeat(newer, { id, generation, report, claimFor: claimOf }, nowMs),
    )
  let settled = await settleBy(claimFor)
  if (settled.verdict.outcome === 'pool-full') {
    const { claim } = terms
    const pools = poolsFor(policy, claim.newcomer)
    const settle = (judged: Claim) => settleBy(() => judged)
    const inPools = await settleInPools(parts, policy, { user, claim, pools, settle })
    settled = inPools.settled
    terms = { ...terms, claim: inPools.claim }
  }
  const { verdict, before, after } = settled
  switch (verdict.outcome) {
    case 'admitted':
    case 'renewed':
    case 'denied':
    case 'device-denied':
    case 'pool-full':
      return answer(parts, terms, { verdict, before, after })
    case 'evicted':
    case 'ended':
    case 'outdated':
      return verdict
  }
}
