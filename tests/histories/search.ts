/**
 * Searches for an order of a user's calls in which every answer is true (Wing and Gong, 1993), and
 * remembers what it has tried (Lowe, 2017).
 *
 * A call may come next if no other call returned before it was sent. Two orders of the same calls
 * that lead to the same state are equivalent. A list or a refusal that is true now comes next at
 * once. This loses no order, because the call could stand here in any order that has it later.
 */
import { changesNothing, type Call, type History } from './history.ts'
import { outcomesOf } from './model/contract.ts'
import { storyOf, type Scene, type Step, type Story } from './model/scene.ts'
import { EMPTY_STATE, exactly, keyOf, shifted, type State } from './model/state.ts'
import { Needs } from './needs.ts'
import { Outlook } from './outlook.ts'
import { darkStarts } from './starters.ts'

/** The furthest point of the search, and why none of the calls could come next there. */
export type DeadEnd = {
  readonly order: readonly number[]
  readonly state: State
  readonly refusals: readonly { readonly index: number; readonly why: string }[]
}

export type Verdict = { readonly nodes: number } & (
  | { readonly kind: 'ordered'; readonly order: readonly number[] }
  | { readonly kind: 'unordered'; readonly deadEnd: DeadEnd }
  /** The search gave up: nothing is known. */
  | { readonly kind: 'undecided' }
)

/** How many states the search looks at before it gives up. The hardest histories need a million. */
export const NODES_MAX = 3_000_000

/**
 * Looks for an order of the history in which every answer is true.
 *
 * It first leaves out lost starts that no later answer mentions. Few of them took effect, and each
 * doubles the work.
 */
export function findOrder(history: History, nodesMax = NODES_MAX): Verdict {
  const story = storyOf(history)
  const dark = darkStarts(history.calls)
  const first = new Search(story, { nodesMax, leftOut: dark }).run()
  if (first.kind === 'ordered' || dark.size === 0) return first
  const whole = new Search(story, { nodesMax, leftOut: new Set() }).run()
  return { ...whole, nodes: first.nodes + whole.nodes }
}

/** The bounds of a search, and which lost calls it assumes never took effect. */
type Bounds = { readonly nodesMax: number; readonly leftOut: ReadonlySet<number> }

type Candidate = { readonly index: number; readonly step: Step }

class Search {
  readonly #story: Story
  readonly #bounds: Bounds
  readonly #outlook: Outlook
  readonly #needs: Needs
  /**
   * For the answers to come and the state: which lost calls were placed before, in attempts that
   * found no order.
   */
  readonly #tried = new Map<string, readonly bigint[]>()
  readonly #order: number[] = []
  #nodes = 0
  #deadEnd: DeadEnd = { order: [], state: EMPTY_STATE, refusals: [] }

  constructor(story: Story, bounds: Bounds) {
    this.#story = story
    this.#bounds = bounds
    this.#needs = new Needs(story.history)
    this.#outlook = new Outlook(story.history, this.#needs.witnesses)
  }

  run(): Verdict {
    const isOrdered = this.#visit(EMPTY_STATE)
    const nodes = this.#nodes
    if (isOrdered) return { kind: 'ordered', order: this.#order, nodes }
    if (nodes > this.#bounds.nodesMax) return { kind: 'undecided', nodes }
    return { kind: 'unordered', deadEnd: this.#deadEnd, nodes }
  }

  /** Whether the rest can be ordered from this state on. If it can, the order found is kept. */
  #visit(state: State): boolean {
    const depth = this.#order.length
    const candidates = this.#takeAllThatIsTrue(state)
    if (candidates === undefined) return true
    if (this.#isNew(state)) {
      this.#noteDeadEnd(state, candidates)
      for (const { index, step } of candidates) {
        if (typeof step === 'string') continue
        this.#take(index)
        for (const next of step) {
          // A lost call that changes nothing here may as well come later, or never.
          const isIdle = next === state && this.#callAt(index).end === undefined
          if (isIdle || this.#needs.isMissing(index, state, next)) continue
          if (this.#visit(this.#outlook.trimmed(next))) return true
        }
        this.#takeBack()
      }
    }
    while (this.#order.length > depth) this.#takeBack()
    return false
  }

  /**
   * Takes each answer that is true and changes nothing. Then returns the calls that may come next,
   * or nothing if all have come.
   */
  #takeAllThatIsTrue(state: State): readonly Candidate[] | undefined {
    for (;;) {
      const { calls, answeredLeft } = this.#outlook.next()
      if (answeredLeft === 0) return undefined
      const { leftOut } = this.#bounds
      const considered = calls.filter((index) => !leftOut.has(index))
      const candidates = considered.map((index) => ({ index, step: outcomesOf(this.#scene(index, state)) }))
      const idle = candidates.filter(({ index, step }) => this.#isIdle(index, step, state))
      if (idle.length === 0) return candidates
      for (const { index } of idle) this.#take(index)
    }
  }

  /**
   * Whether the call changed nothing, by its kind or because it was refused, and says nothing new
   * here.
   */
  #isIdle(index: number, step: Step, state: State): boolean {
    if (typeof step === 'string' || !changesNothing(this.#callAt(index))) return false
    const [next] = step
    return next !== undefined && (next === state || this.#outlook.trimmed(next) === state)
  }

  #scene(index: number, state: State): Scene {
    const { history } = this.#story
    const call = this.#callAt(index)
    const { sentMs, endMs, provenMs } = this.#outlook.boundsOf(index)
    const asked = provenMs === undefined ? { from: call.calledMs, to: endMs } : exactly(provenMs)
    const judged = shifted({ from: asked.from, to: endMs }, -history.skewMs)
    const seen = { from: Math.max(call.calledMs, sentMs) - history.skewMs, to: judged.to }
    return { story: this.#story, index, call, question: call.question, state, asked, judged, seen }
  }

  #callAt(index: number): Call {
    return this.#story.history.calls[index] as Call
  }

  #take(index: number): void {
    this.#order.push(index)
    this.#outlook.take(index)
    this.#needs.take(index)
  }

  #takeBack(): void {
    const index = this.#order.pop()
    if (index === undefined) return
    this.#outlook.takeBack(index)
    this.#needs.takeBack(index)
  }

  /**
   * Whether this is new: no attempt had the same state, the same answers to come and at least these
   * lost calls to place.
   */
  #isNew(state: State): boolean {
    this.#nodes += 1
    if (this.#nodes > this.#bounds.nodesMax) return false
    const key = `${this.#outlook.key} ${keyOf(state)}`
    const { lostTaken } = this.#outlook
    const tried = this.#tried.get(key) ?? []
    if (tried.some((taken) => (taken & lostTaken) === taken)) return false
    this.#tried.set(key, [...tried.filter((taken) => (taken & lostTaken) !== lostTaken), lostTaken])
    return true
  }

  #noteDeadEnd(state: State, candidates: readonly Candidate[]): void {
    if (this.#order.length < this.#deadEnd.order.length) return
    const refusals = candidates.flatMap(({ index, step }) =>
      typeof step === 'string' ? [{ index, why: step }] : [],
    )
    this.#deadEnd = { order: [...this.#order], state, refusals }
  }
}
