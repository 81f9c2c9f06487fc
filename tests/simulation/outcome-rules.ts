/** Rules for what an answer decides: a grant, a denial, an end, a stop. */
import { isRun, judgedAtMs, type Operation, type RunRequest, type StopRequest } from './history.ts'
import { isBefore, mayHaveLostAllRaces, nameOf, overlap, type Scene } from './scene.ts'
import { isCertainlyLive, type Taking } from './takings.ts'

/** Admitted only if there was room and the lease was not held; renewed only what may be held, until the due instant. */
export function grantFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || (answer.outcome !== 'admitted' && answer.outcome !== 'renewed')) return []
  const { request } = operation
  const faults = [...termFaults(scene, operation), ...ownFaults(scene, operation)]
  const { lease } = answer
  if (lease.id !== request.id) faults.push(`grants ${lease.id}`)
  if (answer.outcome === 'admitted') {
    if (request.generation !== undefined) faults.push('admits anew a heartbeat that names its generation')
    faults.push(...heldFaults(scene, operation, 'admitted'))
    if (!hadRoom(scene, operation)) faults.push('admitted without room')
    return faults
  }
  const dueMs = scene.takings.expiryOf(operation) ?? Infinity
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
  return [...faults, ...heldFaults(scene, operation, 'renewed')]
}

/**
 * The answer names the limit it was judged by. A heartbeat that names no plan is told that of its lease;
 * where the lease had to be looked for, that of the request will do.
 */
function termFaults(scene: Scene, operation: Operation<RunRequest>): string[] {
  const { request, answer, invoked, answered } = operation
  if (answer.outcome !== 'admitted' && answer.outcome !== 'renewed') return []
  const { takings, terms } = scene
  const { plan, generation } = answer.lease
  const limits = [request.limit]
  if (request.verb === 'heartbeat' && request.plan === undefined && plan !== undefined) {
    const runs = isCertainlyLive(takings.named(generation), invoked.step, answered.step)
    limits.splice(0, runs ? 1 : 0, terms.plans.get(plan) ?? terms.defaultLimit)
  }
  const faults = limits.includes(answer.limit.max) ? [] : [`names a limit of ${answer.limit.max}`]
  if (answer.heartbeatSeconds !== terms.heartbeatSeconds) faults.push(`asks for other heartbeats`)
  return faults
}

/** A grant shows its own lease as live, unless it lapsed on the way or somebody else may have ended it meanwhile. */
function ownFaults({ takings, terms }: Scene, operation: Operation<RunRequest>): string[] {
  const { answer } = operation
  if (answer.outcome !== 'admitted' && answer.outcome !== 'renewed') return []
  const { lease, live } = answer
  const isLive = lease.expiresAtMs === null || judgedAtMs(operation, terms) < lease.expiresAtMs
  const taking = takings.named(lease.generation)
  const enders = [
    ...(taking?.enders ?? []),
    ...(taking === undefined ? [] : takings.overtaking(taking, operation)),
  ]
  const mayBeOver = enders.some((ender) => overlap(ender, operation))
  const isShown = live.some((each) => each.generation === lease.generation)
  return isLive && !isShown && !mayBeOver ? ['does not show its own lease as live'] : []
}

/** Who runs already goes on, whatever the limit: `renewed` is the one right answer. */
function heldFaults(
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

/** Whether at some step between question and answer fewer others than the limit were certainly live. */
function hadRoom({ takings }: Scene, { request, invoked, answered }: Operation<RunRequest>): boolean {
  const others = takings.all.filter((taking) => taking.id !== request.id)
  for (let step = invoked.step; step <= answered.step; step += 1) {
    if (others.filter((taking) => isCertainlyLive(taking, step, step)).length < request.limit) return true
  }
  return false
}

/** Denied only if the limit was reached, not by the lease itself, and not for one that could have made room. */
export function denialFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || answer.outcome !== 'denied') return []
  const { request } = operation
  const { holders, retryAfterMs } = answer
  const faults = [...heldFaults(scene, operation, 'denied')]
  if (request.generation !== undefined)
    faults.push('judges a heartbeat that names its generation by the limit')
  if (answer.limit.max !== request.limit) faults.push(`denied by a limit of ${answer.limit.max}`)
  if (holders.some((lease) => lease.id === request.id)) faults.push('denied by its own lease')
  const inTheWay = holders.filter((lease) => lease.id !== request.replaces)
  if (inTheWay.length < request.limit) faults.push(`denied by ${inTheWay.length} of ${request.limit}`)
  const lapses = holders.flatMap((lease) => (lease.expiresAtMs === null ? [] : [lease.expiresAtMs]))
  const wait = lapses.length === 0 ? null : Math.min(...lapses) - judgedAtMs(operation, scene.terms)
  if (retryAfterMs !== wait) faults.push(`says to wait for ${retryAfterMs} ms, not ${wait}`)
  return faults
}

/** Ended only for a generation that was named and may be over. */
export function endedFaults(scene: Scene, operation: Operation): readonly string[] {
  if (!isRun(operation)) return []
  if (operation.answer.outcome === 'evicted') return heldFaults(scene, operation, 'evicted')
  if (operation.answer.outcome !== 'ended') return []
  const faults = [...heldFaults(scene, operation, 'ended')]
  if (operation.request.generation === undefined) faults.push('ended, though no generation was named')
  return faults
}

/** A stop ends what runs, says so, and ends each taking once. */
export function stopFaults({ takings }: Scene, operation: Operation): readonly string[] {
  const { request, answer, invoked, answered } = operation
  if (request.verb !== 'stop' || answer.outcome !== 'stopped') return []
  const matching = takings.of(request.id).filter((taking) => isNamedBy(request, taking))
  if (answer.stopped) {
    const mayBeHeld = matching.some(
      (taking) =>
        taking.overByStep > invoked.step && taking.origins.some((each) => !isBefore(operation, each)),
    )
    return mayBeHeld ? [] : ['stopped what was not held']
  }
  return matching
    .filter((taking) => isCertainlyLive(taking, invoked.step, answered.step))
    .map((taking) => `did not stop ${nameOf(taking)}, which certainly runs`)
}

function isNamedBy(request: StopRequest, taking: Taking): boolean {
  // A taking that no answer showed may be of any generation, but one that a client can name was shown.
  return request.generation === undefined || request.generation === taking.generation
}

/** Given up only after as many lost races as were allowed. */
export function contentionFaults(scene: Scene, operation: Operation): readonly string[] {
  return mayHaveLostAllRaces(scene, operation) ? [] : ['gave up, though too few others wrote']
}
