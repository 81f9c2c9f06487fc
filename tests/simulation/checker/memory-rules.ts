/** Rules for heartbeats whose lease is gone: how they are judged, and when they cannot be. */
import type { Lease, Plan, Policy } from '@streamgate/core'
import { isBefore, isHeartbeat, judgedFromMs, type Operation, type RunRequest } from '../history.ts'
import { lapsedAndRemembered, leaseSince } from './lapsed-lease.ts'
import { certainlyCounts, marksAfter, marksOn } from './marks.ts'
import { mayBeKnown, planNamesOf, planNamesSeen, saysTooLittle } from './memory.ts'
import { effectivePlan, policiesDuring } from './plans-in-force.ts'
import { nameOf, type Scene } from './scene.ts'
import { isCertainlyLive, type Lifetime } from './lifetime.ts'

/**
 * If nothing is known of its lease, a heartbeat is under the plan of the user's newest lease. It is
 * judged only if it says everything that this plan asks, or if nothing else runs.
 */
export function unknownFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isHeartbeat(operation) || (answer.outcome !== 'admitted' && answer.outcome !== 'denied')) return []
  const { request } = operation
  const known = mayBeKnown(scene.history, scene.lifetimes, operation)
  const due = new Set(request.plan === undefined ? planNamesDue(scene, operation, known) : [request.plan])
  const policies = policiesDuring(scene.history, operation)
  const plans = policies.flatMap((policy) => [...due].map((name) => planOf(policy, name)))
  if (plans.every(({ name }) => name !== answer.plan)) return [`judged under ${answer.plan}`]
  const other = surelyLive(scene, operation)[0]
  if (known.length > 0 || other === undefined) return []
  const isJudgeable = plans
    .filter(({ name }) => name === answer.plan)
    .some((plan) => !saysTooLittle(effectivePlan(scene.history, request.user, plan), request))
  return isJudgeable ? [] : [`${answer.outcome} beside ${nameOf(other)}, though it says too little`]
}

/**
 * Whether a heartbeat may be told that it ended, because it says too little and other streams run.
 */
export function mayBeUnjudgeable({ history, lifetimes }: Scene, operation: Operation<RunRequest>): boolean {
  const { request } = operation
  const nowMs = judgedFromMs(operation, history.terms)
  const mayOthersRun = lifetimes.all.some(
    ({ id, renewals, overByStep }) =>
      id !== request.id &&
      overByStep > operation.invoked.step &&
      renewals.some(
        (each) => !isBefore(operation, each) && lifetimes.expiriesOf(each).some((endMs) => endMs > nowMs),
      ),
  )
  const names = request.plan === undefined ? planNamesSeen(lifetimes) : [request.plan]
  return (
    mayOthersRun &&
    policiesDuring(history, operation).some((policy) =>
      names.some((name) =>
        saysTooLittle(effectivePlan(history, request.user, planOf(policy, name)), request),
      ),
    )
  )
}

/** The plans that may apply to a heartbeat that names none. */
function planNamesDue(
  scene: Scene,
  operation: Operation<RunRequest>,
  known: readonly Lifetime[],
): readonly (string | undefined)[] {
  const { lifetimes } = scene
  const mayBeHeld = lifetimes.all.filter(
    ({ origins, overByStep }) =>
      overByStep > operation.invoked.step &&
      origins.some((origin) => origin !== operation && !isBefore(operation, origin)),
  )
  const newest = surelyLive(scene, operation).find((lifetime) => {
    const fromStep = Math.min(...lifetime.origins.map(({ invoked }) => invoked.step))
    return mayBeHeld.every((other) => other === lifetime || other.admittedByStep < fromStep)
  })
  const guessed = mayBeHeld.length === 0 ? [undefined] : planNamesSeen(lifetimes)
  return [
    ...known.flatMap((lifetime) => planNamesOf(lifetimes, lifetime)),
    ...(newest === undefined ? guessed : planNamesOf(lifetimes, newest)),
  ]
}

/** The other streams that certainly run during this operation. */
function surelyLive({ lifetimes }: Scene, { request, invoked, answered }: Operation<RunRequest>) {
  return lifetimes.all.filter(
    (lifetime) => lifetime.id !== request.id && isCertainlyLive(lifetime, invoked.step, answered.step),
  )
}

/**
 * A lease that expired, or that played out and was rewound, comes back as it was, under its old
 * plan.
 */
export function memoryFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isHeartbeat(operation) || operation.request.generation !== undefined) return []
  if (answer.outcome !== 'admitted' && answer.outcome !== 'denied') return []
  const former = lapsedAndRemembered(scene, operation) ?? playedOutBefore(scene, operation)
  if (former === undefined) return []
  const { stream, plan, report } = operation.request
  const name = plan ?? former.plan
  const plans = policiesDuring(scene.history, operation).map((policy) => planOf(policy, name).name)
  const faults = plans.includes(answer.plan) ? [] : [`judged under ${answer.plan}, not ${plans.join(' or ')}`]
  if (answer.outcome === 'denied') return faults
  const { lease } = answer
  const due = {
    plan: name,
    deviceType: former.deviceType ?? stream.deviceType,
    contentId: former.contentId ?? stream.contentId,
    label: stream.label ?? former.label,
    reportedContentId: former.reportedContentId ?? report?.reportedContentId,
  }
  const lost = Object.entries(due).filter(([member, value]) => lease[member as keyof typeof due] !== value)
  return [...faults, ...lost.map(([member, value]) => `comes back without its ${member}, ${value}`)]
}

/** The lease as it was when playback was reported over, if this is certainly its last end. */
function playedOutBefore(scene: Scene, operation: Operation<RunRequest>): Lease | undefined {
  const { lifetimes } = scene
  const [mark] = marksOn(scene, operation.request.id).filter(
    (each) =>
      each.how === 'played-out' &&
      certainlyCounts(scene, each, operation) &&
      marksAfter(scene, each, operation).length === 0,
  )
  if (mark === undefined) return undefined
  const { invoked, answered } = mark.by
  const lifetime = lifetimes
    .of(operation.request.id)
    .find((each) =>
      isCertainlyLive({ certain: lifetimes.certainlyLive(each, mark.by) }, invoked.step, answered.step),
    )
  return lifetime && leaseSince(mark.by, lifetime)
}

function planOf({ plans, defaultPlan }: Policy, name: string | undefined): Plan {
  return (name === undefined ? undefined : plans.get(name)) ?? defaultPlan
}
