/**
 * What may still be known of a lease that is gone. A heartbeat that does not say its plan, or what
 * it plays, is judged by this memory alone.
 */
import type { Plan } from '@streamgate/core'
import {
  askedAtMs,
  isBefore,
  judgedFromMs,
  type History,
  type Operation,
  type RunRequest,
} from '../history.ts'
import { membersAsked, valueOf } from './plan-model.ts'
import { leaseLengths } from './plans-in-force.ts'
import { wasEverInGrace, type Lifetime } from './lifetime.ts'
import type { Lifetimes } from './lifetimes.ts'

/**
 * The lifetimes of its lease of which something may still be known when this operation is judged.
 */
export function mayBeKnown(
  history: History,
  lifetimes: Lifetimes,
  operation: Operation<RunRequest>,
): readonly Lifetime[] {
  return lifetimes
    .of(operation.request.id)
    .filter((lifetime) =>
      lifetime.origins.some((origin) => origin !== operation && !isBefore(operation, origin)),
    )
    .filter(
      (lifetime) =>
        !lifetimes.operations.some((each) => isBefore(each, operation) && forgets(each, lifetime)),
    )
    .filter((lifetime) => mayBeRemembered(history, operation, lifetime))
}

/** Whether nothing is known of the lifetime once this operation is answered. */
function forgets({ request, answer, invoked }: Operation, lifetime: Lifetime): boolean {
  if ('ends' in answer && answer.ends.some(({ generation }) => generation === lifetime.generation))
    return true
  if (invoked.step <= lifetime.admittedByStep) return false
  if (answer.outcome === 'erased') return true
  if (request.verb !== 'stop' || request.id !== lifetime.id) return false
  const isIt = request.generation === undefined || request.generation === lifetime.generation
  return isIt && (answer.outcome === 'stopped' || answer.outcome === 'noted')
}

/** A lease that is no longer held is remembered for its own length after its end. */
function mayBeRemembered(history: History, operation: Operation<RunRequest>, lifetime: Lifetime): boolean {
  const { answer } = operation
  const isGone = answer.outcome === 'admitted' || answer.outcome === 'denied'
  if (!isGone || lifetime.generation === undefined || wasEverInGrace(lifetime)) return true
  const nowMs = judgedFromMs(operation, history.terms)
  const renewals = lifetime.renewals.filter((each) => each !== operation)
  const isPlayedOut = lifetime.enders.some(({ request }) => request.verb === 'played-out')
  return (
    isPlayedOut ||
    renewals.some((each) =>
      leaseLengths(history, each).some((lengthMs) => askedAtMs(each) + 2 * lengthMs > nowMs),
    )
  )
}

/**
 * Whether a heartbeat says too little for this plan to judge it if nothing is known of its lease.
 */
export function saysTooLittle(plan: Plan, { stream }: RunRequest): boolean {
  return membersAsked(plan).some((member) => member !== 'deviceId' && valueOf(stream, member) === undefined)
}

/**
 * The plans that a lifetime may be under. If no answer showed it, it may be under another lease's
 * plan.
 */
export function planNamesOf(
  lifetimes: Lifetimes,
  { sightings, origins }: Lifetime,
): readonly (string | undefined)[] {
  const shown = sightings[0]?.lease
  if (shown !== undefined) return [shown.plan]
  return origins.flatMap(({ request: { verb, plan } }) =>
    verb === 'start' || plan !== undefined ? [plan] : planNamesSeen(lifetimes),
  )
}

/** Every plan that a lease of this user was ever under. `undefined` is the default plan. */
export function planNamesSeen(lifetimes: Lifetimes): readonly (string | undefined)[] {
  const shown = lifetimes.all.flatMap(({ sightings }) => sightings.map(({ lease }) => lease.plan))
  const asked = lifetimes.all.flatMap(({ origins }) => origins.map(({ request }) => request.plan))
  return [...new Set([...shown, ...asked, undefined])]
}
