/** Rules for what an answer decides: a grant or a failure. */
import { isBefore, isRun, judgedAtMs, overlap, type Operation, type RunRequest } from '../history.ts'
import { obstacle } from './plan-model.ts'
import type { PlanInForce } from './plans-in-force.ts'
import { mayHaveLostAllRaces, nameOf, type Scene } from './scene.ts'
import { isCertainlyLive, wasEverInGrace, type Lifetime } from './lifetime.ts'

/**
 * Admits only with room and if the lease was not held. Renews only what may be held, until the due
 * instant.
 */
export function grantFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || (answer.outcome !== 'admitted' && answer.outcome !== 'renewed')) return []
  const { request } = operation
  const { lease } = answer
  const faults = ownFaults(scene, operation)
  if (lease.id !== request.id) faults.push(`grants ${lease.id}`)
  if (answer.outcome === 'admitted') {
    if (request.generation !== undefined) faults.push('admits a heartbeat that names its generation')
    faults.push(...heldFaults(scene, operation, 'admitted'))
    if (!hadRoom(scene, operation)) faults.push('admitted without room')
    return faults
  }
  const dueMs = Math.min(...scene.lifetimes.expiriesOf(operation), lease.graceUntilMs ?? Infinity)
  if ((lease.expiresAtMs ?? Infinity) < dueMs) {
    faults.push(`renewed until ${lease.expiresAtMs}, before ${dueMs}`)
  }
  if (request.generation !== undefined && request.generation !== lease.generation) {
    faults.push(`renewed ${lease.generation} for a player of ${request.generation}`)
  }
  const lifetime = scene.lifetimes.named(lease.generation)
  if (lifetime !== undefined && lifetime.overByStep < operation.invoked.step) {
    faults.push(`renewed ${nameOf(lifetime)}, which is over`)
  }
  if (!hadRoomToLeaveGrace(scene, operation, lifetime)) faults.push('left its grace without room')
  return [...faults, ...heldFaults(scene, operation, 'renewed')]
}

/**
 * A grant shows its own lease as live, unless it expired on the way or may have been ended
 * meanwhile.
 */
function ownFaults({ history, lifetimes, terms }: Scene, operation: Operation<RunRequest>): string[] {
  const { answer, request } = operation
  if (answer.outcome !== 'admitted' && answer.outcome !== 'renewed') return []
  const { lease, live } = answer
  const lapsesAtMs = Math.min(lease.expiresAtMs ?? Infinity, lease.graceUntilMs ?? Infinity)
  const isLive = judgedAtMs(operation, terms) < lapsesAtMs
  const lifetime = lifetimes.named(lease.generation)
  const enders = [
    ...(lifetime?.enders ?? []),
    ...(lifetime === undefined ? [] : lifetimes.overtaking(lifetime, operation)),
  ]
  const mayBeFinished = history.errands.some(
    ({ errand, invoked }) =>
      errand.verb === 'finish' &&
      errand.streamId === request.stream.streamId &&
      invoked.step < operation.answered.step,
  )
  const mayBeOver = mayBeFinished || enders.some((ender) => overlap(ender, operation))
  const isShown = live.some((each) => each.generation === lease.generation)
  return isLive && !isShown && !mayBeOver ? ['does not show its own lease as live'] : []
}

/** A stream that runs goes on, whatever the limit. `renewed` is the only right answer. */
export function heldFaults(
  { lifetimes }: Scene,
  operation: Operation<RunRequest>,
  outcome: string,
): readonly string[] {
  const { request, invoked, answered, answer } = operation
  const running = lifetimes
    .of(request.id)
    .filter((lifetime) => isCertainlyLive(lifetime, invoked.step, answered.step))
    .filter((lifetime) => request.generation === undefined || request.generation === lifetime.generation)
  const granted = answer.outcome === 'renewed' ? answer.lease.generation : undefined
  return running
    .filter((lifetime) => outcome !== 'renewed' || lifetime.generation !== granted)
    .map((lifetime) => `${outcome}, though ${nameOf(lifetime)} certainly runs`)
}

/**
 * Whether at some step between request and answer the certainly live others left room, by a plan in
 * force.
 */
function hadRoom(scene: Scene, operation: Operation<RunRequest>): boolean {
  const { answer } = operation
  if (answer.outcome !== 'admitted') return true
  const isInGrace = answer.lease.graceUntilMs !== undefined
  return scene.plansOf(operation).some(({ effective }) =>
    hasRoomAtAStep(scene, operation, {
      effective,
      extra: isInGrace ? (effective.grace?.streams ?? 0) : 0,
    }),
  )
}

/** A stream that was in grace and no longer is had room at some step. */
function hadRoomToLeaveGrace(
  scene: Scene,
  operation: Operation<RunRequest>,
  lifetime: Lifetime | undefined,
): boolean {
  const { answer } = operation
  if (answer.outcome !== 'renewed' || answer.lease.graceUntilMs !== undefined || !wasEverInGrace(lifetime)) {
    return true
  }
  // Another heartbeat may have left the grace before, while there was room.
  const rivals = lifetime?.renewals.filter((each) => each !== operation && !isBefore(operation, each)) ?? []
  if (rivals.some((each) => each.answer.outcome === 'failed' || overlap(each, operation))) return true
  if (
    lifetime?.sightings.some(({ by, lease }) => isBefore(by, operation) && lease.graceUntilMs === undefined)
  ) {
    return true
  }
  return scene
    .plansOf(operation)
    .some(({ effective }) => hasRoomAtAStep(scene, operation, { effective, extra: 0 }))
}

function hasRoomAtAStep(
  { lifetimes }: Scene,
  { request, invoked, answered, answer }: Operation<RunRequest>,
  { effective, extra }: Pick<PlanInForce, 'effective'> & { readonly extra: number },
): boolean {
  const others = lifetimes.all.filter((lifetime) => lifetime.id !== request.id && lifetime.certain.length > 0)
  const stream = 'lease' in answer ? answer.lease : request.stream
  const steps = new Set([invoked.step, ...others.flatMap(({ certain }) => certain.map(({ to }) => to))])
  for (const step of steps) {
    if (step < invoked.step || step > answered.step) continue
    const live = others
      .filter((lifetime) => isCertainlyLive(lifetime, step, step))
      .flatMap((lifetime) => lifetime.sightings[0]?.lease ?? [])
    if (obstacle({ plan: effective, stream, extra }, live) === undefined) return true
  }
  return false
}

/** Gives up only after as many lost races as are allowed. */
export function contentionFaults(scene: Scene, operation: Operation): readonly string[] {
  return mayHaveLostAllRaces(scene, operation) ? [] : ['gave up, though too few others wrote']
}
