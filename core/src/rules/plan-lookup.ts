import { LimiterError } from '../errors.ts'
import type { Plan } from '../plan.ts'
import type { Policy } from '../policy/policy.ts'
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

/** The plan a lease was admitted under, as far as the policy still holds it. */
export function planOf({ plans, defaultPlan }: Policy, lease: LeaseFacts | undefined): Plan {
  return (lease?.plan === undefined ? undefined : plans.get(lease.plan)) ?? defaultPlan
}
