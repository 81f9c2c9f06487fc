import type { HeartbeatRequest, StartRequest } from './decision.ts'
import { leaseIdOf, leaseTimes, type Generation, type Lease, type UserId, type Writable } from './lease.ts'
import type { Paces } from './pace.ts'
import type { Plan } from './plan.ts'
import type { Policy } from './policy/policy.ts'
import type { LeaseFacts } from './roster.ts'
import type { Claim } from './rules/claim.ts'
import { planFor } from './rules/enforcement.ts'
import { assertDevice } from './rules/registration.ts'
import { factsOf } from './rules/notes.ts'
import { planNamed, planOf } from './rules/plan-lookup.ts'
import type { VerbParts } from './verb-parts.ts'

/** What a start or a heartbeat is judged by, and its answer is shown by. */
export type Terms = {
  readonly user: UserId
  /** Under the plan that holds for this user. */
  readonly claim: Claim
  /** The plan that the user is on. Outside its share of users, it is not the one that holds. */
  readonly plan: Plan
  readonly paces: Paces
}

/**
 * @throws {LimiterError} `PLAN_UNKNOWN` if the request names a plan that the policy does not hold.
 */
export function startTerms(parts: VerbParts, policy: Policy, request: StartRequest): Terms {
  const plan = planNamed(policy, request.plan)
  const { user, replaces } = request
  const claim = { newcomer: newcomerOf(parts, policy, request), plan: planFor(user, plan), replaces }
  assertDevice(claim)
  return { user, claim, plan, paces: policy.paces }
}

/** A heartbeat, and the lease it would take if it had none. */
export type Return = { readonly request: HeartbeatRequest; readonly newcomer: Lease }

/**
 * A heartbeat describes its stream only where nothing is known of its lease: as long as a lease is
 * held, a heartbeat does not change what its start said, and so it must not once the lease is gone.
 */
export function heartbeatTerms(
  policy: Policy,
  { request, newcomer }: Return,
  known: LeaseFacts | undefined,
): Terms {
  const { user, replaces } = request
  const plan = request.plan === undefined ? planOf(policy, known) : planNamed(policy, request.plan)
  const facts = factsOf(known ?? {})
  const returning: Writable<Lease> = { ...newcomer, ...facts }
  if (facts.attributes !== undefined && newcomer.attributes !== undefined) {
    returning.attributes = { ...newcomer.attributes, ...facts.attributes }
  }
  if (request.plan !== undefined) returning.plan = request.plan
  // A label is a name and no rule asks for it, so the newest one holds.
  if (newcomer.label !== undefined) returning.label = newcomer.label
  const claim = { newcomer: returning, plan: planFor(user, plan), replaces, isHeartbeat: true }
  return { user, claim, plan, paces: policy.paces }
}

/** The lease of a stream that is admitted now. */
export function newcomerOf(parts: VerbParts, { paces }: Policy, request: StartRequest): Lease {
  const nowMs = parts.now()
  const { user, stream, plan } = request
  const lease = {
    ...stream,
    ...leaseTimes(nowMs, parts.pacer.guessedLeaseMs(user, paces)),
    id: leaseIdOf(stream),
    startedAtMs: nowMs,
    generation: parts.newGeneration() as Generation,
  }
  return plan === undefined ? lease : { ...lease, plan }
}
