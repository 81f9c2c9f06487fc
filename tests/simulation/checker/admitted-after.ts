import { isBefore, type Operation } from '../history.ts'
import type { Scene } from './scene.ts'
import type { Taking } from './lifetime.ts'

/**
 * Whether a heartbeat under way can only have been admitted once that taking was over: before it, the
 * heartbeat's own taking would have been found held, for nothing could have ended it yet.
 */
export function isAdmittedAfter({ takings }: Scene, operation: Operation, taking: Taking): boolean {
  if (operation.answer.outcome !== 'admitted') return false
  const own = takings.named(operation.answer.lease.generation)
  if (own === undefined || own === taking || own.origins[0] !== operation) return false
  const mayComeBetween = (each: Operation) =>
    !isBefore(each, operation) && each.invoked.step <= taking.takenByStep
  return (
    !own.enders.some(mayComeBetween) &&
    own.renewals
      .filter(mayComeBetween)
      .every((renewal) => takings.stepAt(Math.min(...takings.expiriesOf(renewal))) > taking.takenByStep)
  )
}
