/** Rules for stopped streams: their players are told, and the streams do not come back. */
import { isBefore, isHeartbeat, type Answer, type Operation, type RunRequest } from '../history.ts'
import { certainlyCounts, marksAfter, marksOn, mayBeForgotten, mayCount, type Mark } from './marks.ts'
import { lapsedAndRemembered } from './lapsed-lease.ts'
import { mayBeUnjudgeable } from './memory-rules.ts'
import { heldFaults } from './outcome-rules.ts'
import type { Scene } from './scene.ts'

/** An answer that a note allows: an outcome, and an operator's reason if there is one. */
type Allowed = { readonly outcome: Answer['outcome']; readonly reason?: string | undefined }

const ENDED: Allowed = { outcome: 'ended' }

/** Until the stream starts again, a heartbeat after a stop is answered as the stop's note says. */
export function noteFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isHeartbeat(operation) || answer.outcome === 'failed' || answer.outcome === 'finished') return []
  const marks = marksOn(scene, operation.request.id).filter(({ by }) => !isBefore(operation, by))
  return marks.flatMap((mark) => {
    if (!certainlyCounts(scene, mark, operation)) return []
    const allowed = [mark, ...marksAfter(scene, mark, operation)].flatMap((each) =>
      answersAfter(scene, each, operation),
    )
    if (mayBeForgotten(scene, operation)) {
      const older = marks.flatMap((each) => answersAfter(scene, each, operation))
      allowed.push(...older, ENDED, { outcome: 'evicted' })
    }
    const told = { outcome: answer.outcome, reason: 'reason' in answer ? answer.reason : undefined }
    const isAllowed = allowed.some(
      ({ outcome, reason }) => outcome === told.outcome && reason === told.reason,
    )
    if (isAllowed) return []
    const words = told.reason === undefined ? told.outcome : `${told.outcome} (${told.reason})`
    return [`${words}, though operation ${mark.by.number} left a note that it was ${mark.how}`]
  })
}

/** What a heartbeat may be told if this note is the newest on its lease. */
function answersAfter(
  scene: Scene,
  { by, how }: Mark,
  { request }: Operation<RunRequest>,
): readonly Allowed[] {
  if (how === 'stopped') return [ENDED]
  if (by.request.verb === 'stop') return [{ ...ENDED, reason: by.request.byOperator?.reason }]
  if (request.report === undefined || request.generation !== undefined) return [ENDED]
  const { reportedAtMs: overAtMs = -Infinity } = by.request.report
  const { reportedAtMs = Infinity } = request.report
  return reportedAtMs <= overAtMs
    ? [{ outcome: 'outdated' }]
    : [{ outcome: 'admitted' }, { outcome: 'denied' }]
}

/**
 * A heartbeat is told that it ended only if its generation may be over, it was stopped, or it
 * cannot be judged.
 */
export function endedFaults(scene: Scene, operation: Operation): readonly string[] {
  if (!isHeartbeat(operation)) return []
  const { answer, request } = operation
  if (answer.outcome === 'evicted') return heldFaults(scene, operation, 'evicted')
  if (answer.outcome === 'outdated')
    return [...outdatedFaults(scene, operation), ...heldFaults(scene, operation, 'outdated')]
  if (answer.outcome !== 'ended') return []
  const faults = [...heldFaults(scene, operation, 'ended')]
  const marks = marksOn(scene, request.id).filter((mark) => mayCount(scene, mark, operation))
  const isTold = marks.some(
    ({ by }) => by.request.verb === 'stop' && by.request.byOperator?.reason === answer.reason,
  )
  if (answer.reason !== undefined && !isTold)
    faults.push(`gives a reason that was not given: ${answer.reason}`)
  if (request.generation !== undefined || mayBeForgotten(scene, operation)) return faults
  const isStopped = marks.some(({ how }) => how !== 'played-out' || request.report === undefined)
  if (isStopped) return faults
  if (lapsedAndRemembered(scene, operation) !== undefined) return [...faults, 'ended, though it only expired']
  return mayBeUnjudgeable(scene, operation) ? faults : [...faults, 'ended, though it could be judged']
}

/** A report does nothing only if it is older than the end that another report gave. */
function outdatedFaults(scene: Scene, operation: Operation<RunRequest>): readonly string[] {
  const { report, id } = operation.request
  const isOlder = marksOn(scene, id).some((mark) => {
    const { request } = mark.by
    return (
      mayCount(scene, mark, operation) &&
      request.verb === 'played-out' &&
      (report?.reportedAtMs ?? Infinity) <= (request.report.reportedAtMs ?? -Infinity)
    )
  })
  return isOlder ? [] : ['outdated, though no report told of a later end']
}
