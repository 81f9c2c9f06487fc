/** Which operations may have taken, renewed or ended a lease, and which certainly have. */
import type { Generation, Lease } from '@streamgate/core'
import {
  askedAtMs,
  isLost,
  isRun,
  mayHaveEnded,
  mayHaveWritten,
  type History,
  type Operation,
  type Request,
  type RunRequest,
} from '../history.ts'
import { takesDevice } from './plan-model.ts'
import { holdingPlan, policiesDuring } from './plans-in-force.ts'
import type { Sight, Taking } from './lifetime.ts'

type Named = Pick<Taking, 'id' | 'generation' | 'stream'>

/** Whether a request whose answer was lost may have made this stream leave without being asked to. */
export type MayEvict = (request: RunRequest, operation: Operation, taking: Named) => boolean

/** The leases that an answer shows, with the one it is about. */
export function leasesShown({ answer }: Operation): readonly Lease[] {
  switch (answer.outcome) {
    case 'admitted':
    case 'renewed':
      return [answer.lease, ...answer.live]
    case 'denied':
      return answer.holders
    case 'listed':
      return answer.live
    case 'evicted':
    case 'ended':
    case 'outdated':
    case 'finished':
    case 'stopped':
    case 'noted':
    case 'not-held':
    case 'ignored':
    case 'erased':
    case 'failed':
      return []
  }
}

export function sightsOf(operations: readonly Operation[]): Map<Generation, Sight[]> {
  const sights = new Map<Generation, Sight[]>()
  for (const by of operations) {
    for (const lease of leasesShown(by)) {
      sights.set(lease.generation, [...(sights.get(lease.generation) ?? []), { by, lease }])
    }
  }
  return sights
}

/** The one that was told it was admitted; where none was, those whose answer was lost and who asked at that instant. */
export function originsOf(
  sights: readonly Sight[],
  operations: readonly Operation[],
): Operation<RunRequest>[] {
  const lease = sights[0]?.lease
  const runs = operations.filter(isRun).filter((each) => each.request.id === lease?.id)
  const admitted = runs.filter(
    ({ answer }) => answer.outcome === 'admitted' && answer.lease.generation === lease?.generation,
  )
  if (admitted.length > 0) return admitted
  return runs.filter(
    (each) => isLost(each) && mayTake(each.request) && askedAtMs(each) === lease?.startedAtMs,
  )
}

/** Whether nobody knows what became of a start. */
export function isLostStart(operation: Operation<RunRequest>): boolean {
  return isLost(operation) && operation.request.verb === 'start'
}

/** Whether a request may take a lease at all, rather than only renew one. */
export function mayTake({ generation }: RunRequest): boolean {
  return generation === undefined
}

/** A heartbeat renews a lease in grace before it is judged, and so whatever becomes of it then. */
export function mayRenew(operation: Operation<RunRequest>, taking: Named, isInGrace: boolean): boolean {
  const { request, answer } = operation
  if (request.id !== taking.id) return false
  if (request.generation !== undefined && request.generation !== taking.generation) return false
  if (isInGrace && request.verb === 'heartbeat') return mayHaveWritten(operation)
  return isLost(operation) || (answer.outcome === 'renewed' && answer.lease.generation === taking.generation)
}

export function mayEnd(operation: Operation, taking: Named, mayEvict: MayEvict): boolean {
  const { id, generation } = taking
  const { request, answer } = operation
  if (!mayHaveWritten(operation)) return false
  switch (request.verb) {
    case 'start':
    case 'heartbeat':
      if (request.id === id) return false
      if ('ends' in answer && answer.ends.some((lease) => lease.generation === generation)) return true
      if (!mayHaveEnded(operation)) return false
      return request.replaces === id || (isLost(operation) && mayEvict(request, operation, taking))
    case 'stop':
      // What is only noted was not held.
      if (answer.outcome === 'noted') return false
      return request.id === id && (request.generation === undefined || request.generation === generation)
    case 'played-out':
      return request.id === id
    case 'erase':
      return true
    case 'list':
      return false
  }
}

/** Whether the taking is over once this operation is answered. */
export function certainlyEnds({ request, answer, invoked }: Operation, taking: Taking): boolean {
  const { id, generation } = taking
  const isLater = invoked.step > taking.takenByStep
  switch (answer.outcome) {
    case 'stopped':
    case 'noted':
    case 'not-held': {
      if (!('id' in request) || request.id !== id) return false
      const named = 'generation' in request ? request.generation : undefined
      if (named === undefined) return isLater
      return named === generation && (isLater || answer.outcome === 'stopped')
    }
    case 'erased':
      return isLater
    case 'admitted':
    case 'renewed': {
      if (answer.ends.some((lease) => lease.generation === generation)) return true
      if (!('replaces' in request) || request.replaces !== id || request.id === id) return false
      return isLater && (request.verb === 'start' || answer.outcome === 'admitted')
    }
    case 'ended':
    case 'outdated':
      return wasNotFound(request, taking, isLater)
    case 'evicted': {
      const { eviction } = answer
      const isIt = eviction.leaseId === id && eviction.generation === generation
      return isIt || wasNotFound(request, taking, isLater)
    }
    case 'finished':
    case 'denied':
    case 'ignored':
    case 'listed':
    case 'failed':
      return false
  }
}

/** Whether a heartbeat that found no lease looked for this one, and looked once it had been taken. */
function wasNotFound(request: Request, { id, generation }: Taking, isLater: boolean): boolean {
  if (request.verb !== 'heartbeat' || request.id !== id) return false
  if (request.generation === undefined) return isLater
  return request.generation === generation
}

/** What plans may have done behind a lost answer: a start may evict anybody, or its device's former stream. */
export function evictsUnasked(history: History): MayEvict {
  return ({ verb, user, plan, stream }, operation, taking) => {
    if (verb !== 'start') return false
    return policiesDuring(history, operation).some((policy) => {
      const named = (plan === undefined ? undefined : policy.plans.get(plan)) ?? policy.defaultPlan
      const holding = holdingPlan(history, user, named)
      const isSameDevice = stream.deviceId === taking.stream.deviceId
      return holding.whenFull !== 'deny' || (takesDevice(holding, stream) && isSameDevice)
    })
  }
}
