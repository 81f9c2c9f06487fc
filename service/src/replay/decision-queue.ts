/** Decisions of several logs in the order of their time. It remembers a few seconds of them. */
import type { LoggedDecision } from '../telemetry/decision-reader.ts'

/**
 * How far lines of one log may be from their order. A process writes them in batches, up to a tenth
 * of a second late, several processes write into one log, and its reader may be slow.
 */
const DISORDER_MS = 5000

/** A log that is read piece by piece. */
export type DecisionSource = AsyncIterator<readonly LoggedDecision[]>

/** Counts what came too late to be replayed in order. */
export type Disorder = { late: number }

type Open = { readonly source: DecisionSource; newestMs: number }

/**
 * All decisions of all logs, oldest first. Those of the same millisecond come in the order in which
 * they were read.
 */
export async function* inOrderOfTime(
  sources: readonly DecisionSource[],
  disorder: Disorder,
): AsyncGenerator<readonly LoggedDecision[]> {
  const queue = new DecisionQueue()
  let open: Open[] = sources.map((source) => ({ source, newestMs: Number.NEGATIVE_INFINITY }))
  let playedMs = Number.NEGATIVE_INFINITY
  while (open.length > 0) {
    const next = open.reduce((oldest, one) => (one.newestMs < oldest.newestMs ? one : oldest))
    const { done, value } = await next.source.next()
    if (done === true) open = open.filter((one) => one !== next)
    for (const decision of done === true ? [] : value) {
      if (decision.atMs < playedMs) disorder.late += 1
      next.newestMs = Math.max(next.newestMs, decision.atMs)
      queue.push(decision)
    }
    const boundMs = Math.min(...open.map(({ newestMs }) => newestMs)) - DISORDER_MS
    const ready = queue.takeUntil(boundMs)
    playedMs = ready.at(-1)?.atMs ?? playedMs
    if (ready.length > 0) yield ready
  }
}

type Queued = { readonly decision: LoggedDecision; readonly order: number }

/** A binary heap, oldest at the front. */
class DecisionQueue {
  readonly #heap: Queued[] = []
  #count = 0

  push(decision: LoggedDecision): void {
    this.#count += 1
    let index = this.#heap.push({ decision, order: this.#count }) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  /** Takes out, in order, all that are not younger. */
  takeUntil(boundMs: number): LoggedDecision[] {
    const taken: LoggedDecision[] = []
    for (
      let first = this.#heap[0];
      first !== undefined && first.decision.atMs <= boundMs;
      [first] = this.#heap
    ) {
      taken.push(first.decision)
      this.#dropFirst()
    }
    return taken
  }

  #dropFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    let index = 0
    while (true) {
      const [left, right] = [2 * index + 1, 2 * index + 2]
      let smallest = index
      if (left < this.#heap.length && this.#isBefore(left, smallest)) smallest = left
      if (right < this.#heap.length && this.#isBefore(right, smallest)) smallest = right
      if (smallest === index) return
      this.#swap(index, smallest)
      index = smallest
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [first, second] = [this.#heap[one], this.#heap[other]]
    if (first === undefined || second === undefined) return false
    const difference = first.decision.atMs - second.decision.atMs
    return difference < 0 || (difference === 0 && first.order < second.order)
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#heap[one], this.#heap[other]]
    if (first === undefined || second === undefined) return
    this.#heap[one] = second
    this.#heap[other] = first
  }
}
