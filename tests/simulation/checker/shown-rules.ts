/**
 * Rules for the leases that an answer shows as live. They must match the roster at one instant
 * between the request and the answer.
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
import { isCertainlyLive, lapseMs, type Lifetime } from './lifetime.ts'
import type { Lifetimes } from './lifetimes.ts'

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

/** The user's running streams that this answer shows. For a denial, the streams in the way. */
function picture(answer: Answer): readonly Lease[] | undefined {
  return 'live' in answer ? answer.live : 'holders' in answer ? answer.holders : undefined
}

/** All running streams of the user, if this answer shows them. */
function wholePicture({ history }: Scene, { answer }: Operation): readonly Lease[] | undefined {
  if (answer.outcome !== 'denied') return picture(answer)
  const isExempting = history.policies.some(({ policy }) =>
    [...policy.plans.values()].some(({ ignore }) => ignore.length > 0),
  )
  return isOnAll(answer.limit) && !isExempting ? answer.holders : undefined
}

/** Some request admitted the shown lease, as described, and some request set its times. */
function leaseFaults({ lifetimes }: Scene, operation: Operation, lease: Lease): readonly string[] {
  const lifetime = lifetimes.named(lease.generation)
  if (lifetime === undefined || lifetime.origins.length === 0) return [`no request admitted ${nameOf(lease)}`]
  const faults: string[] = []
  if (!lifetime.origins.some((origin) => isAsAsked(lifetimes, lease, origin))) {
    faults.push(`${nameOf(lease)} is not as it was asked for`)
  }
  if (!isAsReported(lifetimes, lease, operation)) {
    faults.push(`no first report says that ${nameOf(lease)} plays ${lease.reportedContentId}`)
  }
  const setters = lifetime.renewals.filter(
    (each) =>
      !isBefore(operation, each) &&
      askedAtMs(each) === lease.renewedAtMs &&
      each.request.report?.reportedAtMs === lease.reportedAtMs &&
      [...lifetimes.expiriesOf(each), lease.graceUntilMs].includes(lease.expiresAtMs ?? Infinity),
  )
  if (setters.length === 0) {
    faults.push(`no request renewed ${nameOf(lease)} at ${lease.renewedAtMs} until ${lease.expiresAtMs}`)
  } else if (setters.every((setter) => isOutdated(lifetime, setter, operation))) {
    faults.push(`${nameOf(lease)} has lost a later renewal than that of ${lease.renewedAtMs}`)
  }
  return faults
}

function isAsAsked(lifetimes: Lifetimes, lease: Lease, origin: Operation<RunRequest>): boolean {
  const { id, stream, plan, verb } = origin.request
  const former = verb === 'start' ? [] : lifetimes.of(id).filter(({ origins }) => !origins.includes(origin))
  /** If a heartbeat leaves something out, it keeps what the lease was before. */
  const isAs = (member: 'deviceType' | 'contentId' | 'label') =>
    lease[member] === stream[member] ||
    (stream[member] === undefined && former.some((lifetime) => lifetime.stream[member] === lease[member]))
  const isOnNetwork =
    lease.network === stream.network || former.some((lifetime) => lifetime.stream.network === lease.network)
  return (
    lease.id === id &&
    (lease.plan === plan || (plan === undefined && verb === 'heartbeat')) &&
    lease.streamId === stream.streamId &&
    lease.deviceId === stream.deviceId &&
    isAs('deviceType') &&
    isAs('contentId') &&
    isAs('label') &&
    isOnNetwork &&
    lease.startedAtMs === askedAtMs(origin)
  )
}

/** The first content that was reported for a lease stays, and some report or heartbeat gave it. */
function isAsReported(lifetimes: Lifetimes, lease: Lease, operation: Operation): boolean {
  const { id, generation, reportedContentId } = lease
  const before = (lifetimes.named(generation)?.sightings ?? [])
    .filter(({ by }) => isBefore(by, operation))
    .flatMap((sighting) => sighting.lease.reportedContentId ?? [])
  if (before.some((each) => each !== reportedContentId)) return false
  return (
    reportedContentId === undefined ||
    lifetimes.operations.some(
      (each) =>
        isRun(each) &&
        each.request.id === id &&
        (each.request.report?.reportedContentId ?? each.request.stream.contentId) === reportedContentId &&
        !isBefore(operation, each),
    )
  )
}

/**
 * An answer does not show what it ended: the stream that is replaced, or the same device's former
 * one.
 */
function notReplaced(scene: Scene, operation: Operation, live: readonly Lease[]): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || (answer.outcome !== 'admitted' && answer.outcome !== 'renewed')) return []
  const { id, verb, replaces, stream } = operation.request
  // A heartbeat of a held lease only renews it, and replaces nothing.
  if (verb === 'heartbeat' && answer.outcome === 'renewed') return []
  const plans = verb === 'start' ? scene.plansOf(operation) : []
  const isOfDevice = (lease: Lease) =>
    plans.length > 0 && plans.every(({ effective }) => takesSlotOf(effective, stream, lease))
  return live
    .filter((lease) => lease.id !== id && (lease.id === replaces || isOfDevice(lease)))
    .map((lease) => `shows ${nameOf(lease)}, which it replaces`)
}

/**
 * Whether another renewal to a later instant certainly came after this one and before the request.
 */
function isOutdated(lifetime: Lifetime, setter: Operation, operation: Operation): boolean {
  return lifetime.renewals.some(
    (later) =>
      (later.answer.outcome === 'renewed' || later.answer.outcome === 'admitted') &&
      askedAtMs(setter) < askedAtMs(later) &&
      isBefore(setter, later) &&
      isBefore(later, operation),
  )
}

/**
 * The answer shows each lease that was certainly live from before the request until after the
 * answer.
 *
 * A renewal in between does not count. The answer may show the roster before it and, by its own
 * clock, find that the lease had expired.
 */
function missing({ lifetimes }: Scene, operation: Operation, live: readonly Lease[]): readonly string[] {
  const { invoked, answered, answer } = operation
  // A denial shows only the holders of its limit. They have their own rule.
  if (answer.outcome === 'denied') return []
  return lifetimes.all
    .filter(({ certainBySighting }) =>
      isCertainlyLive({ certain: certainBySighting }, invoked.step, answered.step),
    )
    .filter((lifetime) => live.every((lease) => lease.generation !== lifetime.generation))
    .map((lifetime) => `does not show ${nameOf(lifetime)}, which is certainly live`)
}

/** At some step all shown leases may have been live at once, and none expires before the answer. */
function impossibleTogether(
  { lifetimes, terms }: Scene,
  operation: Operation,
  live: readonly Lease[],
): readonly string[] {
  const { invoked, answered } = operation
  const nowMs = judgedAtMs(operation, terms)
  const faults = live
    .filter((lease) => (lapseMs(lease) ?? Infinity) <= nowMs)
    .map((lease) => `shows ${nameOf(lease)} as live at ${nowMs}, it lapsed at ${lapseMs(lease)}`)
  const shown = live
    .map((lease) => lifetimes.named(lease.generation))
    .filter((lifetime) => lifetime !== undefined)
  const from = Math.max(
    invoked.step,
    ...shown.map((lifetime) => Math.min(...lifetime.origins.map((origin) => origin.invoked.step))),
  )
  const to = Math.min(answered.step, ...shown.map((lifetime) => lifetime.overByStep))
  if (from < to) return faults
  return [...faults, `never was all this live at once: ${live.map(nameOf).join(', ')}`]
}

/**
 * No lease appears twice, the oldest comes first, and its own lease is the one that was granted.
 */
function orderFaults({ lifetimes }: Scene, operation: Operation, live: readonly Lease[]): readonly string[] {
  const { answer } = operation
  const faults: string[] = []
  if (new Set(live.map((lease) => lease.id)).size < live.length) faults.push('shows a lease twice')
  if (answer.outcome === 'renewed' || answer.outcome === 'admitted') {
    const own = live.filter((lease) => lease.id === answer.lease.id)
    if (own.some((lease) => lease.generation !== answer.lease.generation)) {
      faults.push(`shows ${answer.lease.id} as another lifetime than the one it answers`)
    }
  }
  const shown = live
    .map((lease) => lifetimes.named(lease.generation))
    .filter((lifetime) => lifetime !== undefined)
  for (const [place, lifetime] of shown.entries()) {
    const begin = Math.min(...lifetime.origins.map((origin) => origin.invoked.step))
    const younger = shown.slice(place + 1).find((next) => next.admittedByStep < begin)
    if (younger !== undefined) faults.push(`shows ${nameOf(lifetime)} before ${nameOf(younger)}`)
  }
  return faults
}

/**
 * A lease that an earlier answer did not show does not come back unless it is renewed. If clocks
 * differ, one limiter may have treated it as expired before another did.
 */
function cameBack(scene: Scene, operation: Operation, lease: Lease): readonly string[] {
  const { history, lifetimes, terms } = scene
  const lifetime = lifetimes.named(lease.generation)
  // A limiter does not count a finished stream for as long as it remembers that it finished.
  const isFinished = history.errands.some(
    ({ errand }) => errand.verb === 'finish' && errand.streamId === lease.streamId,
  )
  if (lifetime === undefined || isFinished) return []
  const last = lifetimes.operations
    .filter((earlier) => isBefore(earlier, operation) && lifetime.admittedByStep < earlier.invoked.step)
    .filter((earlier) => wholePicture(scene, earlier)?.every((each) => each.generation !== lease.generation))
    .toSorted((one, other) => one.invoked.step - other.invoked.step)
    .at(-1)
  if (last === undefined) return []
  const isRenewed = lifetime.renewals.some((each) => !isBefore(each, last) && !isBefore(operation, each))
  const hadLapsed = (lapseMs(lease) ?? Infinity) <= judgedAtMs(last, terms)
  return isRenewed || hadLapsed
    ? []
    : [`${nameOf(lifetime)} came back by itself after operation ${last.number}`]
}
