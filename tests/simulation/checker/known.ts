/** What is certainly known of a user at a quiet moment: exactly who is live. */
import type { Lease } from '@streamgate/core'
import { isBefore, judgedFromMs, type Operation, type RunRequest } from '../history.ts'
import { hasCertainlyHeard, isEverFinished } from './finish-rules.ts'
import { leaseSince } from './lapsed-lease.ts'
import type { Scene } from './scene.ts'
import { isCertainlyLive, wasEverInGrace, type Taking } from './lifetime.ts'
import { isUndisturbed } from './telling-rules.ts'

/** Who else is live as an operation decides, and whether a lease that no longer counts may still be remembered. */
export type Known = {
  readonly others: readonly Lease[]
  /** Whether the roster may hold the newcomer's own lease. */
  readonly mayHoldOwn: boolean
  /** Whether somebody may have used up the plan's grace. */
  readonly mayRememberGrace: boolean
}

/** Exactly who is live as this operation decides; `undefined` where anything about it is uncertain. */
export function knownAt(scene: Scene, operation: Operation<RunRequest>): Known | undefined {
  if (!isUndisturbed(scene, operation)) return undefined
  const { id } = operation.request
  const others: Lease[] = []
  let mayHoldOwn = false
  for (const taking of scene.takings.all) {
    const state = stateOf(scene, operation, taking)
    if (taking.id === id && state !== 'over') mayHoldOwn = true
    if (state === 'unknown') return undefined
    const lease = taking.sights[0]?.lease
    if (state === 'live' && lease !== undefined && taking.id !== id) {
      const renewedAtMs = leaseSince(operation, taking)?.renewedAtMs
      if (renewedAtMs === undefined) return undefined
      others.push({ ...lease, renewedAtMs })
    }
  }
  const mayRememberGrace = scene.takings.all.some((taking) => wasEverInGrace(taking))
  return { others, mayHoldOwn, mayRememberGrace }
}

function stateOf(
  scene: Scene,
  operation: Operation<RunRequest>,
  taking: Taking,
): 'over' | 'live' | 'lapsed' | 'unknown' {
  const { takings, terms } = scene
  const { invoked, answered } = operation
  if (taking.origins.length > 0 && taking.origins.every((origin) => !isBefore(origin, operation)))
    return 'over'
  if (taking.overByStep <= invoked.step) return 'over'
  if (taking.generation === undefined || taking.origins.some((origin) => !isBefore(origin, operation))) {
    return 'unknown'
  }
  const { streamId } = taking.stream
  if (hasCertainlyHeard(scene, operation, streamId)) return 'lapsed'
  if (isEverFinished(scene, operation, streamId)) return 'unknown'
  const certain = takings.certainlyLive(taking, operation)
  if (isCertainlyLive({ certain }, invoked.step, answered.step)) return 'live'
  const renewals = taking.renewals.filter((each) => isBefore(each, operation))
  const latestMs = Math.max(...renewals.flatMap((each) => takings.expiriesOf(each)))
  return latestMs <= judgedFromMs(operation, terms) ? 'lapsed' : 'unknown'
}
