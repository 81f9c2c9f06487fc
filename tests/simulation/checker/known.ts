/** What is certain about a user at a quiet moment: exactly who is live. */
import type { Lease } from '@streamgate/core'
import { isBefore, judgedFromMs, type Operation, type RunRequest } from '../history.ts'
import { hasCertainlyHeard, isEverFinished } from './finish-rules.ts'
import { leaseSince } from './lapsed-lease.ts'
import type { Scene } from './scene.ts'
import { isCertainlyLive, wasEverInGrace, type Lifetime } from './lifetime.ts'
import { isUndisturbed } from './view-rules.ts'

/**
 * Which other leases are live at a decision, and whether an expired one may still be remembered.
 */
export type Known = {
  readonly others: readonly Lease[]
  /** Whether the roster may hold the newcomer's own lease. */
  readonly mayHoldOwn: boolean
  /** Whether the plan's grace may be used up. */
  readonly mayRememberGrace: boolean
}

/** Exactly who is live as this operation decides. `undefined` if anything about it is uncertain. */
export function knownAt(scene: Scene, operation: Operation<RunRequest>): Known | undefined {
  if (!isUndisturbed(scene, operation)) return undefined
  const { id } = operation.request
  const others: Lease[] = []
  let mayHoldOwn = false
  for (const lifetime of scene.lifetimes.all) {
    const state = stateOf(scene, operation, lifetime)
    if (lifetime.id === id && state !== 'over') mayHoldOwn = true
    if (state === 'unknown') return undefined
    const lease = lifetime.sightings[0]?.lease
    if (state === 'live' && lease !== undefined && lifetime.id !== id) {
      const renewedAtMs = leaseSince(operation, lifetime)?.renewedAtMs
      if (renewedAtMs === undefined) return undefined
      others.push({ ...lease, renewedAtMs })
    }
  }
  const mayRememberGrace = scene.lifetimes.all.some((lifetime) => wasEverInGrace(lifetime))
  return { others, mayHoldOwn, mayRememberGrace }
}

function stateOf(
  scene: Scene,
  operation: Operation<RunRequest>,
  lifetime: Lifetime,
): 'over' | 'live' | 'lapsed' | 'unknown' {
  const { lifetimes, terms } = scene
  const { invoked, answered } = operation
  if (lifetime.origins.length > 0 && lifetime.origins.every((origin) => !isBefore(origin, operation)))
    return 'over'
  if (lifetime.overByStep <= invoked.step) return 'over'
  if (lifetime.generation === undefined || lifetime.origins.some((origin) => !isBefore(origin, operation))) {
    return 'unknown'
  }
  const { streamId } = lifetime.stream
  if (hasCertainlyHeard(scene, operation, streamId)) return 'lapsed'
  if (isEverFinished(scene, operation, streamId)) return 'unknown'
  const certain = lifetimes.certainlyLive(lifetime, operation)
  if (isCertainlyLive({ certain }, invoked.step, answered.step)) return 'live'
  const renewals = lifetime.renewals.filter((each) => isBefore(each, operation))
  const latestMs = Math.max(...renewals.flatMap((each) => lifetimes.expiriesOf(each)))
  return latestMs <= judgedFromMs(operation, terms) ? 'lapsed' : 'unknown'
}
