/** Rules for stops: they end what runs, report it, and end each lifetime once. */
import type { Lease } from '@streamgate/core'
import { isBefore, type Operation, type PlayedOutRequest, type StopRequest } from '../history.ts'
import { lapsedAndRemembered, leaseSince } from './lapsed-lease.ts'
import { certainlyCounts, marksAfter, marksOn, mayBeForgotten } from './marks.ts'
import { nameOf, type Scene } from './scene.ts'
import { isCertainlyLive, type Lifetime } from './lifetime.ts'

/** How far a player's clock may be behind for its reports to be comparable with renewal times. */
const COMPARABLE_MS = 86_400_000

/** A stop ends what runs. If it finds nothing and is late or an operator's, it is noted. */
export function stopFaults(scene: Scene, operation: Operation): readonly string[] {
  const { request, answer } = operation
  if (request.verb !== 'stop') return []
  const matching = scene.lifetimes.of(request.id).filter((lifetime) => isNamedBy(request, lifetime))
  const running = runningFaults(matching, operation)
  if (answer.outcome === 'stopped') {
    return heldPossibly(matching, operation) ? [] : ['stopped a stream that was not held']
  }
  if (answer.outcome === 'noted') {
    const mayHaveBeen = matching.some(({ origins }) => origins.some((each) => !isBefore(operation, each)))
    if (request.generation !== undefined) return [...running, 'notes a stop of one generation']
    return mayHaveBeen || request.byOperator !== undefined ? running : ['noted a stream that was never held']
  }
  if (answer.outcome !== 'not-held') return []
  if (request.generation !== undefined) return running
  if (request.byOperator !== undefined) return [...running, 'does not note what an operator stopped']
  const mayComeBack = lapsedAndRemembered(scene, operation) !== undefined || isPlayedOut(scene, operation)
  return mayComeBack && !mayBeForgotten(scene, operation)
    ? [...running, 'does not note a stream that must not come back']
    : running
}

/** Whether a report certainly ended the stream before, and nothing was heard of it since. */
function isPlayedOut(scene: Scene, operation: Operation): boolean {
  const { request } = operation
  if (request.verb !== 'stop') return false
  return marksOn(scene, request.id).some(
    (mark) =>
      mark.how === 'played-out' &&
      certainlyCounts(scene, mark, operation) &&
      marksAfter(scene, mark, operation).every(({ by }) => by === operation),
  )
}

/**
 * The end of a playback ends the lease if it is about the lease's content and not older than the
 * renewal.
 */
export function playedOutFaults({ lifetimes }: Scene, operation: Operation): readonly string[] {
  const { request, answer, invoked, answered } = operation
  if (request.verb !== 'played-out') return []
  const matching = lifetimes.of(request.id)
  if (answer.outcome === 'not-held') return runningFaults(matching, operation)
  if (answer.outcome !== 'stopped' && answer.outcome !== 'ignored') return []
  if (!heldPossibly(matching, operation)) return [`${answer.outcome}, though it was not held`]
  const certain = matching.find((lifetime) =>
    isCertainlyLive({ certain: lifetimes.certainlyLive(lifetime, operation) }, invoked.step, answered.step),
  )
  const lease = certain && leaseSince(operation, certain)
  if (lease !== undefined) {
    const due = isOver(lease, request) ? 'stopped' : 'ignored'
    return answer.outcome === due ? [] : [`${answer.outcome}, not ${due}`]
  }
  const isOther = (lifetime: Lifetime) =>
    lifetime.generation !== undefined && isAboutAnother(lifetime, request, operation)
  return answer.outcome === 'stopped' && possiblyHeld(matching, operation).every(isOther)
    ? ['stopped by the report of another content']
    : []
}

/**
 * Whether the report contradicts nothing that is known of this lease's content, and is not older
 * than its last renewal.
 */
function isOver(lease: Lease, { report }: PlayedOutRequest): boolean {
  const own = lease.contentId ?? lease.reportedContentId
  if (own !== undefined && own !== report.reportedContentId) return false
  if (report.reportedAtMs === undefined) return true
  if (lease.reportedAtMs !== undefined) return report.reportedAtMs >= lease.reportedAtMs
  const behindMs = lease.renewedAtMs - report.reportedAtMs
  return behindMs <= 0 || behindMs > COMPARABLE_MS
}

/** Whether the content of this lifetime was known before and the report is about other content. */
function isAboutAnother(
  { stream, sightings }: Lifetime,
  { report }: PlayedOutRequest,
  operation: Operation,
): boolean {
  const reported = sightings
    .filter(({ by }) => isBefore(by, operation))
    .map(({ lease }) => lease.reportedContentId)
  const own = stream.contentId ?? reported.find((each) => each !== undefined)
  return own !== undefined && own !== report.reportedContentId
}

function possiblyHeld(lifetimes: readonly Lifetime[], operation: Operation): readonly Lifetime[] {
  return lifetimes.filter(
    ({ overByStep, origins }) =>
      overByStep > operation.invoked.step && origins.some((each) => !isBefore(operation, each)),
  )
}

function heldPossibly(lifetimes: readonly Lifetime[], operation: Operation): boolean {
  return possiblyHeld(lifetimes, operation).length > 0
}

function runningFaults(lifetimes: readonly Lifetime[], { invoked, answered }: Operation): readonly string[] {
  return lifetimes
    .filter((lifetime) => isCertainlyLive(lifetime, invoked.step, answered.step))
    .map((lifetime) => `did not stop ${nameOf(lifetime)}, which certainly runs`)
}

function isNamedBy(request: StopRequest, lifetime: Lifetime): boolean {
  // A lifetime that no answer showed may have any generation, but a client can only name one that
  // was shown.
  return request.generation === undefined || request.generation === lifetime.generation
}
