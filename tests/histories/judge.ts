/**
 * The judgement of one history.
 */
import type { History } from './history.ts'
import { findOrder, NODES_MAX } from './search.ts'

export type Judgement = {
  readonly user: string
  /** `undecided` is no evidence of a sound service: the search was given up. */
  readonly outcome: 'ordered' | 'unordered' | 'undecided'
  /** Calls with an answer: each was judged. */
  readonly answers: number
  /** Calls whose outcome is unknown. */
  readonly losses: number
  /** How many states the search looked at. */
  readonly nodes: number
}

/** Judges a history; one that cannot be decided within so many states is told as undecided. */
export function judge(history: History, nodesMax = NODES_MAX): Judgement {
  const { kind, nodes } = findOrder(history, nodesMax)
  const answers = history.calls.filter(({ end }) => end !== undefined).length
  const losses = history.calls.length - answers
  return { user: history.user, outcome: kind, answers, losses, nodes }
}
