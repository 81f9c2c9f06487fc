/**
 * What may still be known of a lease that is gone. A heartbeat that does not say its plan, or what it plays,
 * is judged by that, and by nothing else.
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
import { membersAsked } from './plan-model.ts'
import { leaseLengths } from './plans-in-force.ts'
import { wasEverInGrace, type Taking } from './lifetime.ts'
import type { Takings } from './lifetimes.ts'

/** The takings of its lease of which something may still be known as this operation is judged. */
export function mayBeKnown(
  history: History,
  takings: Takings,
  operation: Operation<RunRequest>,
): readonly Taking[] {
  return takings
    .of(operation.request.id)
    .filter((taking) => taking.origins.some((origin) => origin !== operation && !isBefore(operation, origin)))
    .filter(
      (taking) => !takings.operations.some((each) => isBefore(each, operation) && forgets(each, taking)),
    )
    .filter((taking) => mayBeRemembered(history, operation, taking))
}

/** Whether nothing is known of the taking once this operation is answered. */
function forgets({ request, answer, invoked }: Operation, taking: Taking): boolean {
  if ('ends' in answer && answer.ends.some(({ generation }) => generation === taking.generation)) return true
  if (invoked.step <= taking.takenByStep) return false
  if (answer.outcome === 'erased') return true
  if (request.verb !== 'stop' || request.id !== taking.id) return false
  const isIt = request.generation === undefined || request.generation === taking.generation
  return isIt && (answer.outcome === 'stopped' || answer.outcome === 'noted')
}

/** A lease that is not held any more is remembered until its end and its own length once more. */
function mayBeRemembered(history: History, operation: Operation<RunRequest>, taking: Taking): boolean {
  const { answer } = operation
  const isGone = answer.outcome === 'admitted' || answer.outcome === 'denied'
  if (!isGone || taking.generation === undefined || wasEverInGrace(taking)) return true
  const nowMs = judgedFromMs(operation, history.terms)
  const renewals = taking.renewals.filter((each) => each !== operation)
  const isPlayedOut = taking.enders.some(({ request }) => request.verb === 'played-out')
  return (
    isPlayedOut ||
    renewals.some((each) =>
      leaseLengths(history, each).some((lengthMs) => askedAtMs(each) + 2 * lengthMs > nowMs),
    )
  )
}

/** Whether a heartbeat says less than it must to be judged by this plan if nothing is known of its lease. */
export function saysTooLittle(plan: Plan, { stream }: RunRequest): boolean {
  return membersAsked(plan).some((member) => member !== 'deviceId' && stream[member] === undefined)
}

/** The plans that a taking may be under. One that no answer showed may have been taken under that of another. */
export function planNamesOf(takings: Takings, { sights, origins }: Taking): readonly (string | undefined)[] {
  const shown = sights[0]?.lease
  if (shown !== undefined) return [shown.plan]
  return origins.flatMap(({ request: { verb, plan } }) =>
    verb === 'start' || plan !== undefined ? [plan] : planNamesSeen(takings),
  )
}

/** Every plan that a lease of this user was ever under; the default plan has no name. */
export function planNamesSeen(takings: Takings): readonly (string | undefined)[] {
  const shown = takings.all.flatMap(({ sights }) => sights.map(({ lease }) => lease.plan))
  const asked = takings.all.flatMap(({ origins }) => origins.map(({ request }) => request.plan))
  return [...new Set([...shown, ...asked, undefined])]
}
