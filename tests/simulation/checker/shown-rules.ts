/**
 * Rules for the leases an answer shows as live: whatever the answer is, they are a picture of the roster
 * at one instant between the question and the answer.
 */
import type { Lease } from '@streamgate/core'
import {
  askedAtMs,
  isBefore,
  isRun,
  judgedAtMs,
  type Answer,
  type Operation,
  type RunRequest,
} from '../history.ts'
import { isOnAll, takesSlotOf } from './plan-model.ts'
import { nameOf, type Scene } from './scene.ts'
import { leasesShown } from './lifetime-causes.ts'
import { isCertainlyLive, lapseMs, type Taking } from './lifetime.ts'
import type { Takings } from './lifetimes.ts'

export function shownFaults(scene: Scene, operation: Operation): readonly string[] {
  const live = picture(operation.answer)
  const faults = leasesShown(operation).flatMap((lease) => leaseFaults(scene, operation, lease))
  if (live === undefined) return faults
  return [
    ...faults,
    ...missing(scene, operation, live),
    ...impossibleTogether(scene, operation, live),
    ...orderFaults(scene, operation, live),
    ...notReplaced(scene, operation, live),
    ...live.flatMap((lease) => cameBack(scene, operation, lease)),
  ]
}

/** What runs for the user, as this answer tells it; of a denial, what stands in the way. */
function picture(answer: Answer): readonly Lease[] | undefined {
  return 'live' in answer ? answer.live : 'holders' in answer ? answer.holders : undefined
}

/** All that runs for the user, where this answer tells it. */
function wholePicture({ history }: Scene, { answer }: Operation): readonly Lease[] | undefined {
  if (answer.outcome !== 'denied') return picture(answer)
  const isExempting = history.policies.some(({ policy }) =>
    [...policy.plans.values()].some(({ ignore }) => ignore.length > 0),
  )
  return isOnAll(answer.limit) && !isExempting ? answer.holders : undefined
}

/** A lease that is shown was taken by somebody, as they asked, and its instants were set by somebody. */
function leaseFaults({ takings }: Scene, operation: Operation, lease: Lease): readonly string[] {
  const taking = takings.named(lease.generation)
  if (taking === undefined || taking.origins.length === 0) return [`${nameOf(lease)} was taken by nobody`]
  const faults: string[] = []
  if (!taking.origins.some((origin) => isAsAsked(takings, lease, origin))) {
    faults.push(`${nameOf(lease)} is not as it was asked for`)
  }
  if (!isAsReported(takings, lease, operation)) {
    faults.push(`nobody reported first that ${nameOf(lease)} plays ${lease.reportedContentId}`)
  }
  const setters = taking.renewals.filter(
    (each) =>
      !isBefore(operation, each) &&
      askedAtMs(each) === lease.renewedAtMs &&
      each.request.report?.reportedAtMs === lease.reportedAtMs &&
      [...takings.expiriesOf(each), lease.graceUntilMs].includes(lease.expiresAtMs ?? Infinity),
  )
  if (setters.length === 0) {
    faults.push(`nobody renewed ${nameOf(lease)} at ${lease.renewedAtMs} until ${lease.expiresAtMs}`)
  } else if (setters.every((setter) => isOutdated(taking, setter, operation))) {
    faults.push(`${nameOf(lease)} has lost a later renewal than that of ${lease.renewedAtMs}`)
  }
  return faults
}

function isAsAsked(takings: Takings, lease: Lease, origin: Operation<RunRequest>): boolean {
  const { id, stream, plan, verb } = origin.request
  const former = verb === 'start' ? [] : takings.of(id).filter(({ origins }) => !origins.includes(origin))
  /** A heartbeat that does not say it takes over what the lease was before. */
  const isAs = (member: 'deviceType' | 'contentId' | 'label') =>
    lease[member] === stream[member] ||
    (stream[member] === undefined && former.some((taking) => taking.stream[member] === lease[member]))
  return (
    lease.id === id &&
    (lease.plan === plan || (plan === undefined && verb === 'heartbeat')) &&
    lease.streamId === stream.streamId &&
    lease.deviceId === stream.deviceId &&
    isAs('deviceType') &&
    isAs('contentId') &&
    isAs('label') &&
    lease.startedAtMs === askedAtMs(origin)
  )
}

/** The first content that was reported for a lease stays, and somebody reported it. */
function isAsReported(takings: Takings, lease: Lease, operation: Operation): boolean {
  const { id, generation, reportedContentId } = lease
  const before = (takings.named(generation)?.sights ?? [])
    .filter(({ by }) => isBefore(by, operation))
    .flatMap((sight) => sight.lease.reportedContentId ?? [])
  if (before.some((each) => each !== reportedContentId)) return false
  return (
    reportedContentId === undefined ||
    takings.operations.some(
      (each) =>
        isRun(each) &&
        each.request.id === id &&
        each.request.report?.reportedContentId === reportedContentId &&
        !isBefore(operation, each),
    )
  )
}

/** What an answer has ended is not in it: the stream that is replaced, and the former one of the same device. */
function notReplaced(scene: Scene, operation: Operation, live: readonly Lease[]): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || (answer.outcome !== 'admitted' && answer.outcome !== 'renewed')) return []
  const { id, verb, replaces, stream } = operation.request
  // A heartbeat of a lease that is held goes on and replaces nothing.
  if (verb === 'heartbeat' && answer.outcome === 'renewed') return []
  const plans = verb === 'start' ? scene.plansOf(operation) : []
  const isOfDevice = (lease: Lease) =>
    plans.length > 0 && plans.every(({ holding }) => takesSlotOf(holding, stream, lease))
  return live
    .filter((lease) => lease.id !== id && (lease.id === replaces || isOfDevice(lease)))
    .map((lease) => `shows ${nameOf(lease)}, in whose place it runs`)
}

/** Whether another renewal, to a later instant, was certainly done after this one and before the question. */
function isOutdated(taking: Taking, setter: Operation, operation: Operation): boolean {
  return taking.renewals.some(
    (later) =>
      (later.answer.outcome === 'renewed' || later.answer.outcome === 'admitted') &&
      askedAtMs(setter) < askedAtMs(later) &&
      isBefore(setter, later) &&
      isBefore(later, operation),
  )
}

/**
 * What was known before the question to be live until after the answer is in the picture.
 *
 * A renewal between the two does not count: the picture may be of before it and, judged by the clock of the
 * answer, show that the lease has lapsed.
 */
function missing({ takings }: Scene, operation: Operation, live: readonly Lease[]): readonly string[] {
  const { invoked, answered, answer } = operation
  // A denial shows but the holders of its limit, which have a rule of their own.
  if (answer.outcome === 'denied') return []
  return takings.all
    .filter(({ vouched }) => isCertainlyLive({ certain: vouched }, invoked.step, answered.step))
    .filter((taking) => live.every((lease) => lease.generation !== taking.generation))
    .map((taking) => `does not show ${nameOf(taking)}, which is certainly live`)
}

/** There is a step at which all in the picture may have been live at once, and none of them lapses before the answer. */
function impossibleTogether(
  { takings, terms }: Scene,
  operation: Operation,
  live: readonly Lease[],
): readonly string[] {
  const { invoked, answered } = operation
  const nowMs = judgedAtMs(operation, terms)
  const faults = live
    .filter((lease) => (lapseMs(lease) ?? Infinity) <= nowMs)
    .map((lease) => `shows ${nameOf(lease)} as live at ${nowMs}, it lapsed at ${lapseMs(lease)}`)
  const shown = live.map((lease) => takings.named(lease.generation)).filter((taking) => taking !== undefined)
  const from = Math.max(
    invoked.step,
    ...shown.map((taking) => Math.min(...taking.origins.map((origin) => origin.invoked.step))),
  )
  const to = Math.min(answered.step, ...shown.map((taking) => taking.overByStep))
  if (from < to) return faults
  return [...faults, `never was all this live at once: ${live.map(nameOf).join(', ')}`]
}

/** No lease twice, the oldest first, and its own as it was granted. */
function orderFaults({ takings }: Scene, operation: Operation, live: readonly Lease[]): readonly string[] {
  const { answer } = operation
  const faults: string[] = []
  if (new Set(live.map((lease) => lease.id)).size < live.length) faults.push('shows a lease twice')
  if (answer.outcome === 'renewed' || answer.outcome === 'admitted') {
    const own = live.filter((lease) => lease.id === answer.lease.id)
    if (own.some((lease) => lease.generation !== answer.lease.generation)) {
      faults.push(`shows ${answer.lease.id} as another taking than the one it answers`)
    }
  }
  const shown = live.map((lease) => takings.named(lease.generation)).filter((taking) => taking !== undefined)
  for (const [place, taking] of shown.entries()) {
    const begin = Math.min(...taking.origins.map((origin) => origin.invoked.step))
    const younger = shown.slice(place + 1).find((next) => next.takenByStep < begin)
    if (younger !== undefined) faults.push(`shows ${nameOf(taking)} before ${nameOf(younger)}`)
  }
  return faults
}

/**
 * What an earlier picture did not show has not come back by itself: somebody renewed it since. Where clocks
 * differ, one limiter may have taken it for lapsed before another did.
 */
function cameBack(scene: Scene, operation: Operation, lease: Lease): readonly string[] {
  const { history, takings, terms } = scene
  const taking = takings.named(lease.generation)
  // What has finished is not counted by those that have heard of it, and for as long as that is known.
  const isFinished = history.errands.some(
    ({ errand }) => errand.verb === 'finish' && errand.streamId === lease.streamId,
  )
  if (taking === undefined || isFinished) return []
  const last = takings.operations
    .filter((earlier) => isBefore(earlier, operation) && taking.takenByStep < earlier.invoked.step)
    .filter((earlier) => wholePicture(scene, earlier)?.every((each) => each.generation !== lease.generation))
    .toSorted((one, other) => one.invoked.step - other.invoked.step)
    .at(-1)
  if (last === undefined) return []
  const isRenewed = taking.renewals.some((each) => !isBefore(each, last) && !isBefore(operation, each))
  const hadLapsed = (lapseMs(lease) ?? Infinity) <= judgedAtMs(last, terms)
  return isRenewed || hadLapsed
    ? []
    : [`${nameOf(taking)} came back by itself after operation ${last.number}`]
}
