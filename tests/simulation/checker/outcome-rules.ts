/** Rules for what an answer decides: a grant, a failure. */
import { isBefore, isRun, judgedAtMs, overlap, type Operation, type RunRequest } from '../history.ts'
import { obstacle } from './plan-model.ts'
import type { PlanInForce } from './plans-in-force.ts'
import { mayHaveLostAllRaces, nameOf, type Scene } from './scene.ts'
import { isCertainlyLive, wasEverInGrace, type Taking } from './lifetime.ts'

/** Admitted only if there was room and the lease was not held; renewed only what may be held, until the due instant. */
export function grantFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || (answer.outcome !== 'admitted' && answer.outcome !== 'renewed')) return []
  const { request } = operation
  const { lease } = answer
  const faults = ownFaults(scene, operation)
  if (lease.id !== request.id) faults.push(`grants ${lease.id}`)
  if (answer.outcome === 'admitted') {
    if (request.generation !== undefined) faults.push('admits anew a heartbeat that names its generation')
    faults.push(...heldFaults(scene, operation, 'admitted'))
    if (!hadRoom(scene, operation)) faults.push('admitted without room')
    return faults
  }
  const dueMs = Math.min(...scene.takings.expiriesOf(operation), lease.graceUntilMs ?? Infinity)
  if ((lease.expiresAtMs ?? Infinity) < dueMs) {
    faults.push(`renewed until ${lease.expiresAtMs}, before ${dueMs}`)
  }
  if (request.generation !== undefined && request.generation !== lease.generation) {
    faults.push(`renewed ${lease.generation} for a player of ${request.generation}`)
  }
  const taking = scene.takings.named(lease.generation)
  if (taking !== undefined && taking.overByStep < operation.invoked.step) {
    faults.push(`renewed ${nameOf(taking)}, which is over`)
  }
  if (!hadRoomToLeaveGrace(scene, operation, taking)) faults.push('left its grace without room')
  return [...faults, ...heldFaults(scene, operation, 'renewed')]
}

/** A grant shows its own lease as live, unless it lapsed on the way or somebody else may have ended it meanwhile. */
function ownFaults({ history, takings, terms }: Scene, operation: Operation<RunRequest>): string[] {
  const { answer, request } = operation
  if (answer.outcome !== 'admitted' && answer.outcome !== 'renewed') return []
  const { lease, live } = answer
  const lapsesAtMs = Math.min(lease.expiresAtMs ?? Infinity, lease.graceUntilMs ?? Infinity)
  const isLive = judgedAtMs(operation, terms) < lapsesAtMs
  const taking = takings.named(lease.generation)
  const enders = [
    ...(taking?.enders ?? []),
    ...(taking === undefined ? [] : takings.overtaking(taking, operation)),
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

/** Who runs already goes on, whatever the limit: `renewed` is the one right answer. */
export function heldFaults(
  { takings }: Scene,
  operation: Operation<RunRequest>,
  outcome: string,
): readonly string[] {
  const { request, invoked, answered, answer } = operation
  const running = takings
    .of(request.id)
    .filter((taking) => isCertainlyLive(taking, invoked.step, answered.step))
    .filter((taking) => request.generation === undefined || request.generation === taking.generation)
  const granted = answer.outcome === 'renewed' ? answer.lease.generation : undefined
  return running
    .filter((taking) => outcome !== 'renewed' || taking.generation !== granted)
    .map((taking) => `${outcome}, though ${nameOf(taking)} certainly runs`)
}

/** Whether at some step between question and answer the certainly live others left room, as a plan in force counts. */
function hadRoom(scene: Scene, operation: Operation<RunRequest>): boolean {
  const { answer } = operation
  if (answer.outcome !== 'admitted') return true
  const isInGrace = answer.lease.graceUntilMs !== undefined
  return scene.plansOf(operation).some(({ holding }) =>
    hasRoomAtAStep(scene, operation, {
      holding,
      extra: isInGrace ? (holding.grace?.streams ?? 0) : 0,
    }),
  )
}

/** A stream that was in grace and is no more had room at some step. */
function hadRoomToLeaveGrace(
  scene: Scene,
  operation: Operation<RunRequest>,
  taking: Taking | undefined,
): boolean {
  const { answer } = operation
  if (answer.outcome !== 'renewed' || answer.lease.graceUntilMs !== undefined || !wasEverInGrace(taking)) {
    return true
  }
  // Another heartbeat may have left the grace before, while there was room.
  const rivals = taking?.renewals.filter((each) => each !== operation && !isBefore(operation, each)) ?? []
  if (rivals.some((each) => each.answer.outcome === 'failed' || overlap(each, operation))) return true
  if (taking?.sights.some(({ by, lease }) => isBefore(by, operation) && lease.graceUntilMs === undefined)) {
    return true
  }
  return scene
    .plansOf(operation)
    .some(({ holding }) => hasRoomAtAStep(scene, operation, { holding, extra: 0 }))
}

function hasRoomAtAStep(
  { takings }: Scene,
  { request, invoked, answered, answer }: Operation<RunRequest>,
  { holding, extra }: Pick<PlanInForce, 'holding'> & { readonly extra: number },
): boolean {
  const others = takings.all.filter((taking) => taking.id !== request.id && taking.certain.length > 0)
  const stream = 'lease' in answer ? answer.lease : request.stream
  const steps = new Set([invoked.step, ...others.flatMap(({ certain }) => certain.map(({ to }) => to))])
  for (const step of steps) {
    if (step < invoked.step || step > answered.step) continue
    const live = others
      .filter((taking) => isCertainlyLive(taking, step, step))
      .flatMap((taking) => taking.sights[0]?.lease ?? [])
    if (obstacle({ plan: holding, stream, extra }, live) === undefined) return true
  }
  return false
}

/** Given up only after as many lost races as were allowed. */
export function contentionFaults(scene: Scene, operation: Operation): readonly string[] {
  return mayHaveLostAllRaces(scene, operation) ? [] : ['gave up, though too few others wrote']
}
