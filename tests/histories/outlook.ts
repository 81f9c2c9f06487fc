/** Which calls of a history are still to come in an order, and what follows from that alone. */
import { SeededRandom } from '../simulation/world/seeded-random.ts'
import { idIn, type Call, type History } from './history.ts'
import type { State } from './model/state.ts'

/** The calls that may come next, and how many answered calls are still to come. */
export type Next = { readonly calls: readonly number[]; readonly answeredLeft: number }

/** When a call that comes next can have taken effect. */
export type Bounds = {
  /** When the last grant before it was sent. */
  readonly sentMs: number
  readonly endMs: number
  /** When it read its clock, if its own answer was lost and another one tells. */
  readonly provenMs: number | undefined
}

export class Outlook {
  readonly #calls: readonly Call[]
  readonly #skewMs: number
  /**
   * The calls to come in the order in which they were sent, linked both ways. Node 0 is the head.
   * Node n + 1 is call n.
   */
  readonly #after: Int32Array
  readonly #before: Int32Array
  readonly #marks: readonly (readonly [number, number])[]
  /**
   * How many calls to come ask for a lease with this id, and how many of them are answered
   * heartbeats.
   */
  readonly #askersOf = new Map<string, number>()
  readonly #heartbeatsOf = new Map<string, number>()
  /** One bit for each lost call in the order. */
  #lostTaken = 0n
  /** When each grant in the order was sent, or the one before it if that was later. */
  readonly #sentMs: number[] = [0]
  /**
   * By which place each call took effect, if it did: when it returned, or when an answer that
   * mentions it returned.
   */
  readonly #returns: readonly number[]
  /** When a lost call read its clock, if an answer tells. */
  readonly #provenMs: readonly (number | undefined)[]
  #answeredLeft: number
  #hashLow = 0
  #hashHigh = 0

  /** @param witnesses for each call, the answers that say that it took effect. */
  constructor({ calls, skewMs }: History, witnesses: ReadonlyMap<number, readonly number[]>) {
    this.#calls = calls
    this.#skewMs = skewMs
    const random = new SeededRandom(calls.length)
    this.#marks = calls.map(() => [random.below(2 ** 31), random.below(2 ** 31)])
    const nodes = calls.length + 1
    this.#after = Int32Array.from({ length: nodes }, (_, node) => (node + 1) % nodes)
    this.#before = Int32Array.from({ length: nodes }, (_, node) => (node + nodes - 1) % nodes)
    this.#answeredLeft = calls.filter(({ end }) => end !== undefined).length
    for (const call of calls) this.#countAsker(call, 1)
    this.#returns = calls.map(({ end }, index) => {
      const told = (witnesses.get(index) ?? []).map((witness) => calls[witness]?.end?.returnedAt ?? 0)
      return Math.min(end?.returnedAt ?? Number.POSITIVE_INFINITY, ...told)
    })
    this.#provenMs = calls.map((call, index) =>
      call.end === undefined
        ? provenMs(
            call,
            (witnesses.get(index) ?? []).map((witness) => calls[witness]),
          )
        : undefined,
    )
  }

  /** Which lost calls are in the order. */
  get lostTaken(): bigint {
    return this.#lostTaken
  }

  /** Gives the same text if the same answered calls are still to come. */
  get key(): string {
    return `${this.#hashLow.toString(36)} ${this.#hashHigh.toString(36)}`
  }

  /**
   * The calls that were sent before any of those to come returned. The first to return comes first.
   */
  next(): Next {
    const calls: number[] = []
    let firstReturn = Number.POSITIVE_INFINITY
    for (let node = this.#after[0]; node; node = this.#after[node]) {
      const call = this.#call(node - 1)
      if (call.calledAt > firstReturn) break
      calls.push(node - 1)
      firstReturn = Math.min(firstReturn, this.#returns[node - 1] ?? 0)
    }
    calls.sort((one, other) => (this.#returns[one] ?? 0) - (this.#returns[other] ?? 0))
    return { calls, answeredLeft: this.#answeredLeft }
  }

  /** By when a call that comes next took effect, and when the last grant before it was sent. */
  boundsOf(index: number): Bounds {
    const { end } = this.#call(index)
    const endMs = end?.returnedMs ?? this.#firstReturnMs()
    return { sentMs: this.#sentMs.at(-1) ?? 0, endMs, provenMs: this.#provenMs[index] }
  }

  take(index: number): void {
    const node = index + 1
    const [before = 0, after = 0] = [this.#before[node], this.#after[node]]
    this.#after[before] = after
    this.#before[after] = before
    this.#count(index, -1)
    const sentMs = this.#sentMs.at(-1) ?? 0
    this.#sentMs.push(this.isGrant(index) ? Math.max(sentMs, this.#call(index).calledMs) : sentMs)
  }

  /** Undoes the last `take`. */
  takeBack(index: number): void {
    const node = index + 1
    const [before = 0, after = 0] = [this.#before[node], this.#after[node]]
    this.#after[before] = node
    this.#before[after] = node
    this.#count(index, 1)
    this.#sentMs.pop()
  }

  /** Whether the answer is a lease, so that the call certainly wrote. */
  isGrant(index: number): boolean {
    const { question, end } = this.#call(index)
    const status = end?.answer.status
    return status === 201 || (status === 200 && question.kind !== 'list')
  }

  /** The state without what no later call can see. */
  trimmed(state: State): State {
    const sinceMs = this.#nextLookMs() - this.#skewMs
    const notes = state.notes.filter(({ id }) => (this.#heartbeatsOf.get(id) ?? 0) > 0)
    const leases = state.leases.filter(
      ({ id, expires }) => expires.to > sinceMs || (this.#askersOf.get(id) ?? 0) > 0,
    )
    const isWhole = notes.length === state.notes.length && leases.length === state.leases.length
    return isWhole ? state : { ...state, notes, leases }
  }

  /** The earliest instant at which a later call can have judged which leases are live. */
  #nextLookMs(): number {
    for (let node = this.#after[0]; node; node = this.#after[node]) {
      const { end, question, calledMs } = this.#call(node - 1)
      if (end !== undefined || question.kind === 'start') return calledMs
    }
    return Number.POSITIVE_INFINITY
  }

  #firstReturnMs(): number {
    let [first, firstMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let node = this.#after[0]; node; node = this.#after[node]) {
      const { calledAt, end } = this.#call(node - 1)
      if (calledAt > first) break
      if (end !== undefined && end.returnedAt < first) [first, firstMs] = [end.returnedAt, end.returnedMs]
    }
    return firstMs
  }

  #count(index: number, by: 1 | -1): void {
    const call = this.#call(index)
    this.#countAsker(call, by)
    if (call.end === undefined) {
      this.#lostTaken ^= 1n << BigInt(index)
      return
    }
    const [low, high] = this.#marks[index] ?? [0, 0]
    this.#hashLow ^= low
    this.#hashHigh ^= high
    this.#answeredLeft += by
  }

  #countAsker({ question, end }: Call, by: 1 | -1): void {
    if (question.kind !== 'start' && question.kind !== 'heartbeat') return
    const id = idIn(question)
    this.#askersOf.set(id, (this.#askersOf.get(id) ?? 0) + by)
    if (question.kind === 'start' || end === undefined) return
    this.#heartbeatsOf.set(id, (this.#heartbeatsOf.get(id) ?? 0) + by)
  }

  #call(index: number): Call {
    return this.#calls[index] as Call
  }
}

/**
 * When a lost start read its clock. An answer that shows its lease, or its eviction of another,
 * tells.
 */
function provenMs({ question }: Call, witnesses: readonly (Call | undefined)[]): number | undefined {
  const label = 'label' in question ? question.label : undefined
  for (const witness of witnesses) {
    const { by, atMs, streams = [] } = witness?.end?.answer ?? {}
    if (by !== undefined && by.label === label) return atMs
    const shown = streams.find((stream) => stream.startedAtMs !== undefined && stream.label === label)
    if (shown !== undefined) return shown.startedAtMs
  }
  return undefined
}
