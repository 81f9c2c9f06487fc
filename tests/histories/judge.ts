/**
 * The judgement of one history.
 */
import type { History } from './history.ts'
import { findOrder, NODES_MAX } from './search.ts'

export type Judgement = {
  readonly user: string
  /** `undecided` does not prove a sound service. The search gave up. */
  readonly outcome: 'ordered' | 'unordered' | 'undecided'
  /** Calls with an answer. Each was judged. */
  readonly answers: number
  /** Calls whose outcome is unknown. */
  readonly losses: number
  /** How many states the search looked at. */
  readonly nodes: number
}

/** Judges a history. If it cannot be decided within this many states, it is undecided. */
export function judge(history: History, nodesMax = NODES_MAX): Judgement {
  const { kind, nodes } = findOrder(history, nodesMax)
  const answers = history.calls.filter(({ end }) => end !== undefined).length
  const losses = history.calls.length - answers
  return { user: history.user, outcome: kind, answers, losses, nodes }
}
