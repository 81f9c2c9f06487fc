/** What is certain of a lease that lapsed while its player was silent. */
import type { Lease } from '@streamgate/core'
import { isEverFinished } from './finish-rules.ts'
import { isBefore, isRun, mayHaveWritten, overlap, type Operation, type RunRequest } from '../history.ts'
import { takesDevice } from './plan-model.ts'
import type { Scene } from './scene.ts'
import { lapseMs, type Sight, type Taking } from './lifetime.ts'

/**
 * The lease as it was when it lapsed, if it is certain that it lapsed, that its player may still come back, and
 * that nothing else happened to it.
 */
export function lapsedAndRemembered(scene: Scene, operation: Operation): Lease | undefined {
  const { takings } = scene
  const { request } = operation
  if (!('id' in request)) return undefined
  const isAlone = takings.operations.every(
    (each) =>
      !overlap(each, operation) ||
      !mayHaveWritten(each) ||
      (each.request.verb !== 'erase' && 'id' in each.request && each.request.id !== request.id),
  )
  const possible = takings
    .of(request.id)
    .filter(({ origins }) => origins.some((origin) => origin !== operation && !isBefore(operation, origin)))
  const [taking, ...others] = possible.filter(({ overByStep }) => overByStep > operation.invoked.step)
  if (!isAlone || taking === undefined || others.length > 0) return undefined
  if (isEverFinished(scene, operation, taking.stream.streamId)) return undefined
  const last = lastSight(operation, taking)
  if (last === undefined) return undefined
  const { by, lease } = last
  const isSince = (each: Operation) => !isBefore(each, by) && !isBefore(operation, each)
  if (taking.enders.some(isSince)) return undefined
  if (takings.operations.filter(isRun).some((each) => isSince(each) && takesDeviceOf(scene, each, taking)))
    return undefined
  const endMs = lapseMs(lease)
  if (endMs === null) return undefined
  const rememberedUntilMs = endMs + Math.max(0, endMs - lease.renewedAtMs)
  return operation.answered.atMs < rememberedUntilMs ? lease : undefined
}

/** The lease as its last renewal left it; `undefined` if renewals raced each other, or one was lost. */
export function leaseSince(operation: Operation, taking: Taking): Lease | undefined {
  return lastSight(operation, taking)?.lease
}

function lastSight(operation: Operation, { renewals, sights }: Taking): Sight | undefined {
  const before = renewals.filter((each) => each !== operation && !isBefore(operation, each))
  const last = before
    .filter((each) => isBefore(each, operation))
    .toSorted((one, other) => one.answered.step - other.answered.step)
    .at(-1)
  if (last === undefined || before.some((each) => each !== last && !isBefore(each, last))) return undefined
  return sights.find(({ by, lease }) => by === last && 'lease' in by.answer && by.answer.lease === lease)
}

/**
 * Whether a start may have taken the place of its own device's former stream. If that had lapsed, the answer
 * does not tell.
 */
export function takesDeviceOf(
  scene: Scene,
  each: Operation<RunRequest>,
  former: Pick<Taking, 'id' | 'stream'> | undefined,
): boolean {
  const { verb, stream, id } = each.request
  return (
    verb === 'start' &&
    id !== former?.id &&
    stream.deviceId === former?.stream.deviceId &&
    mayHaveWritten(each) &&
    scene.plansOf(each).some(({ holding }) => takesDevice(holding, stream))
  )
}
