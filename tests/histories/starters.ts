/** Which calls can have started a lease that an answer mentions. */
import { idIn, type Call } from './history.ts'

type Starter = {
  readonly index: number
  readonly calledAt: number
  /** Infinite if its answer was lost. */
  readonly returnedAt: number
}

export class Starters {
  readonly #byTag = new Map<string, number>()
  readonly #byLabel = new Map<string, number>()
  readonly #byId = new Map<string, Starter[]>()

  constructor(calls: readonly Call[]) {
    for (const [index, { question, calledAt, end }] of calls.entries()) {
      if (question.kind !== 'start' && question.kind !== 'heartbeat') continue
      if (question.label !== undefined) this.#byLabel.set(question.label, index)
      if (end !== undefined && end.answer.status !== 201) continue
      if (end?.answer.etag !== undefined) this.#byTag.set(end.answer.etag, index)
      const starter = { index, calledAt, returnedAt: end?.returnedAt ?? Number.POSITIVE_INFINITY }
      this.#byId.set(idIn(question), [...(this.#byId.get(idIn(question)) ?? []), starter])
    }
  }

  ofTag(tag: string | undefined): number | undefined {
    return tag === undefined ? undefined : this.#byTag.get(tag)
  }

  ofLabel(label: string | undefined): number | undefined {
    return label === undefined ? undefined : this.#byLabel.get(label)
  }

  /** All calls that can have started the lease with this id that an answer mentions. */
  possible(id: string, { calledAt, end }: Call): readonly number[] {
    const starters = this.#byId.get(id) ?? []
    const until = end?.returnedAt ?? Number.POSITIVE_INFINITY
    const isOver = (starter: Starter) =>
      starters.some((later) => starter.returnedAt < later.calledAt && later.returnedAt < calledAt)
    return starters
      .filter((starter) => starter.calledAt < until && !isOver(starter))
      .map(({ index }) => index)
  }
}

/** Lost starts whose streams no later answer mentions. */
export function darkStarts(calls: readonly Call[]): ReadonlySet<number> {
  const starters = new Starters(calls)
  const spokenOf = new Set<number | undefined>()
  for (const call of calls) {
    const { streams = [], ended = [], by, id } = call.end?.answer ?? {}
    for (const { label } of [...streams, by ?? {}]) spokenOf.add(starters.ofLabel(label))
    const ids = [...streams.map((stream) => stream.id), ...ended, ...(id === undefined ? [] : [id])]
    for (const starter of ids.flatMap((one) => starters.possible(one, call))) spokenOf.add(starter)
  }
  const starts = calls.flatMap(({ question, end }, index) =>
    question.kind === 'start' && end === undefined ? [index] : [],
  )
  return new Set(starts.filter((index) => !spokenOf.has(index)))
}
