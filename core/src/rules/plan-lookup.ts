import { LimiterError } from '../errors.ts'
import { attributesAsked } from './limits.ts'
import type { Plan } from '../plan.ts'
import type { Policy, Tenant } from '../policy/policy.ts'
import type { LeaseFacts } from '../roster.ts'

/**
 * The plan of this name, or the default plan.
 *
 * @throws {LimiterError} `PLAN_UNKNOWN` if the policy has no such plan.
 */
export function planNamed({ plans, defaultPlan }: Policy, name: string | undefined): Plan {
  if (name === undefined) return defaultPlan
  const plan = plans.get(name)
  if (plan === undefined) {
    throw new LimiterError('PLAN_UNKNOWN', `The policy holds no plan of this name`, {
      facts: { plan: name },
    })
  }
  return plan
}

/**
 * The request without a plan that the policy does not hold. A plan that was removed or renamed must
 * not end the streams of players that still name it.
 */
export function withoutUnknownPlan<Request extends { readonly plan?: string | undefined }>(
  { plans }: Policy,
  request: Request,
): Request {
  return request.plan === undefined || plans.has(request.plan) ? request : { ...request, plan: undefined }
}

/** The plan a lease was admitted under, as far as the policy still holds it. */
export function planOf({ plans, defaultPlan }: Policy, lease: LeaseFacts | undefined): Plan {
  return (lease?.plan === undefined ? undefined : plans.get(lease.plan)) ?? defaultPlan
}

/** The names of all attributes that the plans ask for, those on trial included. */
export function attributesAskedBy(policy: Policy): ReadonlySet<string> {
  const { plans, defaultPlan, tenants = new Map<string, Tenant>(), pools = [] } = policy
  const ofTenants = [...tenants.values()].flatMap((tenant) => [...tenant.plans.values()])
  const all = [defaultPlan, ...plans.values(), ...ofTenants].flatMap((plan) =>
    [plan, plan.shadow ?? []].flat(),
  )
  const ofPools = pools.flatMap(({ where = {}, per }) => [
    ...Object.keys(where),
    ...(per === undefined ? [] : [per]),
  ])
  return new Set([...all.flatMap(attributesAsked), ...ofPools])
}
