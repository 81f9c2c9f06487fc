/** Which operations may have left a note that a lease ended, and how long such a note may count. */
import type { Generation, LeaseId } from '@streamgate/core'
import { isAdmittedAfter } from './admitted-after.ts'
import {
  answeredAtMs,
  askedAtMs,
  isBefore,
  isLost,
  judgedFromMs,
  mayHaveWritten,
  type Operation,
  type PlayedOutRequest,
  type RunRequest,
  type StopRequest,
} from '../history.ts'
import { policiesDuring } from './plans-in-force.ts'
import { type Scene } from './scene.ts'
import { isCertainlyLive } from './lifetime.ts'

type Stop = Operation<StopRequest | PlayedOutRequest>

/** A stop that may have left a note. Evictions have their own rules. */
export type Mark = {
  readonly by: Stop
  /** What ended the lease: its own player, an operator, or a report that playback is over. */
  readonly how: 'stopped' | 'ended' | 'played-out'
  /** Whether the answer says so. A lost answer leaves it open. */
  readonly isCertain: boolean
  /** The earliest and the latest instant at which the note expires. */
  readonly untilMs: readonly [number, number]
}

/** How long a note is kept if leases never lapse. */
const KEPT_WITHOUT_LEASE_MS = 86_400_000
/** An operator's note is kept for as many lease lengths as a note on an eviction. */
const OPERATOR_LEASES = 2
/** The most notes on different leases that are kept for one user. */
const NOTES_MAX = 16

/** All stops that may have left a note on this lease. */
export function marksOn(scene: Scene, id: LeaseId): readonly Mark[] {
  return scene.lifetimes.operations
    .filter(isStop)
    .filter(({ request }) => request.id === id)
    .flatMap((by) => markOf(scene, by) ?? [])
}

function markOf({ history }: Scene, by: Stop): Mark | undefined {
  const isCertain = by.answer.outcome === 'stopped' || by.answer.outcome === 'noted'
  if (!isCertain && !isLost(by)) return undefined
  const how = howOf(by)
  const leases = how === 'ended' ? OPERATOR_LEASES : 1
  const kept = policiesDuring(history, by).map(({ paces: { whenRoom, whenFull } }) => {
    const [one, other] = [whenRoom.leaseMs, whenFull.leaseMs]
    return leases * (one === null || other === null ? KEPT_WITHOUT_LEASE_MS : Math.max(one, other))
  })
  const untilMs = [askedAtMs(by) + Math.min(...kept), answeredAtMs(by) + Math.max(...kept)] as const
  return { by, how, isCertain, untilMs }
}

/**
 * Whether the note may still count for this operation, and may have been left before its answer.
 */
export function mayCount(scene: Scene, { by, untilMs }: Mark, operation: Operation): boolean {
  return !isBefore(operation, by) && untilMs[1] > judgedFromMs(operation, scene.terms)
}

/**
 * The notes on the same lease that may be newer than this one and older than the operation's
 * answer.
 */
export function marksAfter(scene: Scene, { by }: Mark, operation: Operation): readonly Mark[] {
  return marksOn(scene, by.request.id).filter(
    (mark) => mark.by !== by && !isBefore(mark.by, by) && !isBefore(operation, mark.by),
  )
}

/**
 * Whether the note was certainly there when the operation was judged and was about its lease,
 * unless a later note replaced it.
 */
export function certainlyCounts(scene: Scene, mark: Mark, operation: Operation): boolean {
  const { by, how, isCertain, untilMs } = mark
  const { request } = operation
  if (!isCertain || !(isBefore(by, operation) || isSurelyLater(scene, by, operation))) return false
  // A limiter whose clock is ahead may have dropped it as expired, but only once the run's clock
  // shows so.
  const ends = marksAfter(scene, mark, operation).map((later) => {
    // The later note was left after the first.
    return later.untilMs[0] + Math.max(0, by.invoked.atMs - later.by.invoked.atMs)
  })
  if (Math.min(untilMs[0], ...ends) <= operation.answered.atMs) return false
  const generation = 'generation' in request ? request.generation : undefined
  if (generation !== undefined && !concerns(scene, by, generation)) return false
  return !scene.lifetimes.operations.some((each) => {
    if (isBefore(each, by) || isBefore(operation, each) || !mayHaveWritten(each)) return false
    if (each.request.verb === 'erase') return true
    if (!('id' in each.request) || each.request.id !== by.request.id) return false
    const isReport = each.request.verb === 'heartbeat' && each.request.report !== undefined
    return each.request.verb === 'start' || (how === 'played-out' && isReport && each !== operation)
  })
}

/** Whether a heartbeat in flight can only have been admitted after this stop ended the lease. */
function isSurelyLater(scene: Scene, by: Stop, operation: Operation): boolean {
  const { lifetimes } = scene
  return lifetimes
    .of(by.request.id)
    .filter((lifetime) => isAdmittedAfter(scene, operation, lifetime))
    .some((lifetime) =>
      isCertainlyLive(
        { certain: lifetimes.certainlyLive(lifetime, by) },
        by.invoked.step,
        operation.answered.step,
      ),
    )
}

/** Whether a stop was certainly about this generation, or about any. */
function concerns({ lifetimes }: Scene, by: Stop, generation: Generation): boolean {
  const { request, answer, invoked, answered } = by
  if (answer.outcome === 'noted') return true
  if ('generation' in request && request.generation !== undefined) return request.generation === generation
  const lifetime = lifetimes.named(generation)
  return (
    lifetime !== undefined &&
    isCertainlyLive({ certain: lifetimes.certainlyLive(lifetime, by) }, invoked.step, answered.step)
  )
}

/**
 * Whether a note that still counts may have been dropped. Then every heartbeat of an unknown lease
 * is told that it ended. A player's stop drops the note of the player's stop before, and no user
 * has more than `NOTES_MAX` notes.
 */
export function mayBeForgotten(scene: Scene, operation: Operation): boolean {
  const { lifetimes } = scene
  const stops = playersStops(scene, operation)
  const isDisplaced = (stop: Stop) => stops.some((other) => other !== stop && !isBefore(other, stop))
  const current = stops.filter((stop) => {
    const mark = markOf(scene, stop)
    return mark !== undefined && mayCount(scene, mark, operation)
  })
  const ids = new Set([
    ...lifetimes.all.map(({ id }) => id),
    ...lifetimes.operations.filter(isStop).map(({ request }) => request.id),
  ])
  return current.some(isDisplaced) || ids.size > NOTES_MAX
}

/** Whether the stream was stopped again after this start, and that note was dropped for another. */
export function mayHaveGivenWay(scene: Scene, start: Operation<RunRequest>, operation: Operation): boolean {
  const stops = playersStops(scene, operation)
  return stops.some(
    (stop) =>
      stop.request.id === start.request.id &&
      !isBefore(stop, start) &&
      stops.some((other) => other !== stop && !isBefore(other, stop)),
  )
}

/** The player's stops that may have happened by this operation's answer. */
function playersStops({ lifetimes }: Scene, operation: Operation): readonly Stop[] {
  return lifetimes.operations
    .filter(isStop)
    .filter((each) => howOf(each) === 'stopped' && !isBefore(operation, each))
    .filter((each) => isLost(each) || each.answer.outcome === 'stopped')
}

export function isStop(operation: Operation): operation is Stop {
  return operation.request.verb === 'stop' || operation.request.verb === 'played-out'
}

function howOf({ request }: Stop): Mark['how'] {
  if (request.verb === 'played-out') return 'played-out'
  return request.byOperator === undefined ? 'stopped' : 'ended'
}
