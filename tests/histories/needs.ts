/**
 * What the answers to come need: takings that must still be held, and notes that must still be there. An order in which
 * one of them is gone too soon leads nowhere, and the search need not find that out by trying all the rest.
 */
import { idIn, type Answer, type Call, type History } from './history.ts'
import type { State } from './model/state.ts'
import { Takers } from './takers.ts'

/** A lease that an answer needs to be held, by the calls of which one must have taken it. */
type Taking = { readonly takers: readonly number[]; needers: number }

/** A note by its stream and the call that ended it; one of a former taking may do. */
type NoteNeed = { readonly by: number; readonly id: string; readonly mayBePast: boolean }

/** What one answer needs before it. */
type Need = { readonly takings: readonly Taking[]; readonly note?: NoteNeed }

export class Needs {
  readonly #needs: readonly Need[]
  readonly #takingsOf = new Map<number, Taking[]>()
  readonly #notes = new Map<string, number>()
  /** The streams of which an answer says that this call ended them. */
  readonly #endedBy = new Map<number, Set<string>>()
  readonly #isInOrder: Uint8Array

  constructor({ calls }: History) {
    const takings = new TakingTable(new Takers(calls))
    this.#needs = calls.map((call) => takings.needOf(call))
    this.#isInOrder = new Uint8Array(calls.length)
    for (const taking of takings.all) {
      for (const taker of taking.takers) {
        this.#takingsOf.set(taker, [...(this.#takingsOf.get(taker) ?? []), taking])
      }
    }
    for (const { note } of this.#needs) {
      if (note === undefined) continue
      this.#notes.set(keyOf(note), (this.#notes.get(keyOf(note)) ?? 0) + 1)
      this.#endedBy.set(note.by, (this.#endedBy.get(note.by) ?? new Set()).add(note.id))
    }
  }

  /** For each call of which answers tell that it took effect: the places of those answers. */
  get witnesses(): ReadonlyMap<number, readonly number[]> {
    const witnesses = new Map<number, number[]>()
    for (const [index, { takings, note }] of this.#needs.entries()) {
      const certain = takings.flatMap(({ takers }) => (takers.length === 1 ? takers : []))
      for (const cause of new Set([...certain, ...(note === undefined ? [] : [note.by])])) {
        witnesses.set(cause, [...(witnesses.get(cause) ?? []), index])
      }
    }
    return witnesses
  }

  take(index: number): void {
    this.#count(index, -1)
    this.#isInOrder[index] = 1
  }

  takeBack(index: number): void {
    this.#count(index, 1)
    this.#isInOrder[index] = 0
  }

  /** Whether something that is needed is not there after a call, and cannot come any more. */
  isMissing(index: number, before: State, after: State): boolean {
    return (
      this.#isGone(index, after) ||
      before.leases.some(({ takenBy }) => this.#isGone(takenBy, after)) ||
      before.notes.some(({ by, id }) => this.#isNoteGone({ by, id }, after)) ||
      [...(this.#endedBy.get(index) ?? [])].some((id) => this.#isNoteGone({ by: index, id }, after))
    )
  }

  /** Whether a lease is needed that this call took, that is not held, and that no other call can take. */
  #isGone(taker: number, { leases }: State): boolean {
    return (this.#takingsOf.get(taker) ?? []).some(
      ({ takers, needers }) =>
        needers > 0 &&
        takers.every((one) => this.#isInOrder[one] === 1) &&
        !leases.some(({ takenBy }) => takers.includes(takenBy)),
    )
  }

  /** A heartbeat that names its generation is told of a former taking too. */
  #isNoteGone({ by, id }: Pick<NoteNeed, 'by' | 'id'>, { notes }: State): boolean {
    const fresh = this.#notes.get(keyOf({ by, id, mayBePast: false })) ?? 0
    const any = fresh + (this.#notes.get(keyOf({ by, id, mayBePast: true })) ?? 0)
    return any > 0 && !notes.some((note) => note.by === by && note.id === id && (fresh === 0 || !note.isPast))
  }

  #count(index: number, by: 1 | -1): void {
    const { takings, note } = this.#needs[index] ?? { takings: [] }
    for (const taking of takings) taking.needers += by
    if (note !== undefined) this.#notes.set(keyOf(note), (this.#notes.get(keyOf(note)) ?? 0) + by)
  }
}

function keyOf({ by, id, mayBePast }: NoteNeed): string {
  return `${by} ${mayBePast} ${id}`
}

/** Whether an answer can say anything of leases. */
function isTelling({ status }: Answer): boolean {
  return status === 200 || status === 201 || status === 409 || status === 410
}

/** The takings that answers need, each once. */
class TakingTable {
  readonly #takers: Takers
  readonly #takings = new Map<string, Taking>()

  constructor(takers: Takers) {
    this.#takers = takers
  }

  get all(): Iterable<Taking> {
    return this.#takings.values()
  }

  /** What an answer needs. What it says of its own lease is known from its own tag. */
  needOf(call: Call): Need {
    const { question, end } = call
    if (end === undefined || !isTelling(end.answer)) return { takings: [] }
    const { status, etag, streams = [], ended = [], by } = end.answer
    const others = streams.filter(({ id }) => status !== 410 && (etag === undefined || id !== idIn(question)))
    const shown = others.map(({ id, label }) => this.#takersOf(call, id, label))
    const gone = ended.map((id) => this.#takersOf(call, id, undefined))
    const own = status === 200 ? this.#takers.ofTag(etag) : undefined
    const sets = [...shown, ...gone, own === undefined ? [] : [own]].filter((takers) => takers.length > 0)
    const takings = [...new Set(sets.map((takers) => this.#taking(takers)))]
    for (const taking of takings) taking.needers += 1
    const evictor = question.kind === 'heartbeat' ? this.#takers.ofLabel(by?.label) : undefined
    if (evictor === undefined || question.kind !== 'heartbeat') return { takings }
    return {
      takings,
      note: { by: evictor, id: question.id, mayBePast: true },
    }
  }

  #takersOf(call: Call, id: string, label: string | undefined): readonly number[] {
    const named = this.#takers.ofLabel(label)
    return named === undefined ? this.#takers.possible(id, call) : [named]
  }

  #taking(takers: readonly number[]): Taking {
    const key = takers.join(' ')
    const known = this.#takings.get(key) ?? { takers, needers: 0 }
    this.#takings.set(key, known)
    return known
  }
}
