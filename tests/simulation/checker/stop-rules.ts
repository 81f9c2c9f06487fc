/** Rules for stops: they end what runs, say so, and end each taking once. */
import type { Lease } from '@streamgate/core'
import { isBefore, type Operation, type PlayedOutRequest, type StopRequest } from '../history.ts'
import { lapsedAndRemembered, leaseSince } from './lapsed-lease.ts'
import { certainlyCounts, marksAfter, marksOn, mayBeForgotten } from './marks.ts'
import { nameOf, type Scene } from './scene.ts'
import { isCertainlyLive, type Taking } from './lifetime.ts'

/** How far a player's clock may be behind for its reports to be compared with the times of renewals. */
const COMPARABLE_MS = 86_400_000

/** A stop ends what runs; one that finds nothing is noted, if it was late or an operator's. */
export function stopFaults(scene: Scene, operation: Operation): readonly string[] {
  const { request, answer } = operation
  if (request.verb !== 'stop') return []
  const matching = scene.takings.of(request.id).filter((taking) => isNamedBy(request, taking))
  const running = runningFaults(matching, operation)
  if (answer.outcome === 'stopped') {
    return heldPossibly(matching, operation) ? [] : ['stopped what was not held']
  }
  if (answer.outcome === 'noted') {
    const mayHaveBeen = matching.some(({ origins }) => origins.some((each) => !isBefore(operation, each)))
    if (request.generation !== undefined) return [...running, 'notes a stop of one generation']
    return mayHaveBeen || request.byOperator !== undefined ? running : ['noted what was never held']
  }
  if (answer.outcome !== 'not-held') return []
  if (request.generation !== undefined) return running
  if (request.byOperator !== undefined) return [...running, 'does not note what an operator stopped']
  const mayComeBack = lapsedAndRemembered(scene, operation) !== undefined || isPlayedOut(scene, operation)
  return mayComeBack && !mayBeForgotten(scene, operation)
    ? [...running, 'does not note that it is not to come back']
    : running
}

/** Whether it is certain that a report ended the stream before, and that nothing was heard of it since. */
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

/** The end of a playback ends its lease if it is about what the lease is for, and not older than its renewal. */
export function playedOutFaults({ takings }: Scene, operation: Operation): readonly string[] {
  const { request, answer, invoked, answered } = operation
  if (request.verb !== 'played-out') return []
  const matching = takings.of(request.id)
  if (answer.outcome === 'not-held') return runningFaults(matching, operation)
  if (answer.outcome !== 'stopped' && answer.outcome !== 'ignored') return []
  if (!heldPossibly(matching, operation)) return [`${answer.outcome}, though it was not held`]
  const certain = matching.find((taking) =>
    isCertainlyLive({ certain: takings.certainlyLive(taking, operation) }, invoked.step, answered.step),
  )
  const lease = certain && leaseSince(operation, certain)
  if (lease !== undefined) {
    const due = isOver(lease, request) ? 'stopped' : 'ignored'
    return answer.outcome === due ? [] : [`${answer.outcome}, not ${due}`]
  }
  const isOther = (taking: Taking) =>
    taking.generation !== undefined && isAboutAnother(taking, request, operation)
  return answer.outcome === 'stopped' && possiblyHeld(matching, operation).every(isOther)
    ? ['stopped by the report of another content']
    : []
}

/** Whether the report is about the content of this lease, and not older than its last renewal. */
function isOver(lease: Lease, { report }: PlayedOutRequest): boolean {
  if (report.reportedContentId !== (lease.contentId ?? lease.reportedContentId)) return false
  if (report.reportedAtMs === undefined) return true
  if (lease.reportedAtMs !== undefined) return report.reportedAtMs >= lease.reportedAtMs
  const behindMs = lease.renewedAtMs - report.reportedAtMs
  return behindMs <= 0 || behindMs > COMPARABLE_MS
}

/** Whether the content of this taking was known before, and the report is about another. */
function isAboutAnother(
  { stream, sights }: Taking,
  { report }: PlayedOutRequest,
  operation: Operation,
): boolean {
  const reported = sights
    .filter(({ by }) => isBefore(by, operation))
    .map(({ lease }) => lease.reportedContentId)
  const own = stream.contentId ?? reported.find((each) => each !== undefined)
  return own !== undefined && own !== report.reportedContentId
}

function possiblyHeld(takings: readonly Taking[], operation: Operation): readonly Taking[] {
  return takings.filter(
    ({ overByStep, origins }) =>
      overByStep > operation.invoked.step && origins.some((each) => !isBefore(operation, each)),
  )
}

function heldPossibly(takings: readonly Taking[], operation: Operation): boolean {
  return possiblyHeld(takings, operation).length > 0
}

function runningFaults(takings: readonly Taking[], { invoked, answered }: Operation): readonly string[] {
  return takings
    .filter((taking) => isCertainlyLive(taking, invoked.step, answered.step))
    .map((taking) => `did not stop ${nameOf(taking)}, which certainly runs`)
}

function isNamedBy(request: StopRequest, taking: Taking): boolean {
  // A taking that no answer showed may be of any generation, but one that a client can name was shown.
  return request.generation === undefined || request.generation === taking.generation
}
