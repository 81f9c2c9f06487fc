import { answer } from './answer.ts'
import { orDegraded } from './degraded.ts'
import { FINISHED, type StartRequest, type StartResult } from './decision.ts'
import type { UserId } from './lease.ts'
import type { Policy } from './policy/policy.ts'
import { poolsFor, renewedInPools, settleInPools } from './pools/in-pools.ts'
import type { Roster } from './roster.ts'
import { admit } from './rules/admission.ts'
import type { Admission, Claim } from './rules/claim.ts'
import type { Settled } from './settler.ts'
import { startTerms } from './terms.ts'
import type { VerbParts } from './verb-parts.ts'

/** Judges a start, writes what was decided, and answers: see `Limiter.start`. */
export function start(parts: VerbParts, policy: Policy, request: StartRequest): Promise<StartResult> {
  const result = startOnStore(parts, policy, request)
  return policy.whenStoreFails === 'allow' ? orDegraded(result, policy, { request, now: parts.now }) : result
}

async function startOnStore(parts: VerbParts, policy: Policy, request: StartRequest): Promise<StartResult> {
  const { user, stream } = request
  const terms = startTerms(parts, policy, request)
  if (parts.finished.has(stream.streamId, parts.now(), user)) return FINISHED
  const pools = poolsFor(policy, terms.claim.newcomer)
  if (pools.length === 0) return answer(parts, terms, await settleStart(parts, user, terms.claim))
  const settle = (claim: Claim) => settleStart(parts, user, claim)
  const { settled, claim } = await settleInPools(parts, policy, { user, claim: terms.claim, pools, settle })
  const result = await answer(parts, { ...terms, claim }, settled)
  if ('lease' in result) {
    const { lease } = result
    const pool = await renewedInPools(parts, policy, { user, lease, roster: settled.after })
    if (pool !== undefined) return { outcome: 'pool-full', pool, plan: result.plan }
  }
  return result
}

/** It is no async function, because one more promise for each start would be felt. */
function settleStart(parts: VerbParts, user: UserId, claim: Claim): Promise<Settled<Admission>> {
  const { settler, store } = parts
  const decide = (roster: Roster, nowMs: number) => admit(roster, claim, nowMs)
  // A stream that replaces another is sure to meet a roster with something in it, so it looks
  // before it writes.
  return claim.replaces === undefined
    ? settler.settleUnseen(user, decide)
    : store.read(user).then((roster) => settler.settle(user, roster, decide))
}
