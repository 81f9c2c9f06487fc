/** Rules for streams that another one replaced: they hear of it, by whom, and cannot come back by themselves. */
import type { Eviction } from '@streamgate/core'
import { askedAtMs, isRun, judgedAtMs, mayHaveWritten, type Operation, type RunRequest } from './history.ts'
import { isBefore, mayHaveLostAllRaces, nameOf, type Scene } from './scene.ts'
import { isCertainlyLive, type Taking } from './takings.ts'

/** How many lengths of a lease a note on an eviction is kept. */
const NOTE_KEPT_LEASES = 2
/** How long it is kept where leases never lapse. */
const NOTE_KEPT_WITHOUT_LEASE_MS = 86_400_000

/** Who is told of an eviction was evicted, by the one it is told, and has not been started since. */
export function evictionFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (answer.outcome !== 'evicted') return []
  if (!isRun(operation) || operation.request.verb !== 'heartbeat')
    return ['evicted, though it is no heartbeat']
  const { request } = operation
  const { eviction } = answer
  const faults: string[] = []
  if (eviction.leaseId !== request.id) faults.push(`told of the eviction of ${eviction.leaseId}`)
  if (request.generation !== undefined && request.generation !== eviction.generation) {
    faults.push(`told of the eviction of ${eviction.generation}`)
  }
  if (eviction.untilMs <= judgedAtMs(operation, scene.terms))
    faults.push('told of an eviction that is long over')
  if (eviction.untilMs !== eviction.atMs + noteKeptMs(scene)) faults.push('told until a wrong instant')
  const evictors = scene.takings.operations.filter(isRun).filter((each) => mayBeEvictor(each, eviction))
  if (!evictors.some((evictor) => !isBefore(operation, evictor))) {
    return [...faults, `${eviction.by.id} did not replace it at ${eviction.atMs}`]
  }
  return [...faults, ...outdated(scene, { operation, eviction, evictors })]
}

type Told = {
  readonly operation: Operation<RunRequest>
  readonly eviction: Eviction
  readonly evictors: readonly Operation<RunRequest>[]
}

/**
 * The eviction was of a lease that was not over before, and no start or admission of the same lease came after.
 *
 * A start that lost every race for dropping the old note is excused: it has told the truth about the stream.
 */
function outdated(scene: Scene, { operation, eviction, evictors }: Told): readonly string[] {
  const { takings } = scene
  const evicted = takings.named(eviction.generation)
  const faults: string[] = []
  if (evicted !== undefined && evictors.every((evictor) => evicted.overByStep < evictor.invoked.step)) {
    faults.push(`${nameOf(evicted)} was over before it was replaced`)
  }
  if (operation.request.generation !== undefined) return faults
  const since = takings.operations.filter(
    (each) =>
      isRun(each) &&
      each.request.id === operation.request.id &&
      (each.answer.outcome === 'admitted' ||
        (each.request.verb === 'start' && each.answer.outcome === 'renewed')) &&
      isBefore(each, operation) &&
      evictors.every((evictor) => isBefore(evictor, each)) &&
      !mayHaveLostAllRaces(scene, each),
  )
  return [
    ...faults,
    ...since.slice(0, 1).map((each) => `was started again since, by operation ${each.number}`),
  ]
}

function mayBeEvictor(each: Operation<RunRequest>, { leaseId, by, atMs }: Eviction): boolean {
  const { stream, id, replaces } = each.request
  return (
    mayHaveWritten(each) &&
    replaces === leaseId &&
    id !== leaseId &&
    by.id === id &&
    by.deviceId === stream.deviceId &&
    by.deviceType === stream.deviceType &&
    by.label === stream.label &&
    atMs === askedAtMs(each)
  )
}

/** An evicted stream learns it at its next heartbeat; until it is started again, no other answer is right. */
export function missedEvictions(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || operation.request.verb !== 'heartbeat') return []
  if (answer.outcome === 'evicted' || answer.outcome === 'failed') return []
  const { request } = operation
  const evictors = scene.takings.operations
    .filter(isRun)
    .filter((each) => each.request.replaces === request.id && !isBefore(operation, each))
    .filter((each) => !noteMayBeGone(scene, operation, each))
  return scene.takings
    .of(request.id)
    .filter((taking) => request.generation === undefined || request.generation === taking.generation)
    .flatMap((taking) =>
      evictors
        .filter((each) => isBefore(each, operation) || isAdmittedAfter(scene, operation, taking))
        .filter((each) => isCertainEvictor(scene, each, taking))
        .map((each) => `${answer.outcome}, though operation ${each.number} evicted ${nameOf(taking)}`),
    )
}

/** Whether this operation certainly ended the taking in favour of its own stream. */
function isCertainEvictor({ takings }: Scene, each: Operation<RunRequest>, taking: Taking): boolean {
  const { request, answer, invoked, answered } = each
  const hasReplaced =
    answer.outcome === 'admitted' || (request.verb === 'start' && answer.outcome === 'renewed')
  if (!hasReplaced || request.replaces !== taking.id || request.id === taking.id) return false
  return isCertainlyLive({ certain: takings.certainlyLive(taking, each) }, invoked.step, answered.step)
}

/**
 * Whether a heartbeat under way can only have been admitted once that taking was over: before it, the
 * heartbeat's own taking would have been found held, for nothing could have ended it yet.
 */
function isAdmittedAfter({ takings }: Scene, operation: Operation, taking: Taking): boolean {
  if (operation.answer.outcome !== 'admitted') return false
  const own = takings.named(operation.answer.lease.generation)
  if (own === undefined || own === taking || own.origins[0] !== operation) return false
  const mayComeBetween = (each: Operation) =>
    !isBefore(each, operation) && each.invoked.step <= taking.takenByStep
  return (
    !own.enders.some(mayComeBetween) &&
    own.renewals
      .filter(mayComeBetween)
      .every((renewal) => takings.stepAt(takings.expiryOf(renewal)) > taking.takenByStep)
  )
}

/** Whether the note of that eviction may have run out, or gone with a start of the stream or the erasure of the user. */
function noteMayBeGone(scene: Scene, operation: Operation<RunRequest>, evictor: Operation): boolean {
  const { takings } = scene
  if (takings.stepAt(askedAtMs(evictor) + noteKeptMs(scene)) <= operation.answered.step) return true
  return takings.operations.some(
    (each) =>
      !isBefore(each, evictor) &&
      !isBefore(operation, each) &&
      mayHaveWritten(each) &&
      (each.request.verb === 'erase' ||
        (each.request.verb === 'start' && each.request.id === operation.request.id)),
  )
}

function noteKeptMs({ terms }: Scene): number {
  return terms.leaseMs === null ? NOTE_KEPT_WITHOUT_LEASE_MS : NOTE_KEPT_LEASES * terms.leaseMs
}
