/**
 * Starts and heartbeats that were granted. The answer must fit the call, and what it shows must be
 * true.
 */
import { idIn, type HeartbeatQuestion, type StartQuestion } from '../history.ts'
import { planNamed } from '../plans.ts'
import { afterStart, leavingFor, roomFault, whenEnded, withoutNotesOn } from './ending.ts'
import { canHaveTag, limitsOf, limitsOn, newLease, told, type Answered, type Step } from './scene.ts'
import { see } from './seeing.ts'
import { contains, exactly, type Lease, type Span, type State } from './state.ts'
import { noteInForce } from './telling.ts'

type Granted = Answered<StartQuestion | HeartbeatQuestion>

/** A start got a lease: there was room, or the plan made room. */
export function startTaken(scene: Answered<StartQuestion>): Step {
  const { question, answer, state, judged } = scene
  const plan = planNamed(question.plan)
  const own = state.leases.find(({ id }) => id === idIn(question))
  const fault = takenFault(scene, own) ?? limitFault(scene, [plan.max])
  if (fault !== undefined) return fault
  const others = state.leases.filter((lease) => lease !== own)
  const ended = answer.ended ?? []
  const leaving = leavingFor(scene, plan, others)
  const evicted = others.filter((lease) => !leaving.includes(lease) && ended.includes(lease.id))
  const kept = others.filter((lease) => !leaving.includes(lease) && !evicted.includes(lease))
  const parting = { leaving, evicted, kept }
  const decidedAt = whenEnded(parting, ended, judged)
  if (typeof decidedAt === 'string') return decidedAt
  const roomless = roomFault(plan, parting, decidedAt)
  if (roomless !== undefined) return roomless
  const started = told(answer.startedAtMs)
  const lease = newLease(scene, { etag: answer.etag, started, expires: told(answer.expiresAtMs) })
  const sight = seen(scene, [...kept, lease], decidedAt)
  if (typeof sight === 'string') return sight
  const next = afterStart(scene, parting, { leases: sight, at: started, sure: ended })
  return [withoutNotesOn(scene, next)]
}

/** A start found its stream held, and renewed it. The streams that it replaces still end. */
export function startRenewed(scene: Answered<StartQuestion>): Step {
  const { question, answer, state, judged } = scene
  const plan = planNamed(question.plan)
  const own = state.leases.find(({ id }) => id === idIn(question))
  const fault = renewedFault(scene, own) ?? limitFault(scene, [plan.max])
  if (fault !== undefined || own === undefined) return fault ?? ''
  const others = state.leases.filter((lease) => lease !== own)
  const leaving = leavingFor(scene, plan, others)
  const kept = state.leases.filter((lease) => !leaving.includes(lease))
  const parting = { leaving, evicted: [], kept }
  const ended = answer.ended ?? []
  const decidedAt = whenEnded(parting, ended, judged)
  if (typeof decidedAt === 'string') return decidedAt
  const sight = seen(scene, renewed(scene, kept, own), decidedAt)
  if (typeof sight === 'string') return sight
  const at = exactly((answer.expiresAtMs ?? 0) - scene.story.history.leaseMs)
  return [withoutNotesOn(scene, afterStart(scene, parting, { leases: sight, at, sure: ended }))]
}

/**
 * A heartbeat found its lease gone and started it again. There must have been room, and no note.
 */
export function heartbeatTaken(scene: Answered<HeartbeatQuestion>): Step {
  const { question, answer, state, judged } = scene
  const own = state.leases.find(({ id }) => id === question.id)
  const note = noteInForce(scene)
  if (question.ifMatch !== undefined) return 'a heartbeat with If-Match started a lease'
  if (note !== undefined)
    return `${question.id} was ${note.cause} a moment ago, and was started by a heartbeat`
  const fault = takenFault(scene, own) ?? limitFault(scene, limitsOn(scene))
  if (fault !== undefined) return fault
  const kept = state.leases.filter((lease) => lease !== own)
  const parting = { leaving: [], evicted: [], kept }
  const roomless = roomFault({ ...planNamed(question.plan), max: answer.limit ?? 0 }, parting, judged)
  if (roomless !== undefined) return roomless
  const facts = { etag: answer.etag, started: told(answer.startedAtMs), expires: told(answer.expiresAtMs) }
  const sight = seen(scene, [...kept, newLease(scene, facts)], judged)
  return typeof sight === 'string' ? sight : [withoutNotesOn(scene, { ...state, leases: sight })]
}

/** A heartbeat renewed the lease that it knows, live or expired. */
export function heartbeatRenewed(scene: Answered<HeartbeatQuestion>): Step {
  const { question, state, story } = scene
  const own = state.leases.find(({ id }) => id === question.id)
  const fault = renewedFault(scene, own)
  if (fault !== undefined || own === undefined) return fault ?? ''
  if (question.ifMatch !== undefined && question.ifMatch !== scene.answer.etag)
    return 'another generation was renewed'
  const limits = question.plan === undefined ? limitsOf(story, own) : limitsOn(scene)
  const limitless = limitFault(scene, limits)
  if (limitless !== undefined) return limitless
  const sight = seen(scene, renewed(scene, state.leases, own), scene.judged)
  return typeof sight === 'string' ? sight : [{ ...state, leases: sight } satisfies State]
}

/** What is wrong with an answer that says that a lease was started. */
function takenFault(scene: Granted, own: Lease | undefined): string | undefined {
  const { answer, asked, judged, story } = scene
  if (own !== undefined && own.expires.from > judged.to) return `${own.id} is held, and was started once more`
  if (answer.etag === undefined || story.repeatedTags.has(answer.etag))
    return 'the ETag does not belong to this lease alone'
  if (!contains(asked, answer.startedAtMs ?? Number.NaN)) return 'startedAt is not within the call'
  return answer.expiresAtMs === (answer.startedAtMs ?? 0) + story.history.leaseMs
    ? shapeFault(scene)
    : 'expiresAt is not one lease after startedAt'
}

/** What is wrong with an answer that says that a lease was renewed. */
function renewedFault(scene: Granted, own: Lease | undefined): string | undefined {
  const { question, answer, asked, story } = scene
  if (own === undefined) return `${idIn(question)} is not held, and was renewed`
  if (answer.etag === undefined || !canHaveTag(story, own, answer.etag))
    return `${own.id} is of another generation`
  if (!contains(own.started, answer.startedAtMs ?? Number.NaN)) return `${own.id} has another startedAt`
  const renewedAtMs = (answer.expiresAtMs ?? Number.NaN) - story.history.leaseMs
  return contains(asked, renewedAtMs) ? shapeFault(scene) : 'expiresAt is not one lease after the call'
}

function shapeFault({ question, answer }: Granted): string | undefined {
  if (answer.id !== idIn(question)) return `the answer is about ${answer.id}`
  return answer.active === answer.streams?.length ? undefined : 'active is not the number of streams'
}

/** The limit in the answer must belong to a plan that may apply. */
function limitFault({ answer }: Granted, limits: readonly number[]): string | undefined {
  return limits.includes(answer.limit ?? 0) ? undefined : `limit ${answer.limit} is not that of the plan`
}

/** The leases, with their own one renewed as the answer says. */
function renewed({ answer }: Granted, leases: readonly Lease[], own: Lease): Lease[] {
  const { etag, startedAtMs, expiresAtMs } = answer
  const next: Lease = { ...own, etag, started: told(startedAtMs), expires: told(expiresAtMs), isFresh: false }
  return leases.map((lease) => (lease === own ? next : lease))
}

/**
 * The leases after the answer showed them, no earlier than the decision. There are never more than
 * the limit.
 */
function seen(scene: Granted, leases: readonly Lease[], decidedAt: Span): readonly Lease[] | string {
  const { answer, seen: within, story } = scene
  const shown = answer.streams ?? []
  if (shown.length > Math.max(...story.limits)) return `${shown.length} streams run, more than any limit`
  const from = Math.max(within.from, decidedAt.from)
  const sight = see(scene, { leases, shown, within: { from, to: within.to } })
  return typeof sight === 'string' ? sight : sight.leases
}
