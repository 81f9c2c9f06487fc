/**
 * Answers the same question as the search, by trying every order. It is too slow for more than a
 * few calls, and too simple to be wrong in the same way.
 */
import type { Call, History } from './history.ts'
import { outcomesOf } from './model/contract.ts'
import { storyOf, type Story } from './model/scene.ts'
import { EMPTY_STATE, shifted, type State } from './model/state.ts'

/** Whether the calls have an order in which every answer is true. */
export function isOrderedByTrying(history: History): boolean {
  return canFollow(storyOf(history), { left: history.calls, sentMs: 0, state: EMPTY_STATE })
}

type Point = { readonly left: readonly Call[]; readonly sentMs: number; readonly state: State }

function canFollow(story: Story, point: Point): boolean {
  const { left } = point
  const ends = left.flatMap(({ end }) => end ?? [])
  if (ends.length === 0) return true
  const first = ends.reduce((one, other) => (other.returnedAt < one.returnedAt ? other : one))
  return left
    .filter(({ calledAt }) => calledAt < first.returnedAt)
    .some((call) => canFollowWith(story, point, { call, endMs: call.end?.returnedMs ?? first.returnedMs }))
}

function canFollowWith(story: Story, point: Point, { call, endMs }: { call: Call; endMs: number }): boolean {
  const { history } = story
  const { left, sentMs, state } = point
  const asked = { from: call.calledMs, to: endMs }
  const judged = shifted(asked, -history.skewMs)
  const seen = { from: Math.max(sentMs, call.calledMs) - history.skewMs, to: judged.to }
  const index = history.calls.indexOf(call)
  const step = outcomesOf({ story, index, call, question: call.question, state, asked, judged, seen })
  if (typeof step === 'string') return false
  const status = call.end?.answer.status ?? 0
  const isGrant = status === 201 || (status === 200 && call.question.kind !== 'list')
  const next = {
    left: left.filter((other) => other !== call),
    sentMs: isGrant ? Math.max(sentMs, call.calledMs) : sentMs,
  }
  return step.some((after) => canFollow(story, { ...next, state: after }))
}
