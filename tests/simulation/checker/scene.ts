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
import { holdingPlan, policiesDuring, type PlanInForce } from './plans-in-force.ts'
import type { Taking } from './lifetime.ts'
import type { Takings } from './lifetimes.ts'

/** How many writes in a row a limiter may lose before it gives up. */
const ATTEMPTS = 20
/** A start admits, and moves the end of its lease. */
const WRITES_OF_START = 2
/** A heartbeat renews, judges a lease in grace, and moves the end of its lease. */
const WRITES_OF_HEARTBEAT = 3

/** One user's part of a history, as the rules look at it. */
export class Scene {
  readonly history: History
  readonly takings: Takings
  /** Every plan by which the user may have been judged, and since when. */
  readonly plansSeen: readonly { readonly step: number; readonly holding: Plan }[]
  readonly #plans = new Map<Operation, readonly PlanInForce[]>()

  constructor(history: History, takings: Takings) {
    this.history = history
    this.takings = takings
    const seen = new Map<Plan, { readonly step: number; readonly holding: Plan }>()
    for (const each of takings.operations.filter(isRun)) {
      for (const { plan, holding } of this.plansOf(each)) {
        if (!seen.has(plan)) seen.set(plan, { step: each.invoked.step, holding })
      }
    }
    this.plansSeen = [...seen.values()]
  }

  get terms(): Terms {
    return this.history.terms
  }

  /** The plans by which a start or heartbeat may have been judged; at least one. */
  plansOf(operation: Operation<RunRequest>): readonly PlanInForce[] {
    const known = this.#plans.get(operation) ?? plansOf(this.history, this.takings, operation)
    this.#plans.set(operation, known)
    return known
  }
}

/** How messages name a taking. */
export function nameOf({ id, generation }: Pick<Taking, 'id' | 'generation'>): string {
  return `${id} (${generation ?? 'of an unknown generation'})`
}

/** Whether others wrote often enough meanwhile to win every race against this operation. */
export function mayHaveLostAllRaces({ takings }: Scene, operation: Operation): boolean {
  const others = takings.operations.filter((each) => overlap(each, operation) && mayHaveWritten(each))
  const writes = others.reduce((sum, { request: { verb } }) => {
    return sum + (verb === 'start' ? WRITES_OF_START : verb === 'heartbeat' ? WRITES_OF_HEARTBEAT : 1)
  }, 0)
  return writes >= ATTEMPTS
}

/**
 * The faults of the reading that has the fewest: an operation that may have been judged by several plans is
 * right if it is right under one.
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
 * The plans by which a start or heartbeat may have been judged. A heartbeat that names none is judged by that of
 * its lease, or of what is still known of it, or of the user's newest lease.
 */
function plansOf(
  history: History,
  takings: Takings,
  operation: Operation<RunRequest>,
): readonly PlanInForce[] {
  const { user } = operation.request
  const names = planNames(takings, operation)
  return policiesDuring(history, operation).flatMap((policy) => {
    const all = policy.plans.size === 1 ? [undefined] : [...names]
    return all.map((name) => {
      const plan = (name === undefined ? undefined : policy.plans.get(name)) ?? policy.defaultPlan
      return { policy, plan, holding: holdingPlan(history, user, plan) }
    })
  })
}

/** The names of these plans; the default plan needs none. The answer tells, if there is a rule for what it says. */
function planNames(
  takings: Takings,
  { request, answer }: Operation<RunRequest>,
): readonly (string | undefined)[] {
  if (request.verb === 'start' || request.plan !== undefined) return [request.plan]
  const { outcome } = answer
  if (outcome === 'admitted' || outcome === 'renewed') return [answer.lease.plan]
  return outcome === 'denied' ? [answer.plan] : planNamesSeen(takings)
}
