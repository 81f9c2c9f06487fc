/**
 * Whether a service may have dropped notes on ended streams, because there were too many. Then it
 * tells every heartbeat of an unknown stream to start again. This is judged from the calls alone.
 * If the state held a count, otherwise equal states would differ.
 */
import type { Call } from '../history.ts'
import type { Scene } from './scene.ts'

/**
 * The most endings that are remembered by name. Of the players' stops, a service keeps only the
 * last.
 */
const ENDINGS_TOLD = 16
const STOPS_TOLD = 1
/** Leases that were held before the calls that count here, and may have ended since. */
const HELD_BEFORE_MAX = 5
/** How long notes are kept, in lease lengths. */
const STOPS_KEPT = 1
const OTHERS_KEPT = 2

/** Whether the service may not know that the stream of this call has ended, or how. */
export function mayHaveForgotten(scene: Scene): boolean {
  const stops = callsWithin(STOPS_KEPT, scene).filter(({ question }) => question.kind === 'stop')
  return stops.length > STOPS_TOLD || mayHaveForgottenEvictions(scene)
}

/** Whether notes on evictions that still matter for this call can have been dropped. */
export function mayHaveForgottenEvictions(scene: Scene): boolean {
  return callsWithin(OTHERS_KEPT, scene).filter(canEnd).length + HELD_BEFORE_MAX > ENDINGS_TOLD
}

/** The calls that may have taken effect before this one, and within so many lease lengths. */
function callsWithin(leases: number, { story, call, judged }: Scene): readonly Call[] {
  const { calls, leaseMs } = story.history
  const until = call.end?.returnedAt ?? Number.POSITIVE_INFINITY
  return calls.filter(({ calledAt, end }) => {
    const isRecent = end === undefined || end.returnedMs + leases * leaseMs > judged.from
    return calledAt < until && isRecent
  })
}

/**
 * Whether a call may cause a note. Each lease ends by an eviction, an operator or its own player.
 */
function canEnd({ question, end }: Call): boolean {
  const mayGrant = question.kind === 'start' || question.kind === 'heartbeat'
  return mayGrant
    ? (end?.answer.status ?? 201) === 201
    : question.kind === 'stop' && question.reason !== undefined
}
