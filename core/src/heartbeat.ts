import { answer } from './answer.ts'
import { FINISHED, type HeartbeatRequest, type HeartbeatResult } from './decision.ts'
import type { Policy } from './policy/policy.ts'
import { heldLease, type LeaseFacts } from './roster.ts'
import { renewalOf } from './rules/admission.ts'
import { judgeLostHeartbeat } from './rules/lost-heartbeat.ts'
import { poolsFor, renewedInPools, settleInPools } from './pools/in-pools.ts'
import type { Claim } from './rules/claim.ts'
import { withoutUnknownPlan } from './rules/plan-lookup.ts'
import { scopeOf } from './tenants.ts'
import { heartbeatTerms, newcomerOf } from './terms.ts'
import type { VerbParts } from './verb-parts.ts'

const RENEWED = { outcome: 'renewed', ends: [] } as const

/** Renews a lease, or judges why it cannot be renewed, and answers: see `Limiter.heartbeat`. */
export async function heartbeat(
  parts: VerbParts,
  policy: Policy,
  asked: HeartbeatRequest,
): Promise<HeartbeatResult> {
  const request = withoutUnknownPlan(policy, asked)
  const { user, stream, generation, report } = request
  if (parts.finished.has(stream.streamId, parts.now(), scopeOf(user))) return FINISHED
  const described = newcomerOf(parts, policy, request)
  const newcomer = report === undefined ? described : { ...described, ...report }
  const { id } = newcomer
  const renewal = renewalOf(newcomer)
  const { done, roster } = await parts.store.renew(user, { id, generation }, renewal)
  const held = done ? heldLease(roster, id) : undefined
  let terms = heartbeatTerms(policy, { request, newcomer }, held)
  if (held !== undefined && held.graceUntilMs === undefined) {
    if (policy.pools !== undefined) await renewedInPools(parts, policy, { user, lease: held, roster })
    return answer(parts, terms, { verdict: RENEWED, before: roster, after: roster })
  }
  const claimFor = (known: LeaseFacts | undefined) => {
    terms = heartbeatTerms(policy, { request, newcomer }, known)
    // No slot was taken yet. If it needs one, it is judged again with a slot.
    const [needed] = poolsFor(policy, terms.claim.newcomer)
    return needed === undefined ? terms.claim : { ...terms.claim, fullPool: needed }
  }
  const settle = (judged?: Claim) =>
    parts.settler.settle(user, roster, (newer, nowMs) =>
      judgeLostHeartbeat(
        newer,
        { id, generation, report, claimFor: judged ? () => judged : claimFor },
        nowMs,
      ),
    )
  let settled = await settle()
  if (settled.verdict.outcome === 'pool-full') {
    const { claim, pools } = { claim: terms.claim, pools: poolsFor(policy, terms.claim.newcomer) }
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
