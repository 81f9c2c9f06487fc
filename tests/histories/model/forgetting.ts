/**
 * Whether a service may have dropped notes on ended streams, because there were too many. It then tells every heartbeat
 * of a stream that it does not know to start again. This is judged from the calls alone: a count within the state
 * would make states differ that are alike in all else.
 */
import type { Call } from '../history.ts'
import type { Scene } from './scene.ts'

/** The most endings that are told by name. Of its players' stops a service keeps the last one only. */
const ENDINGS_TOLD = 16
const STOPS_TOLD = 1
/** Leases that were held before the calls that count here, and may have ended since. */
const HELD_BEFORE_MAX = 5
/** How long notes are kept, in leases. */
const STOPS_KEPT = 1
const OTHERS_KEPT = 2

/** Whether the service may not know whether the stream of this call has ended, or how. */
export function mayHaveForgotten(scene: Scene): boolean {
  const stops = callsWithin(STOPS_KEPT, scene).filter(({ question }) => question.kind === 'stop')
  return stops.length > STOPS_TOLD || mayHaveForgottenEvictions(scene)
}

/** Whether notes on evictions that would still be of use at this call can have been dropped. */
export function mayHaveForgottenEvictions(scene: Scene): boolean {
  return callsWithin(OTHERS_KEPT, scene).filter(canEnd).length + HELD_BEFORE_MAX > ENDINGS_TOLD
}

/** The calls that may have taken effect before this one, and not earlier than so many leases before. */
function callsWithin(leases: number, { story, call, judged }: Scene): readonly Call[] {
  const { calls, leaseMs } = story.history
  const until = call.end?.returnedAt ?? Number.POSITIVE_INFINITY
  return calls.filter(({ calledAt, end }) => {
    const isRecent = end === undefined || end.returnedMs + leases * leaseMs > judged.from
    return calledAt < until && isRecent
  })
}

/** Whether a call may bring about a note: each lease that is taken ends by an eviction, an operator or itself. */
function canEnd({ question, end }: Call): boolean {
  const isTaking = question.kind === 'start' || question.kind === 'heartbeat'
  return isTaking
    ? (end?.answer.status ?? 201) === 201
    : question.kind === 'stop' && question.reason !== undefined
}
