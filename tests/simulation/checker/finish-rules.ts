/** Rules for finished streams. A limiter that has heard of it neither runs nor counts them. */
import type { StreamId } from '@streamgate/core'
import { isBefore, isRun, overlap, type ErrandRun, type Operation } from '../history.ts'
import { nameOf, type Scene } from './scene.ts'
import { leasesShown } from './lifetime-causes.ts'

export function finishFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  const shown = [...leasesShown(operation), ...('ends' in answer ? answer.ends : [])]
  const faults = shown
    .filter(({ streamId }) => hasCertainlyHeard(scene, operation, streamId))
    .map((lease) => `shows ${nameOf(lease)}, whose stream has finished`)
  if (!isRun(operation)) return faults
  const { streamId } = operation.request.stream
  if (answer.outcome === 'finished') {
    return mayHaveHeard(scene, operation, streamId) ? [] : ['finished, though no call finished it']
  }
  if (hasCertainlyHeard(scene, operation, streamId)) faults.push(`${answer.outcome}, though it has finished`)
  return faults
}

/**
 * Whether the limiter knew from before the request until after the answer that the stream finished.
 */
export function hasCertainlyHeard(scene: Scene, operation: Operation, streamId: StreamId): boolean {
  const { answered, aheadMs, limiter } = operation
  return finishingsOf(scene, streamId).some((finishing) => {
    if (finishing.isLost || finishing.untilMs <= answered.atMs + aheadMs) return false
    if (!isBefore(finishing, operation)) return false
    return (
      finishing.limiter === limiter ||
      refreshesOf(scene, operation).some(
        (refresh) => !refresh.isLost && isBefore(finishing, refresh) && isBefore(refresh, operation),
      )
    )
  })
}

/**
 * Whether the limiter can have heard of the finish by the answer, and still remembered it at the
 * request.
 */
export function mayHaveHeard(scene: Scene, operation: Operation, streamId: StreamId): boolean {
  const { invoked, aheadMs, limiter } = operation
  return finishingsOf(scene, streamId).some((finishing) => {
    if (isBefore(operation, finishing)) return false
    if (finishing.untilMs <= invoked.atMs + aheadMs - scene.terms.skewMs) return false
    return (
      finishing.limiter === limiter ||
      refreshesOf(scene, operation).some(
        (refresh) => !isBefore(refresh, finishing) && !isBefore(operation, refresh),
      )
    )
  })
}

/** Whether this stream may have been finished before or during the operation. */
export function isEverFinished(scene: Scene, operation: Operation, streamId: StreamId): boolean {
  return finishingsOf(scene, streamId).some(
    (finishing) => isBefore(finishing, operation) || overlap(finishing, operation),
  )
}

function finishingsOf({ history }: Scene, streamId: StreamId): readonly ErrandRun[] {
  return history.errands.filter(({ errand }) => errand.verb === 'finish' && errand.streamId === streamId)
}

function refreshesOf({ history }: Scene, { limiter }: Operation): readonly ErrandRun[] {
  return history.errands.filter((each) => each.errand.verb === 'refresh' && each.limiter === limiter)
}
