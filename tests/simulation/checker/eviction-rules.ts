/** Rules for evicted streams: they are told, they are told by whom, and they stay out. */
import type { Evictor, NoteOf } from '@streamgate/core'
import {
  askedAtMs,
  isBefore,
  isHeartbeat,
  isRun,
  judgedAtMs,
  mayHaveEnded,
  mayHaveWritten,
  type Operation,
  type RunRequest,
} from '../history.ts'
import { isAdmittedAfter } from './admitted-after.ts'
import { takesDeviceOf } from './lapsed-lease.ts'
import { marksOn, mayBeForgotten, mayHaveGivenWay } from './marks.ts'
import { takesSlotOf } from './plan-model.ts'
import { nameOf, type Scene } from './scene.ts'
import { leaseLengths } from './plans-in-force.ts'
import { evictsUnasked, isLostStart } from './lifetime-causes.ts'
import { isCertainlyLive, type Lifetime } from './lifetime.ts'

/** How many lease lengths a note on an eviction is kept. */
const NOTE_KEPT_LEASES = 2
/** How long it is kept if leases never expire. */
const NOTE_KEPT_WITHOUT_LEASE_MS = 86_400_000

/**
 * Apart from the stream that is replaced by name, only a start ends others, and only as its plan
 * says.
 */
export function endsFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || !('ends' in answer)) return []
  const { request } = operation
  return answer.ends.flatMap((lease) => {
    if (lease.id === request.id) return ['ends its own lease']
    if (lease.id === request.replaces) return []
    if (request.verb === 'heartbeat') return [`a heartbeat ends ${nameOf(lease)}`]
    const mayEvict = scene
      .plansOf(operation)
      .some(
        ({ effective }) =>
          (effective.whenFull !== 'deny' && answer.outcome === 'admitted') ||
          takesSlotOf(effective, request.stream, lease),
      )
    return mayEvict ? [] : [`ends ${nameOf(lease)}, though its plan does not evict`]
  })
}

/**
 * A stream that is told of an eviction was evicted, by the named stream, and has not started since.
 */
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
    faults.push('told of an eviction long after its note expired')
  const evictors = scene.lifetimes.operations
    .filter(isRun)
    .filter((each) => mayBeEvictor(scene, each, { eviction, asked: request }))
  const isKept = evictors.some((each) => mayBeKeptFor(scene, each, eviction.untilMs - eviction.atMs))
  if (evictors.length > 0 && !isKept) faults.push('told with a wrong end of its note')
  if (!evictors.some((evictor) => !isBefore(operation, evictor))) {
    return [...faults, `${eviction.by.id} did not replace it at ${eviction.atMs}`]
  }
  return [...faults, ...outdated(scene, { operation, eviction, evictors })]
}

type Told = {
  readonly operation: Operation<RunRequest>
  readonly eviction: NoteOf<'evicted'>
  readonly evictors: readonly Operation<RunRequest>[]
}

/**
 * The evicted lease was not over before, and no start or admission of it came after.
 *
 * A start leaves the old note in place, and the note on the newer end counts instead. If that newer
 * note may have been dropped, the old one is excused.
 */
function outdated(scene: Scene, { operation, eviction, evictors }: Told): readonly string[] {
  const { lifetimes } = scene
  const evicted = lifetimes.named(eviction.generation)
  const faults: string[] = []
  if (evicted !== undefined && evictors.every((evictor) => evicted.overByStep < evictor.invoked.step)) {
    faults.push(`${nameOf(evicted)} was over before it was replaced`)
  }
  if (operation.request.generation !== undefined) return faults
  const since = lifetimes.operations.filter(
    (each) =>
      isRun(each) &&
      each.request.id === operation.request.id &&
      (each.answer.outcome === 'admitted' ||
        (each.request.verb === 'start' && each.answer.outcome === 'renewed')) &&
      isBefore(each, operation) &&
      evictors.every((evictor) => isBefore(evictor, each)) &&
      !mayHaveGivenWay(scene, each, operation),
  )
  return [
    ...faults,
    ...since.slice(0, 1).map((each) => `was started again since, by operation ${each.number}`),
  ]
}

function mayBeEvictor(
  scene: Scene,
  each: Operation<RunRequest>,
  { eviction, asked }: { readonly eviction: NoteOf<'evicted'>; readonly asked: RunRequest },
): boolean {
  const { leaseId, generation, by, atMs } = eviction
  const { id, replaces } = each.request
  const evicted = scene.lifetimes.named(generation)
  const hasEnded =
    replaces === leaseId ||
    ('ends' in each.answer && each.answer.ends.some((lease) => lease.generation === generation)) ||
    takesDeviceOf(scene, each, evicted ?? asked) ||
    (isLostStart(each) &&
      (evicted === undefined || evictsUnasked(scene.history)(each.request, each, evicted)))
  return (
    mayHaveEnded(each) &&
    hasEnded &&
    id !== leaseId &&
    by.id === id &&
    isDescribedAs(by, each) &&
    atMs === askedAtMs(each)
  )
}

/**
 * Whether this is the evictor as it was described. A heartbeat that says little is completed from
 * what is known.
 */
function isDescribedAs(
  { deviceId, deviceType, label }: Evictor,
  { request }: Operation<RunRequest>,
): boolean {
  const { stream, verb } = request
  const isAs = (told: string | undefined, asked: string | undefined) =>
    told === asked || (verb === 'heartbeat' && asked === undefined)
  return deviceId === stream.deviceId && isAs(deviceType, stream.deviceType) && isAs(label, stream.label)
}

/**
 * An evicted stream learns it at its next heartbeat. Until it starts again no other answer is
 * right. If the note was dropped or the stream was stopped since, it is told that it ended.
 */
export function missedEvictions(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isHeartbeat(operation) || ['evicted', 'failed', 'finished'].includes(answer.outcome)) return []
  const { request } = operation
  if (answer.outcome === 'ended' && mayBeForgotten(scene, operation)) return []
  const evictors = scene.lifetimes.operations
    .filter(isRun)
    .filter((each) => mayHaveTakenPlace(each, request) && !isBefore(operation, each))
    .filter((each) => !noteMayBeGone(scene, operation, each))
  return scene.lifetimes
    .of(request.id)
    .filter((lifetime) => request.generation === undefined || request.generation === lifetime.generation)
    .flatMap((lifetime) =>
      evictors
        .filter((each) => isBefore(each, operation) || isAdmittedAfter(scene, operation, lifetime))
        .filter((each) => isCertainEvictor(scene, each, lifetime))
        .filter((each) => answer.outcome !== 'ended' || !isStoppedSince(scene, operation, each))
        .map((each) => `${answer.outcome}, though operation ${each.number} evicted ${nameOf(lifetime)}`),
    )
}

/** Whether the stream may have been stopped after it was evicted. */
function isStoppedSince(scene: Scene, operation: Operation<RunRequest>, evictor: Operation): boolean {
  return marksOn(scene, operation.request.id).some(
    ({ by }) => !isBefore(by, evictor) && !isBefore(operation, by),
  )
}

/**
 * Whether an answer shows that this start or heartbeat ended, or should have ended, this lease id.
 */
function mayHaveTakenPlace({ request, answer }: Operation<RunRequest>, { id }: RunRequest): boolean {
  return request.replaces === id || ('ends' in answer && answer.ends.some((lease) => lease.id === id))
}

/** Whether this operation certainly ended the lifetime in favour of its own stream. */
function isCertainEvictor({ lifetimes }: Scene, each: Operation<RunRequest>, lifetime: Lifetime): boolean {
  const { request, answer, invoked, answered } = each
  if ('ends' in answer && answer.ends.some(({ generation }) => generation === lifetime.generation))
    return true
  const hasReplaced =
    answer.outcome === 'admitted' || (request.verb === 'start' && answer.outcome === 'renewed')
  if (!hasReplaced || request.replaces !== lifetime.id || request.id === lifetime.id) return false
  return isCertainlyLive({ certain: lifetimes.certainlyLive(lifetime, each) }, invoked.step, answered.step)
}

/**
 * Whether the note on that eviction may have expired, or may be gone because the stream started or
 * the user was erased.
 */
function noteMayBeGone(scene: Scene, operation: Operation<RunRequest>, evictor: Operation): boolean {
  const { lifetimes } = scene
  const keptMs = Math.min(...leaseLengths(scene.history, evictor).map(noteKeptMs))
  if (lifetimes.stepAt(askedAtMs(evictor) + keptMs) <= operation.answered.step) return true
  return lifetimes.operations.some(
    (each) =>
      !isBefore(each, evictor) &&
      !isBefore(operation, each) &&
      mayHaveWritten(each) &&
      (each.request.verb === 'erase' ||
        (each.request.verb === 'start' && each.request.id === operation.request.id)),
  )
}

/**
 * Whether a note may be kept for so long: twice the evictor's lease, or the evicted lease's if that
 * is longer.
 */
function mayBeKeptFor({ history }: Scene, evictor: Operation, keptMs: number): boolean {
  const own = leaseLengths(history, evictor)
  if (own.includes(Infinity) && keptMs === NOTE_KEPT_WITHOUT_LEASE_MS) return true
  const all = history.policies.flatMap(({ policy: { paces } }) => [paces.whenRoom, paces.whenFull])
  const longestMs = Math.max(...all.map(({ leaseMs }) => leaseMs ?? 0))
  return Math.min(...own.map(noteKeptMs)) <= keptMs && keptMs <= NOTE_KEPT_LEASES * longestMs
}

function noteKeptMs(leaseMs: number): number {
  return leaseMs === Infinity ? NOTE_KEPT_WITHOUT_LEASE_MS : NOTE_KEPT_LEASES * leaseMs
}
