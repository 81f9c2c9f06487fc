/**
 * Which calls can have taken a lease that an answer speaks of.
 */
import { idIn, type Call } from './history.ts'

type Taker = {
  readonly index: number
  readonly calledAt: number
  /** Infinite if its answer was lost. */
  readonly returnedAt: number
}

export class Takers {
  readonly #byTag = new Map<string, number>()
  readonly #byLabel = new Map<string, number>()
  readonly #byId = new Map<string, Taker[]>()

  constructor(calls: readonly Call[]) {
    for (const [index, { question, calledAt, end }] of calls.entries()) {
      if (question.kind !== 'start' && question.kind !== 'heartbeat') continue
      if (question.label !== undefined) this.#byLabel.set(question.label, index)
      if (end !== undefined && end.answer.status !== 201) continue
      if (end?.answer.etag !== undefined) this.#byTag.set(end.answer.etag, index)
      const taker = { index, calledAt, returnedAt: end?.returnedAt ?? Number.POSITIVE_INFINITY }
      this.#byId.set(idIn(question), [...(this.#byId.get(idIn(question)) ?? []), taker])
    }
  }

  ofTag(tag: string | undefined): number | undefined {
    return tag === undefined ? undefined : this.#byTag.get(tag)
  }

  ofLabel(label: string | undefined): number | undefined {
    return label === undefined ? undefined : this.#byLabel.get(label)
  }

  /** All that can have taken the lease of this id of which an answer speaks. */
  possible(id: string, { calledAt, end }: Call): readonly number[] {
    const takers = this.#byId.get(id) ?? []
    const until = end?.returnedAt ?? Number.POSITIVE_INFINITY
    const isOver = (taker: Taker) =>
      takers.some((later) => taker.returnedAt < later.calledAt && later.returnedAt < calledAt)
    return takers.filter((taker) => taker.calledAt < until && !isOver(taker)).map(({ index }) => index)
  }
}

/** Lost starts whose streams no answer speaks of afterwards. */
export function darkStarts(calls: readonly Call[]): ReadonlySet<number> {
  const takers = new Takers(calls)
  const spokenOf = new Set<number | undefined>()
  for (const call of calls) {
    const { streams = [], ended = [], by, id } = call.end?.answer ?? {}
    for (const { label } of [...streams, by ?? {}]) spokenOf.add(takers.ofLabel(label))
    const ids = [...streams.map((stream) => stream.id), ...ended, ...(id === undefined ? [] : [id])]
    for (const taker of ids.flatMap((one) => takers.possible(one, call))) spokenOf.add(taker)
  }
  const starts = calls.flatMap(({ question, end }, index) =>
    question.kind === 'start' && end === undefined ? [index] : [],
  )
  return new Set(starts.filter((index) => !spokenOf.has(index)))
}
