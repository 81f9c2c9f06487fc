import type { Plan } from '@streamgate/core'
import {
  isRun,
  overlap,
  mayHaveWritten,
  type History,
  type Operation,
  type RunRequest,
  type Terms,
} from '../history.ts'
import { planNamesSeen } from './memory.ts'
import { effectivePlan, policiesDuring, type PlanInForce } from './plans-in-force.ts'
import type { Lifetime } from './lifetime.ts'
import type { Lifetimes } from './lifetimes.ts'

/** How many writes in a row a limiter may lose before it gives up. */
const ATTEMPTS = 20
/** A start admits, and moves the end of its lease. */
const WRITES_OF_START = 2
/** A heartbeat renews, judges a lease in grace, and moves the end of its lease. */
const WRITES_OF_HEARTBEAT = 3

/** One user's part of a history, as the rules see it. */
export class Scene {
  readonly history: History
  readonly lifetimes: Lifetimes
  /** Every plan that may have judged the user, and since which step. */
  readonly plansSeen: readonly { readonly step: number; readonly effective: Plan }[]
  readonly #plans = new Map<Operation, readonly PlanInForce[]>()

  constructor(history: History, lifetimes: Lifetimes) {
    this.history = history
    this.lifetimes = lifetimes
    const seen = new Map<Plan, { readonly step: number; readonly effective: Plan }>()
    for (const each of lifetimes.operations.filter(isRun)) {
      for (const { plan, effective } of this.plansOf(each)) {
        if (!seen.has(plan)) seen.set(plan, { step: each.invoked.step, effective })
      }
    }
    this.plansSeen = [...seen.values()]
  }

  get terms(): Terms {
    return this.history.terms
  }

  /** The plans that may have judged a start or heartbeat. There is at least one. */
  plansOf(operation: Operation<RunRequest>): readonly PlanInForce[] {
    const known = this.#plans.get(operation) ?? plansOf(this.history, this.lifetimes, operation)
    this.#plans.set(operation, known)
    return known
  }
}

/** How messages name a lifetime. */
export function nameOf({ id, generation }: Pick<Lifetime, 'id' | 'generation'>): string {
  return `${id} (${generation ?? 'of an unknown generation'})`
}

/** Whether others wrote often enough meanwhile to win every race against this operation. */
export function mayHaveLostAllRaces({ lifetimes }: Scene, operation: Operation): boolean {
  const others = lifetimes.operations.filter((each) => overlap(each, operation) && mayHaveWritten(each))
  const writes = others.reduce((sum, { request: { verb } }) => {
    return sum + (verb === 'start' ? WRITES_OF_START : verb === 'heartbeat' ? WRITES_OF_HEARTBEAT : 1)
  }, 0)
  return writes >= ATTEMPTS
}

/**
 * The faults of the reading with the fewest. An operation that several plans may have judged is
 * right if it is right under one of them.
 */
export function faultsOfBest<Reading>(
  readings: readonly Reading[],
  faultsOf: (reading: Reading) => readonly string[],
): readonly string[] {
  let best: readonly string[] | undefined
  for (const reading of readings) {
    const faults = faultsOf(reading)
    if (faults.length === 0) return []
    if (best === undefined || faults.length < best.length) best = faults
  }
  return best ?? []
}

/**
 * The plans that may have judged a start or heartbeat. A heartbeat that names none is judged by the
 * plan of its lease, of what is remembered of it, or of the user's newest lease.
 */
function plansOf(
  history: History,
  lifetimes: Lifetimes,
  operation: Operation<RunRequest>,
): readonly PlanInForce[] {
  const { user } = operation.request
  const names = planNames(lifetimes, operation)
  return policiesDuring(history, operation).flatMap((policy) => {
    const all = policy.plans.size === 1 ? [undefined] : [...names]
    return all.map((name) => {
      const plan = (name === undefined ? undefined : policy.plans.get(name)) ?? policy.defaultPlan
      return { policy, plan, effective: effectivePlan(history, user, plan) }
    })
  })
}

/**
 * The names of these plans. `undefined` is the default plan. The answer gives the name if a rule
 * covers it.
 */
function planNames(
  lifetimes: Lifetimes,
  { request, answer }: Operation<RunRequest>,
): readonly (string | undefined)[] {
  if (request.verb === 'start' || request.plan !== undefined) return [request.plan]
  const { outcome } = answer
  if (outcome === 'admitted' || outcome === 'renewed') return [answer.lease.plan]
  return outcome === 'denied' ? [answer.plan] : planNamesSeen(lifetimes)
}
