/** The few largest of many, without keeping all. */
export class Top<Item> {
  readonly #size: number
  readonly #valueOf: (item: Item) => number
  readonly #items: Item[] = []

  constructor(size: number, valueOf: (item: Item) => number) {
    this.#size = size
    this.#valueOf = valueOf
  }

  /** Of equal items, the first stays. */
  add(item: Item): void {
    const value = this.#valueOf(item)
    const last = this.#items.at(-1)
    if (this.#items.length === this.#size && last !== undefined && this.#valueOf(last) >= value) return
    const place = this.#items.findIndex((other) => this.#valueOf(other) < value)
    this.#items.splice(place === -1 ? this.#items.length : place, 0, item)
    if (this.#items.length > this.#size) this.#items.pop()
  }

  /** The largest first. */
  get items(): readonly Item[] {
    return this.#items
  }
}
