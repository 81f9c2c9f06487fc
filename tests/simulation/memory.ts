/**
 * What may still be known of a lease that is gone. A heartbeat that does not say its plan, or what it plays,
 * is judged by that, and by nothing else.
 */
import type { Policy } from '@streamgate/core'
import {
  askedAtMs,
  isBefore,
  judgedFromMs,
  type History,
  type Operation,
  type RunRequest,
} from './history.ts'
import { membersAsked } from './plan-model.ts'
import { leaseLengths } from './plans-in-force.ts'
import { wasEverInGrace, type Taking } from './taking.ts'
import type { Takings } from './takings.ts'

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

/** Whether a heartbeat says less than it must to be judged by this policy if nothing is known of its lease. */
export function saysTooLittle({ plans, defaultPlan }: Policy, { plan, stream }: RunRequest): boolean {
  if (plan === undefined && plans.size > 1) return true
  const named = (plan === undefined ? undefined : plans.get(plan)) ?? defaultPlan
  return membersAsked(named).some((member) => member !== 'deviceId' && stream[member] === undefined)
}
