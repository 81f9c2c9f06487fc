/**
 * Repeatable randomness: the same seed gives the same numbers on every machine.
 *
 * The generator is mulberry32. It is good enough to choose what happens next, and for nothing else.
 */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** A number from 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** A whole number from 0 up to, but not including, `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  /** `true` with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** One of the items, all equally likely. There must be at least one. */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('Nothing to pick from')
    return item
  }

  /** One of the items, chosen by weight. At least one weight must be above 0. */
  weigh<Item>(items: readonly Item[], weightOf: (item: Item) => number): Item {
    const total = items.reduce((sum, item) => sum + weightOf(item), 0)
    let rest = this.next() * total
    for (const item of items) {
      rest -= weightOf(item)
      if (rest < 0) return item
    }
    throw new RangeError('Nothing to pick from')
  }
}
