/** Something with an instant, in milliseconds since the epoch. */
export type Timed = { readonly atMs: number }

type Queued<Item> = { readonly item: Item; readonly order: number }

/** A binary heap, oldest at the front. Items of one instant keep the order of their arrival. */
export class TimeQueue<Item extends Timed> {
  readonly #heap: Queued<Item>[] = []
  #count = 0

  push(item: Item): void {
    this.#count += 1
    let index = this.#heap.push({ item, order: this.#count }) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  /** Takes out the oldest one, if it is not younger. */
  takeOne(boundMs: number): Item | undefined {
    const [first] = this.#heap
    if (first === undefined || first.item.atMs > boundMs) return undefined
    this.#dropFirst()
    return first.item
  }

  /** Takes out, in order, all that are not younger. */
  takeUntil(boundMs: number): Item[] {
    const taken: Item[] = []
    for (let item = this.takeOne(boundMs); item !== undefined; item = this.takeOne(boundMs)) taken.push(item)
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
    const difference = first.item.atMs - second.item.atMs
    return difference < 0 || (difference === 0 && first.order < second.order)
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#heap[one], this.#heap[other]]
    if (first === undefined || second === undefined) return
    this.#heap[one] = second
    this.#heap[other] = first
  }
}
