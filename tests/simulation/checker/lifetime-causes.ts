/** Which operations may have admitted, renewed or ended a lease, and which certainly did. */
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
import { effectivePlan, policiesDuring } from './plans-in-force.ts'
import type { Sighting, Lifetime } from './lifetime.ts'

type Named = Pick<Lifetime, 'id' | 'generation' | 'stream'>

/** Whether a request whose answer was lost may have evicted this stream without naming it. */
export type MayEvict = (request: RunRequest, operation: Operation, lifetime: Named) => boolean

/** The leases that an answer shows, with its own. */
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

export function sightingsOf(operations: readonly Operation[]): Map<Generation, Sighting[]> {
  const sightings = new Map<Generation, Sighting[]>()
  for (const by of operations) {
    for (const lease of leasesShown(by)) {
      sightings.set(lease.generation, [...(sightings.get(lease.generation) ?? []), { by, lease }])
    }
  }
  return sightings
}

/**
 * The run that was told it was admitted. If none was, the runs at that instant whose answers were
 * lost.
 */
export function originsOf(
  sightings: readonly Sighting[],
  operations: readonly Operation[],
): Operation<RunRequest>[] {
  const lease = sightings[0]?.lease
  const runs = operations.filter(isRun).filter((each) => each.request.id === lease?.id)
  const admitted = runs.filter(
    ({ answer }) => answer.outcome === 'admitted' && answer.lease.generation === lease?.generation,
  )
  if (admitted.length > 0) return admitted
  return runs.filter(
    (each) => isLost(each) && mayAdmit(each.request) && askedAtMs(each) === lease?.startedAtMs,
  )
}

/** Whether the outcome of a start is unknown. */
export function isLostStart(operation: Operation<RunRequest>): boolean {
  return isLost(operation) && operation.request.verb === 'start'
}

/** Whether a request may admit a lease, rather than only renew one. */
export function mayAdmit({ generation }: RunRequest): boolean {
  return generation === undefined
}

/**
 * A heartbeat first renews a lease in grace and is judged afterwards. So it renews whatever the
 * answer.
 */
export function mayRenew(operation: Operation<RunRequest>, lifetime: Named, isInGrace: boolean): boolean {
  const { request, answer } = operation
  if (request.id !== lifetime.id) return false
  if (request.generation !== undefined && request.generation !== lifetime.generation) return false
  if (isInGrace && request.verb === 'heartbeat') return mayHaveWritten(operation)
  return (
    isLost(operation) || (answer.outcome === 'renewed' && answer.lease.generation === lifetime.generation)
  )
}

export function mayEnd(operation: Operation, lifetime: Named, mayEvict: MayEvict): boolean {
  const { id, generation } = lifetime
  const { request, answer } = operation
  if (!mayHaveWritten(operation)) return false
  switch (request.verb) {
    case 'start':
    case 'heartbeat':
      if (request.id === id) return false
      if ('ends' in answer && answer.ends.some((lease) => lease.generation === generation)) return true
      if (!mayHaveEnded(operation)) return false
      return request.replaces === id || (isLost(operation) && mayEvict(request, operation, lifetime))
    case 'stop':
      // A stop that was only noted found no lease.
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

/** Whether the lifetime is over once this operation is answered. */
export function certainlyEnds({ request, answer, invoked }: Operation, lifetime: Lifetime): boolean {
  const { id, generation } = lifetime
  const isLater = invoked.step > lifetime.admittedByStep
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
      return wasNotFound(request, lifetime, isLater)
    case 'evicted': {
      const { eviction } = answer
      const isIt = eviction.leaseId === id && eviction.generation === generation
      return isIt || wasNotFound(request, lifetime, isLater)
    }
    case 'finished':
    case 'denied':
    case 'ignored':
    case 'listed':
    case 'failed':
      return false
  }
}

/** Whether a heartbeat that found no lease looked for this one, after it had been admitted. */
function wasNotFound(request: Request, { id, generation }: Lifetime, isLater: boolean): boolean {
  if (request.verb !== 'heartbeat' || request.id !== id) return false
  if (request.generation === undefined) return isLater
  return request.generation === generation
}

/**
 * What plans may have done behind a lost answer. A start may evict any stream, or its device's
 * former one.
 */
export function evictsUnasked(history: History): MayEvict {
  return ({ verb, user, plan, stream }, operation, lifetime) => {
    if (verb !== 'start') return false
    return policiesDuring(history, operation).some((policy) => {
      const named = (plan === undefined ? undefined : policy.plans.get(plan)) ?? policy.defaultPlan
      const effective = effectivePlan(history, user, named)
      const isSameDevice = stream.deviceId === lifetime.stream.deviceId
      return effective.whenFull !== 'deny' || (takesDevice(effective, stream) && isSameDevice)
    })
  }
}
