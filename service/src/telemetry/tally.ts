import { Counter, type Registry } from '@prometheus-io/client'

/** Up to three texts, in the order of the labels' names. */
type Values = readonly [first: string, second: string, third?: string]

/** How often one combination of labels was counted. */
type Series = { readonly values: Values; count: number }

/** What a counter is called, and its labels. */
export type TallyOptions = {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
}

/**
 * Counts by two or three labels, and tells the client at a scrape.
 *
 * The labels are texts that exist already. So a count takes two or three lookups and makes no
 * object. The client's own counter joins all labels to a new text each time, which takes several
 * times as long.
 */
export class Tally {
  readonly #series = new Map<string, Map<string, Map<string, Series>>>()
  readonly #all: Series[] = []

  /** Adds the counter to a registry. */
  constructor(registry: Registry, { name, help, labelNames }: TallyOptions) {
    const all = this.#all
    const counter = new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [],
      collect() {
        this.reset()
        for (const { values, count } of all) {
          this.inc(Object.fromEntries(labelNames.map((label, place) => [label, values[place] ?? ''])), count)
        }
      },
    })
    registry.registerMetric(counter)
  }

  /** How many combinations of labels were counted. */
  get size(): number {
    return this.#all.length
  }

  has(first: string, second: string, third = ''): boolean {
    return this.#series.get(first)?.get(second)?.has(third) === true
  }

  count(first: string, second: string, third = ''): void {
    const known = this.#series.get(first)?.get(second)?.get(third)
    if (known === undefined) this.#begin([first, second, third])
    else known.count += 1
  }

  #begin(values: readonly [string, string, string]): void {
    const [first, second, third] = values
    const bySecond = entryOf(this.#series, first, () => new Map<string, Map<string, Series>>())
    const byThird = entryOf(bySecond, second, () => new Map<string, Series>())
    const series = { values, count: 1 }
    byThird.set(third, series)
    this.#all.push(series)
  }
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
