/** Which plans may have judged an operation. Policies change, even while it is in flight. */
import type { Plan, Policy, UserId } from '@streamgate/core'
import type { History, Operation, Span } from '../history.ts'

/**
 * A user's plan, and the plan that is in effect for that user. They differ outside the enforced
 * share.
 */
export type PlanInForce = { readonly policy: Policy; readonly plan: Plan; readonly effective: Plan }

/** More streams than any user here has. */
const MANY = 1000

/** The policies that this limiter used during the span. */
export function policiesDuring(
  { policies }: Pick<History, 'policies'>,
  { limiter, invoked, answered }: Span & { readonly limiter: number },
): readonly Policy[] {
  const own = policies.filter((change) => change.limiter === limiter && change.step < answered.step)
  const since = own.findLastIndex(({ step }) => step < invoked.step)
  return own.slice(Math.max(0, since)).map(({ policy }) => policy)
}

/**
 * The plan itself. Outside its share it is one that denies nothing and reports the plan's
 * decisions.
 */
export function effectivePlan({ terms }: History, user: UserId, plan: Plan): Plan {
  if ((terms.percentileOf.get(user) ?? 0) < plan.enforcePercent) return plan
  const name = plan.name
  return {
    name,
    limits: [{ max: MANY }],
    whenFull: 'deny',
    sameDeviceReplaces: false,
    ignore: [],
    grace: null,
    devices: null,
    enforcePercent: 100,
    shadow: plan,
  }
}

/**
 * How long a lease set by this operation may be, in milliseconds. `Infinity` means that it never
 * expires.
 */
export function leaseLengths(history: History, operation: Operation): readonly number[] {
  return policiesDuring(history, operation).flatMap(({ paces }) =>
    [paces.whenRoom, paces.whenFull].map(({ leaseMs }) => leaseMs ?? Infinity),
  )
}
