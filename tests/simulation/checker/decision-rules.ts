/**
 * Rules for quiet moments, when it is certain who is live. Then only one answer is right under the
 * plan, and only one answer of its shadow.
 */
import type { Lease, LeaseId, Plan, StartResult } from '@streamgate/core'
import { isRun, type Operation, type RunRequest } from '../history.ts'
import { knownAt, type Known } from './known.ts'
import {
  evictionMistakes,
  holdersUnder,
  isSameLimit,
  leavingByWish,
  membersAsked,
  obstacle,
  type Entry,
} from './plan-model.ts'
import type { Scene } from './scene.ts'

/** A start in a quiet moment is admitted, evicts or is denied exactly as its plan says. */
export function decisionFaults(scene: Scene, operation: Operation): readonly string[] {
  if (!isRun(operation)) return []
  const { answer, request } = operation
  if (answer.outcome === 'renewed') return leavingGraceFaults(scene, operation)
  if (request.verb !== 'start' || (answer.outcome !== 'admitted' && answer.outcome !== 'denied')) return []
  const [inForce, ...others] = scene.plansOf(operation)
  const known = knownAt(scene, operation)
  if (inForce === undefined || others.length > 0 || known === undefined || known.mayHoldOwn) return []
  return mistakesOf(answer, { plan: inForce.effective, known, request })
}

/** A stream in grace returns within the limit as soon as there is room. */
function leavingGraceFaults(scene: Scene, operation: Operation<RunRequest>): readonly string[] {
  const { answer } = operation
  if (answer.outcome !== 'renewed' || answer.lease.graceUntilMs === undefined) return []
  const [inForce, ...others] = scene.plansOf(operation)
  const known = knownAt(scene, operation)
  if (inForce === undefined || others.length > 0 || known === undefined) return []
  const isFull = obstacle({ plan: inForce.effective, stream: answer.lease }, known.others) !== undefined
  return isFull ? [] : ['stays in its grace, though there is room']
}

type Question = { readonly plan: Plan; readonly known: Known; readonly request: RunRequest }
type Decision = Extract<StartResult, { readonly outcome: 'admitted' | 'renewed' | 'denied' }>

function mistakesOf(answer: Decision, { plan, known, request }: Question): readonly string[] {
  const { leaving, staying, entry } = sidesOf(plan, known.others, request)
  const obstacleMet = obstacle(entry, staying)
  if (answer.outcome !== 'denied') {
    const byWish = idsOf(leaving).toSorted()
    const ended = idsOf(answer.ends)
    const evicted = staying.filter(({ id }) => ended.includes(id))
    const isInGrace = answer.lease.graceUntilMs !== undefined
    const faults = [...evictionMistakes(entry, without(staying, evicted), evicted)]
    const expected = [...byWish, ...idsOf(evicted)].toSorted()
    if (expected.join() !== ended.toSorted().join())
      faults.push(`ends ${ended.join()}, not ${expected.join()}`)
    if (obstacleMet === undefined && isInGrace) faults.push('opens a grace though there is room')
    if (obstacleMet !== undefined && evicted.length === 0 && !isInGrace) faults.push('admits without room')
    const extra = plan.grace?.streams ?? 0
    if (isInGrace && obstacle({ ...entry, extra }, staying) !== undefined) faults.push('exceeds its grace')
    return faults
  }
  if (obstacleMet === undefined) return ['denied, though every limit has room']
  const { limit, holders } = answer
  if (!isSameLimit(limit, obstacleMet.limit))
    return [`denied by a limit of ${limit.max}, not the first full one`]
  const due = holdersUnder(limit, entry, staying) ?? []
  const faults =
    idsOf(due).toSorted().join() === idsOf(holders).toSorted().join()
      ? []
      : [`denied by ${idsOf(holders).join()}, not by ${idsOf(due).join()}`]
  const { grace } = plan
  const isAllowed = grace !== null && !known.mayRememberGrace
  if (isAllowed && obstacle({ ...entry, extra: grace.streams }, staying) === undefined) {
    faults.push('denied, though there is grace')
  }
  return faults
}

/**
 * A shadow says what its plan would have decided. Every newcomer's answer has one, and no other.
 */
export function shadowFaults(scene: Scene, operation: Operation): readonly string[] {
  if (!isRun(operation)) return []
  const { answer, request } = operation
  if (answer.outcome !== 'admitted' && answer.outcome !== 'denied' && answer.outcome !== 'renewed') return []
  const plans = scene.plansOf(operation).map(({ effective }) => effective.shadow)
  const { shadow } = answer
  if (answer.outcome === 'renewed')
    return shadow === undefined ? [] : ['gives a shadow for a stream that already ran']
  if (shadow === undefined) return plans.includes(null) ? [] : ['does not give the shadow of its plan']
  const named = plans.filter((plan) => plan !== null).filter(({ name }) => name === shadow.plan)
  const [plan, ...more] = named
  if (plan === undefined) return [`gives the shadow ${shadow.plan}`]
  const known = knownAt(scene, operation)
  if (more.length > 0 || known === undefined || known.mayHoldOwn) return []
  // What a heartbeat does not say may be known from before.
  const { deviceType, contentId } = request.stream
  const isAskedFor = membersAsked(plan).includes('network')
  const saysAll = deviceType !== undefined && contentId !== undefined && !isAskedFor
  const isOpen = answer.outcome === 'denied' && request.verb === 'heartbeat' && !saysAll
  if (plan.grace !== null || isOpen) return []
  const stream = answer.outcome === 'denied' ? request.stream : answer.lease
  return shadowMistakes(shadow, { plan, known, request: { ...request, stream } })
}

function shadowMistakes(
  shadow: NonNullable<Decision['shadow']>,
  { plan, known, request }: Question,
): readonly string[] {
  const { leaving, staying, entry } = sidesOf(plan, known.others, request)
  const canEvict = plan.whenFull !== 'deny' && request.verb === 'start'
  const isDenied = obstacle(entry, staying) !== undefined && !canEvict
  if (isDenied !== (shadow.outcome === 'denied')) return [`its shadow says ${shadow.outcome}`]
  if (isDenied) return shadow.ends.length === 0 ? [] : ['its shadow both denies and ends others']
  const evicted = staying.filter(({ id }) => shadow.ends.includes(id))
  const expected: LeaseId[] = [...idsOf(leaving), ...idsOf(evicted)]
  const faults = evictionMistakes(entry, without(staying, evicted), evicted).map(
    (each) => `its shadow ${each}`,
  )
  const isSame = expected.toSorted().join() === shadow.ends.toSorted().join()
  return isSame ? faults : [...faults, `its shadow ends ${shadow.ends.join()}, not ${expected.join()}`]
}

type Sides = { readonly leaving: readonly Lease[]; readonly staying: readonly Lease[]; readonly entry: Entry }

/** Which leases leave by request, and which stay unless evicted. */
function sidesOf(plan: Plan, others: readonly Lease[], request: RunRequest): Sides {
  const { stream, id, replaces, verb } = request
  const devicePlan = verb === 'start' ? plan : undefined
  const leaving = leavingByWish({ devicePlan, id, stream, replaces }, others)
  return { leaving, staying: without(others, leaving), entry: { plan, stream } }
}

function without(leases: readonly Lease[], gone: readonly Lease[]): readonly Lease[] {
  return leases.filter((lease) => !gone.includes(lease))
}

function idsOf(leases: readonly Lease[]): LeaseId[] {
  return leases.map(({ id }) => id)
}
