/** What is certain about a lease that expired while its player was silent. */
import type { Lease } from '@streamgate/core'
import { isEverFinished } from './finish-rules.ts'
import { isBefore, isRun, mayHaveWritten, overlap, type Operation, type RunRequest } from '../history.ts'
import { takesDevice } from './plan-model.ts'
import type { Scene } from './scene.ts'
import { lapseMs, type Sighting, type Lifetime } from './lifetime.ts'

/**
 * The lease as it was when it expired. `undefined` unless it certainly expired, its player may
 * still come back, and nothing else happened to it.
 */
export function lapsedAndRemembered(scene: Scene, operation: Operation): Lease | undefined {
  const { lifetimes } = scene
  const { request } = operation
  if (!('id' in request)) return undefined
  const isAlone = lifetimes.operations.every(
    (each) =>
      !overlap(each, operation) ||
      !mayHaveWritten(each) ||
      (each.request.verb !== 'erase' && 'id' in each.request && each.request.id !== request.id),
  )
  const possible = lifetimes
    .of(request.id)
    .filter(({ origins }) => origins.some((origin) => origin !== operation && !isBefore(operation, origin)))
  const [lifetime, ...others] = possible.filter(({ overByStep }) => overByStep > operation.invoked.step)
  if (!isAlone || lifetime === undefined || others.length > 0) return undefined
  if (isEverFinished(scene, operation, lifetime.stream.streamId)) return undefined
  const last = lastSight(operation, lifetime)
  if (last === undefined) return undefined
  const { by, lease } = last
  const isSince = (each: Operation) => !isBefore(each, by) && !isBefore(operation, each)
  if (lifetime.enders.some(isSince)) return undefined
  if (
    lifetimes.operations.filter(isRun).some((each) => isSince(each) && takesDeviceOf(scene, each, lifetime))
  )
    return undefined
  const endMs = lapseMs(lease)
  if (endMs === null) return undefined
  const rememberedUntilMs = endMs + Math.max(0, endMs - lease.renewedAtMs)
  return operation.answered.atMs < rememberedUntilMs ? lease : undefined
}

/** The lease as its last renewal left it. `undefined` if renewals raced or one was lost. */
export function leaseSince(operation: Operation, lifetime: Lifetime): Lease | undefined {
  return lastSight(operation, lifetime)?.lease
}

function lastSight(operation: Operation, { renewals, sightings }: Lifetime): Sighting | undefined {
  const before = renewals.filter((each) => each !== operation && !isBefore(operation, each))
  const last = before
    .filter((each) => isBefore(each, operation))
    .toSorted((one, other) => one.answered.step - other.answered.step)
    .at(-1)
  if (last === undefined || before.some((each) => each !== last && !isBefore(each, last))) return undefined
  return sightings.find(({ by, lease }) => by === last && 'lease' in by.answer && by.answer.lease === lease)
}

/**
 * Whether a start may have replaced its own device's former stream. If that had expired, the answer
 * does not say.
 */
export function takesDeviceOf(
  scene: Scene,
  each: Operation<RunRequest>,
  former: Pick<Lifetime, 'id' | 'stream'> | undefined,
): boolean {
  const { verb, stream, id } = each.request
  return (
    verb === 'start' &&
    id !== former?.id &&
    stream.deviceId === former?.stream.deviceId &&
    mayHaveWritten(each) &&
    scene.plansOf(each).some(({ effective }) => takesDevice(effective, stream))
  )
}
