/**
 * The judgement of one history, with the smallest part of it that shows why it has no order.
 */
import { tell } from './excerpt.ts'
import type { History } from './history.ts'
import { minimised } from './minimise.ts'
import { findOrder, NODES_MAX } from './search.ts'

export type Judgement = {
  readonly user: string
  readonly outcome: 'ordered' | 'unordered' | 'undecided'
  /** Calls with an answer: each was judged. */
  readonly answers: number
  /** Calls whose outcome is unknown. */
  readonly losses: number
  /** How many states the search looked at. */
  readonly nodes: number
  /** Of a history without an order: what shows it, to be read. */
  readonly excerpt?: string
}

/** Judges a history; one that cannot be decided within so many states is told as undecided. */
export function judge(history: History, nodesMax = NODES_MAX): Judgement {
  const verdict = findOrder(history, nodesMax)
  const answers = history.calls.filter(({ end }) => end !== undefined).length
  const losses = history.calls.length - answers
  const judgement = { user: history.user, outcome: verdict.kind, answers, losses, nodes: verdict.nodes }
  if (verdict.kind !== 'unordered') return judgement
  return { ...judgement, excerpt: tell(minimised(history)) }
}
