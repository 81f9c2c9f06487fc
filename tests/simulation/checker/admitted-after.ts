import { isBefore, type Operation } from '../history.ts'
import type { Scene } from './scene.ts'
import type { Lifetime } from './lifetime.ts'

/**
 * Whether a heartbeat in flight can only have been admitted after that lifetime was over. Earlier
 * it would have found its own lease held, because nothing could have ended that yet.
 */
export function isAdmittedAfter({ lifetimes }: Scene, operation: Operation, lifetime: Lifetime): boolean {
  if (operation.answer.outcome !== 'admitted') return false
  const own = lifetimes.named(operation.answer.lease.generation)
  if (own === undefined || own === lifetime || own.origins[0] !== operation) return false
  const mayComeBetween = (each: Operation) =>
    !isBefore(each, operation) && each.invoked.step <= lifetime.admittedByStep
  return (
    !own.enders.some(mayComeBetween) &&
    own.renewals
      .filter(mayComeBetween)
      .every(
        (renewal) => lifetimes.stepAt(Math.min(...lifetimes.expiriesOf(renewal))) > lifetime.admittedByStep,
      )
  )
}
