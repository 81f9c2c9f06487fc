/**
 * What later answers need: leases that must still be held, and notes that must still be there. An
 * order that ends one too soon is a dead end, and the search need not try the rest of it.
 */
import { idIn, type Answer, type Call, type History } from './history.ts'
import type { State } from './model/state.ts'
import { Starters } from './starters.ts'

/** A lease that an answer needs to be held, and the calls that can have started it. */
type NeededLease = { readonly starters: readonly number[]; needers: number }

/** A note, by its stream and the call that ended it. A note on a former lease may do. */
type NoteNeed = { readonly by: number; readonly id: string; readonly mayBePast: boolean }

/** What one answer needs before it. */
type Need = { readonly leases: readonly NeededLease[]; readonly note?: NoteNeed }

export class Needs {
  readonly #needs: readonly Need[]
  readonly #leasesOf = new Map<number, NeededLease[]>()
  readonly #notes = new Map<string, number>()
  /** The streams that this call ended, according to an answer. */
  readonly #endedBy = new Map<number, Set<string>>()
  readonly #isInOrder: Uint8Array

  constructor({ calls }: History) {
    const table = new NeedTable(new Starters(calls))
    this.#needs = calls.map((call) => table.needOf(call))
    this.#isInOrder = new Uint8Array(calls.length)
    for (const lease of table.all) {
      for (const starter of lease.starters) {
        this.#leasesOf.set(starter, [...(this.#leasesOf.get(starter) ?? []), lease])
      }
    }
    for (const { note } of this.#needs) {
      if (note === undefined) continue
      this.#notes.set(keyOf(note), (this.#notes.get(keyOf(note)) ?? 0) + 1)
      this.#endedBy.set(note.by, (this.#endedBy.get(note.by) ?? new Set()).add(note.id))
    }
  }

  /** For each call that took effect according to answers: the places of those answers. */
  get witnesses(): ReadonlyMap<number, readonly number[]> {
    const witnesses = new Map<number, number[]>()
    for (const [index, { leases, note }] of this.#needs.entries()) {
      const certain = leases.flatMap(({ starters }) => (starters.length === 1 ? starters : []))
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

  /** Whether something that is needed is missing after a call and cannot come any more. */
  isMissing(index: number, before: State, after: State): boolean {
    return (
      this.#isGone(index, after) ||
      before.leases.some(({ takenBy }) => this.#isGone(takenBy, after)) ||
      before.notes.some(({ by, id }) => this.#isNoteGone({ by, id }, after)) ||
      [...(this.#endedBy.get(index) ?? [])].some((id) => this.#isNoteGone({ by: index, id }, after))
    )
  }

  /**
   * Whether a lease that this call started is needed, is not held, and cannot be started by another
   * call.
   */
  #isGone(starter: number, { leases }: State): boolean {
    return (this.#leasesOf.get(starter) ?? []).some(
      ({ starters, needers }) =>
        needers > 0 &&
        starters.every((one) => this.#isInOrder[one] === 1) &&
        !leases.some(({ takenBy }) => starters.includes(takenBy)),
    )
  }

  /** A heartbeat that names its generation can be told about a former lease too. */
  #isNoteGone({ by, id }: Pick<NoteNeed, 'by' | 'id'>, { notes }: State): boolean {
    const fresh = this.#notes.get(keyOf({ by, id, mayBePast: false })) ?? 0
    const any = fresh + (this.#notes.get(keyOf({ by, id, mayBePast: true })) ?? 0)
    return any > 0 && !notes.some((note) => note.by === by && note.id === id && (fresh === 0 || !note.isPast))
  }

  #count(index: number, by: 1 | -1): void {
    const { leases, note } = this.#needs[index] ?? { leases: [] }
    for (const lease of leases) lease.needers += by
    if (note !== undefined) this.#notes.set(keyOf(note), (this.#notes.get(keyOf(note)) ?? 0) + by)
  }
}

function keyOf({ by, id, mayBePast }: NoteNeed): string {
  return `${by} ${mayBePast} ${id}`
}

/** Whether an answer can say anything about leases. */
function isTelling({ status }: Answer): boolean {
  return status === 200 || status === 201 || status === 409 || status === 410
}

/** The leases that answers need, each once. */
class NeedTable {
  readonly #starters: Starters
  readonly #leases = new Map<string, NeededLease>()

  constructor(starters: Starters) {
    this.#starters = starters
  }

  get all(): Iterable<NeededLease> {
    return this.#leases.values()
  }

  /** What an answer needs. What it says about its own lease is known from its own tag. */
  needOf(call: Call): Need {
    const { question, end } = call
    if (end === undefined || !isTelling(end.answer)) return { leases: [] }
    const { status, etag, streams = [], ended = [], by } = end.answer
    const others = streams.filter(({ id }) => status !== 410 && (etag === undefined || id !== idIn(question)))
    const shown = others.map(({ id, label }) => this.#startersOf(call, id, label))
    const gone = ended.map((id) => this.#startersOf(call, id, undefined))
    const own = status === 200 ? this.#starters.ofTag(etag) : undefined
    const sets = [...shown, ...gone, own === undefined ? [] : [own]].filter((starters) => starters.length > 0)
    const leases = [...new Set(sets.map((starters) => this.#leaseOf(starters)))]
    for (const lease of leases) lease.needers += 1
    const evictor = question.kind === 'heartbeat' ? this.#starters.ofLabel(by?.label) : undefined
    if (evictor === undefined || question.kind !== 'heartbeat') return { leases }
    return {
      leases,
      note: { by: evictor, id: question.id, mayBePast: true },
    }
  }

  #startersOf(call: Call, id: string, label: string | undefined): readonly number[] {
    const named = this.#starters.ofLabel(label)
    return named === undefined ? this.#starters.possible(id, call) : [named]
  }

  #leaseOf(starters: readonly number[]): NeededLease {
    const key = starters.join(' ')
    const known = this.#leases.get(key) ?? { starters, needers: 0 }
    this.#leases.set(key, known)
    return known
  }
}
