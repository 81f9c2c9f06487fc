/** By which plans an operation may have been judged: policies change, also while it is under way. */
import type { Plan, Policy, UserId } from '@streamgate/core'
import type { History, Operation, Span } from '../history.ts'

/** A plan that a user is on, and the plan that holds for that user; they differ outside the enforced share. */
export type PlanInForce = { readonly policy: Policy; readonly plan: Plan; readonly holding: Plan }

/** More than any user here has streams. */
const MANY = 1000

/** The policies by which this limiter decided at some step of the span. */
export function policiesDuring(
  { policies }: Pick<History, 'policies'>,
  { limiter, invoked, answered }: Span & { readonly limiter: number },
): readonly Policy[] {
  const own = policies.filter((change) => change.limiter === limiter && change.step < answered.step)
  const since = own.findLastIndex(({ step }) => step < invoked.step)
  return own.slice(Math.max(0, since)).map(({ policy }) => policy)
}

/** The plan itself, or outside its share one that denies nobody and tells what the plan would have decided. */
export function holdingPlan({ terms }: History, user: UserId, plan: Plan): Plan {
  if ((terms.percentileOf.get(user) ?? 0) < plan.enforcePercent) return plan
  const name = plan.name
  return {
    name,
    limits: [{ max: MANY }],
    whenFull: 'deny',
    sameDeviceReplaces: false,
    ignore: [],
    grace: null,
    enforcePercent: 100,
    shadow: plan,
  }
}

/** The lengths that a lease set by this operation may have, in milliseconds; `Infinity` for one that never lapses. */
export function leaseLengths(history: History, operation: Operation): readonly number[] {
  return policiesDuring(history, operation).flatMap(({ paces }) =>
    [paces.whenRoom, paces.whenFull].map(({ leaseMs }) => leaseMs ?? Infinity),
  )
}
