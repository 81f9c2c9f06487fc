/**
 * What counts as one slot of a limit. A stream uses a slot, or shares it with all others that have
 * the same value of the attribute `distinct`.
 */
import { attributeOf, type Described } from '../attributes.ts'
import type { Limit } from '../plan.ts'

/** How many slots of the limit these streams use. */
export function slotsUsed({ distinct }: Pick<Limit, 'distinct'>, streams: readonly Described[]): number {
  if (distinct === undefined) return streams.length
  const values = streams.map((stream) => attributeOf(stream, distinct))
  const told = values.filter((value) => value !== undefined)
  return new Set(told).size + values.length - told.length
}

/** Whether two streams share a slot of the limit. */
export function shareSlot({ distinct }: Limit, one: Described, other: Described): boolean {
  if (distinct === undefined) return false
  const value = attributeOf(one, distinct)
  return value !== undefined && value === attributeOf(other, distinct)
}

/** The slots of a limit while streams are put into them, one after another. */
export class SlotCount {
  readonly #limit: Limit
  readonly #taken: Described[] = []
  #used = 0

  constructor(limit: Limit, first: Described) {
    this.#limit = limit
    this.take(first)
  }

  /** Whether the stream fits beside those that were taken. */
  fits(stream: Described): boolean {
    return this.#used < this.#limit.max || this.#hasSlot(stream)
  }

  take(stream: Described): void {
    if (!this.#hasSlot(stream)) this.#used += 1
    if (this.#limit.distinct !== undefined) this.#taken.push(stream)
  }

  #hasSlot(stream: Described): boolean {
    return this.#taken.some((other) => shareSlot(this.#limit, stream, other))
  }
}
