/** Counts by key, in the order in which keys come. */
export class Counter<Key> {
  readonly #counts = new Map<Key, number>()

  add(key: Key, amount = 1): void {
    this.#counts.set(key, this.of(key) + amount)
  }

  of(key: Key): number {
    return this.#counts.get(key) ?? 0
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, each) => sum + each, 0)
  }

  /** The largest count first. */
  get largestFirst(): readonly (readonly [Key, number])[] {
    return [...this.#counts].toSorted(([, one], [, other]) => other - one)
  }

  get keys(): readonly Key[] {
    return [...this.#counts.keys()]
  }
}

/** The value that this share of the values does not exceed. `null` of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number | null {
  if (sorted.length === 0) return null
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null
}
