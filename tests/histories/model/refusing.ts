/** Denials and lists. Both show what was live at one instant. */
import { idIn, type HeartbeatQuestion, type StartQuestion } from '../history.ts'
import { planNamed } from '../plans.ts'
import { leavingFor } from './ending.ts'
import { limitsOf, limitsOn, type Answered, type Step } from './scene.ts'
import { see } from './seeing.ts'
import type { Lease, Span } from './state.ts'
import { noteInForce } from './telling.ts'

/** The most holders that a refusal names. */
const HOLDERS_NAMED_MAX = 20

/**
 * A start was denied: its plan denies, the limit is reached, and exactly the streams in the way are
 * named.
 */
export function startDenied(scene: Answered<StartQuestion>): Step {
  const { question, answer } = scene
  const plan = planNamed(question.plan)
  if (plan.whenFull !== 'deny') return 'a plan that evicts denied a start'
  if (answer.limit !== plan.max) return `limit ${answer.limit} is not that of the plan`
  const leaving = leavingFor(scene, plan, scene.state.leases)
  const named = answer.streams ?? []
  const spared = named.find(({ id }) => leaving.some((lease) => lease.id === id))
  if (spared !== undefined) return `${spared.id} would end anyway, and is named`
  if (named.length + (answer.more ?? 0) < plan.max)
    return `denied with ${named.length} of ${plan.max} in the way`
  return denied(scene, leaving)
}

/** A heartbeat found its lease gone, and no room to start it again. */
export function heartbeatDenied(scene: Answered<HeartbeatQuestion>): Step {
  const { question, answer } = scene
  const note = noteInForce(scene)
  if (question.ifMatch !== undefined) return 'a heartbeat with If-Match was denied'
  if (note !== undefined) return `${question.id} was ${note.cause} a moment ago, and is denied`
  const { limit } = answer
  if (limit === undefined || !limitsOn(scene).includes(limit)) return `limit ${limit} is not that of the plan`
  const count = (answer.streams?.length ?? 0) + (answer.more ?? 0)
  return count < limit ? `denied with ${count} of ${limit} in the way` : denied(scene)
}

/**
 * The newcomer has no lease, and the answer names what was live, apart from what would end for it.
 */
function denied(scene: Answered<StartQuestion | HeartbeatQuestion>, leaving: readonly Lease[] = []): Step {
  const { state, question, answer, judged, seen } = scene
  const { streams = [], more = 0, active, retryAfterSeconds } = answer
  const own = state.leases.find(({ id }) => id === idIn(question))
  if (own !== undefined && own.expires.from > judged.to) return `${own.id} is held, and was denied`
  if (active !== streams.length + more) return 'active is not the number of holders'
  if (more > 0 && streams.length !== HOLDERS_NAMED_MAX) return 'holders are left out without need'
  const isApart = own !== undefined || leaving.length > 0
  const others = isApart
    ? state.leases.filter((lease) => lease !== own && !leaving.includes(lease))
    : state.leases
  const sight = see(scene, { leases: others, shown: streams, within: seen })
  if (typeof sight === 'string') return sight
  const ends = streams.flatMap(({ expiresAtMs }) => expiresAtMs ?? [])
  const fault = retryFault(Math.min(...ends), retryAfterSeconds, sight.at)
  if (fault !== undefined) return fault
  if (sight.leases === state.leases) return [state]
  const seenById = new Map(sight.leases.map((lease) => [lease.id, lease]))
  const leases = state.leases.flatMap((lease) =>
    leaving.includes(lease) ? [lease] : (seenById.get(lease.id) ?? []),
  )
  return [{ ...state, leases }]
}

/**
 * The wait must end when the first holder can expire, in whole seconds from some instant of the
 * span.
 */
function retryFault(firstEndMs: number, seconds: number | undefined, at: Span): string | undefined {
  if (seconds === undefined) return 'no Retry-After'
  const longest = Math.ceil((firstEndMs - at.from) / 1000)
  const shortest = Math.ceil((firstEndMs - at.to) / 1000)
  return shortest <= seconds && seconds <= longest
    ? undefined
    : `Retry-After ${seconds} is not ${shortest} to ${longest}`
}

/** A list shows what was live, under the plan of the newest stream. */
export function listed(scene: Answered): Step {
  const { state, answer, seen, story } = scene
  const { streams = [], active, limit } = answer
  if (active !== streams.length) return 'active is not the number of streams'
  if (streams.length > Math.max(0, ...story.limits))
    return `${streams.length} streams run, more than any limit`
  const sight = see(scene, { leases: state.leases, shown: streams, within: seen })
  if (typeof sight === 'string') return sight
  const last = sight.leases.find(({ id }) => id === streams.at(-1)?.id)
  const limits = last === undefined ? [planNamed(undefined).max] : limitsOf(story, last)
  if (limit === undefined || !limits.includes(limit)) return `limit ${limit} is not that of the plan`
  return sight.leases === state.leases ? [state] : [{ ...state, leases: sight.leases }]
}
