/**
 * Finds the smallest part of a history that has no order.
 *
 * A history is only ever weakened: it ends sooner, an answer is treated as lost, or an answer to a
 * call that changes nothing is left out. If the weaker history has no order, neither has the whole.
 */
import { changesNothing, idIn, type Call, type History } from './history.ts'
import { findOrder } from './search.ts'

/**
 * A search in a part gives up sooner, and all searches together give up after this many states. The
 * part then stays larger.
 */
const NODES_MAX = 5000
const NODES_MAX_IN_ALL = 50_000

/** A part of a history that has no order. */
export type Part = {
  /** The calls that prove it. Calls that may or may not have taken effect have no answer here. */
  readonly history: History
  readonly original: History
  /** How many other calls make no difference, whether they took effect or not. */
  readonly leftOut: number
}

/** The smallest part found of this history that has no order. */
export function minimised(original: History): Part {
  const budget = new Budget(original)
  const prefix = shortest(original.calls, budget)
  const weak = weakest(prefix, budget)
  const calls = withoutBystanders(weak)
  return { history: { ...original, calls }, original, leftOut: prefix.length - calls.length }
}

/** Counts the states searched in parts of one history, and bounds them. */
class Budget {
  readonly #history: History
  #nodesLeft = NODES_MAX_IN_ALL

  constructor(history: History) {
    this.#history = history
  }

  find(calls: readonly Call[]): 'ordered' | 'unordered' | 'undecided' {
    const nodesMax = Math.min(NODES_MAX, this.#nodesLeft)
    const { kind, nodes } = findOrder({ ...this.#history, calls }, nodesMax)
    this.#nodesLeft -= nodes
    return kind
  }
}

/** Removes answers, many at once and then fewer, as long as there is still no order. */
function weakest(calls: readonly Call[], budget: Budget): readonly Call[] {
  let weak = calls
  for (let size = Math.ceil(calls.length / 4); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let end = weak.length; end > 0; end -= size) {
      const weaker = weakened(weak, Math.max(0, end - size), end)
      if (weaker !== weak && budget.find(weaker) === 'unordered') weak = weaker
    }
  }
  return weak
}

/** Drops lost calls about streams that no remaining answer mentions. */
function withoutBystanders(calls: readonly Call[]): readonly Call[] {
  const named = new Set(calls.filter(({ end }) => end !== undefined).flatMap(idsIn))
  return calls.filter((call) => call.end !== undefined || idsIn(call).some((id) => named.has(id)))
}

/** The lease ids in a call and its answer. */
function idsIn({ question, end }: Call): readonly string[] {
  const { streams = [], ended = [], by } = end?.answer ?? {}
  const replaces = question.kind === 'start' && question.replaces !== undefined ? [question.replaces] : []
  const shown = streams.map(({ id }) => id)
  return [idIn(question), ...replaces, ...shown, ...ended, ...(by === undefined ? [] : [by.id])]
}

/** The calls up to the first answer that cannot be true, whatever comes after it. */
function shortest(calls: readonly Call[], budget: Budget): readonly Call[] {
  const returns = calls.flatMap(({ end }) => end?.returnedAt ?? []).toSorted((one, other) => one - other)
  let [low, high] = [0, returns.length - 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (budget.find(until(calls, returns[middle] ?? 0)) === 'unordered') high = middle
    else low = middle + 1
  }
  return until(calls, returns[low] ?? Number.POSITIVE_INFINITY)
}

function until(calls: readonly Call[], instant: number): readonly Call[] {
  return calls
    .filter(({ calledAt }) => calledAt < instant)
    .map((call) => (call.end !== undefined && call.end.returnedAt > instant ? lost(call) : call))
}

/** Drops the answers to the calls of this range. */
function weakened(calls: readonly Call[], from: number, to: number): readonly Call[] {
  const some = calls.slice(from, to)
  const weaker = some.flatMap((call) => {
    if (call.end === undefined) return [call]
    return changesNothing(call) ? [] : [lost(call)]
  })
  const isSame = some.every(({ end }) => end === undefined)
  return isSame ? calls : [...calls.slice(0, from), ...weaker, ...calls.slice(to)]
}

function lost({ end: _known, ...call }: Call): Call {
  return { ...call, lostBy: 'left out' }
}
