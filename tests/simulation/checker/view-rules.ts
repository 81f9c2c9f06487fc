/**
 * Rules for the rest of an answer: the plan, its one number, which streams count, and when to call
 * again.
 */
import type { Lease, PlanView } from '@streamgate/core'
import { isRun, mayHaveWritten, overlap, type Operation, type RunRequest } from '../history.ts'
import { isAnyBucketFull, isExempt, isSameLimit, toldLimit } from './plan-model.ts'
import { policiesDuring, type PlanInForce } from './plans-in-force.ts'
import { faultsOfBest, type Scene } from './scene.ts'

/** How far an interval may differ from the policy's, if it depends on how much runs. */
const JITTER = 0.1

/** The answer names its plan, the plan's limit, and which live streams count. */
export function viewFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (answer.outcome === 'listed') {
    const youngest = answer.live.at(-1)
    const policies = policiesDuring(scene.history, operation)
    return faultsOfBest(policies, ({ plans, defaultPlan }) =>
      planViewFaults(
        (youngest?.plan === undefined ? undefined : plans.get(youngest.plan)) ?? defaultPlan,
        answer,
      ),
    )
  }
  if (!isRun(operation) || !('live' in answer)) return []
  return faultsOfBest(plansToTell(scene, operation), ({ plan }) => planViewFaults(plan, answer))
}

function planViewFaults(plan: PlanInForce['plan'], view: PlanView): readonly string[] {
  const faults: string[] = []
  if (view.plan !== plan.name) faults.push(`names the plan ${view.plan}`)
  const limit = toldLimit(plan)
  if (limit === undefined || !isSameLimit(view.limit, limit))
    faults.push(`names a limit of ${view.limit.max}`)
  const [ignored, counted] = [true, false].map((wanted) =>
    view.live.filter((lease) => isExempt(plan, lease) === wanted),
  )
  if (!isSameList(view.counted, counted ?? [])) faults.push('counts others than its plan does')
  if (!isSameList(view.ignored, ignored ?? [])) faults.push('ignores others than its plan does')
  return faults
}

/**
 * A heartbeat that names no plan gets its lease's plan. If the lease had to be looked for, the
 * default is right too.
 */
function plansToTell(scene: Scene, operation: Operation<RunRequest>): readonly PlanInForce[] {
  const { request, answer, invoked, answered } = operation
  const all = scene.plansOf(operation)
  if (request.verb === 'start' || request.plan !== undefined || !('lease' in answer)) return all
  const lifetime = scene.lifetimes.named(answer.lease.generation)
  const isKnown =
    lifetime?.certain.some(({ from, to }) => from <= invoked.step && answered.step < to) ?? false
  if (!isKnown) return all
  return all.filter(({ policy, plan }) => {
    const own = answer.lease.plan
    return plan === ((own === undefined ? undefined : policy.plans.get(own)) ?? policy.defaultPlan)
  })
}

/**
 * Players are told to call as often as the policy says for users with room, or for users without.
 */
export function paceFaults(scene: Scene, operation: Operation): readonly string[] {
  const { answer } = operation
  if (!isRun(operation) || (answer.outcome !== 'admitted' && answer.outcome !== 'renewed')) return []
  const { heartbeatSeconds, lease, live } = answer
  // If the lease is over by the answer, its end can no longer move to the interval.
  const isOver = live.every(({ generation }) => generation !== lease.generation)
  const isLengthOpen = isOver || mayBeMoved(scene, operation)
  const readings = plansToTell(scene, operation)
  return faultsOfBest(readings, ({ policy: { paces }, plan }) => {
    const { whenRoom, whenFull } = paces
    const isOne =
      whenRoom.leaseMs === whenFull.leaseMs && whenRoom.heartbeatSeconds === whenFull.heartbeatSeconds
    const fitting = [whenRoom, whenFull].filter(
      (pace) => mayBeTold(heartbeatSeconds, pace, isOne) && (isLengthOpen || isOfLength(lease, pace)),
    )
    if (fitting.length === 0) return [`tells to call every ${heartbeatSeconds} s until ${lease.expiresAtMs}`]
    if (isOne || readings.length > 1 || !isUndisturbed(scene, operation)) return []
    const due = isAnyBucketFull(plan, live) ? whenFull : whenRoom
    return fitting.includes(due) ? [] : ['tells the pace of users with another amount of room']
  })
}

type Pace = PlanInForce['policy']['paces']['whenRoom']

function mayBeTold(told: number | null, { heartbeatSeconds }: Pace, isExact: boolean): boolean {
  if (told === null || heartbeatSeconds === null || isExact) return told === heartbeatSeconds
  const [least, most] = [1 - JITTER, 1 + JITTER].map((ratio) => Math.round(heartbeatSeconds * ratio))
  return Math.max(1, least ?? 0) <= told && told <= Math.max(1, most ?? 0)
}

function isOfLength({ renewedAtMs, expiresAtMs, graceUntilMs }: Lease, { leaseMs }: Pace): boolean {
  if (graceUntilMs !== undefined) return (expiresAtMs ?? Infinity) <= graceUntilMs
  return leaseMs === null ? expiresAtMs === null : expiresAtMs === renewedAtMs + leaseMs
}

/**
 * Whether another renewal or the end of the same lease may have come between this one and its
 * answer.
 */
function mayBeMoved({ lifetimes }: Scene, operation: Operation<RunRequest>): boolean {
  const { request, answer } = operation
  const enders = ('lease' in answer && lifetimes.named(answer.lease.generation)?.enders) || []
  return [
    ...enders,
    ...lifetimes.operations.filter((each) => isRun(each) && each.request.id === request.id),
  ].some((each) => overlap(each, operation))
}

/** Whether nothing else happened to the user during this operation, and no time passed. */
export function isUndisturbed({ history, lifetimes }: Scene, operation: Operation): boolean {
  const { invoked, answered } = operation
  return (
    invoked.atMs === answered.atMs &&
    !lifetimes.operations.some((each) => overlap(each, operation) && mayHaveWritten(each)) &&
    !history.errands.some((each) => overlap(each, operation))
  )
}

function isSameList(some: readonly Lease[], others: readonly Lease[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ generation }, place) => generation === others[place]?.generation)
  )
}
