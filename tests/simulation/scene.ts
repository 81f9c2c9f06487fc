import { mayHaveWritten, type History, type Operation, type Terms } from './history.ts'
import type { Taking, Takings } from './takings.ts'

/** How many writes in a row a limiter may lose before it gives up. */
const ATTEMPTS = 10

/** One user's part of a history, as the rules look at it. */
export type Scene = { readonly history: History; readonly terms: Terms; readonly takings: Takings }

/** Whether the first was answered before the second was asked, so that no order can have them the other way. */
export function isBefore(one: Operation, other: Operation): boolean {
  return one.answered.step < other.invoked.step
}

/** Whether the two were under way at the same time. */
export function overlap(one: Operation, other: Operation): boolean {
  return one !== other && !isBefore(one, other) && !isBefore(other, one)
}

/** How messages name a taking. */
export function nameOf({ id, generation }: Pick<Taking, 'id' | 'generation'>): string {
  return `${id} (${generation ?? 'of an unknown generation'})`
}

/** Whether others wrote often enough meanwhile to win every race against this operation. */
export function mayHaveLostAllRaces({ takings }: Scene, operation: Operation): boolean {
  const others = takings.operations.filter((each) => overlap(each, operation) && mayHaveWritten(each))
  // A start writes twice where it drops an old note on its own eviction.
  const writes = others.reduce((sum, { request }) => sum + (request.verb === 'start' ? 2 : 1), 0)
  return writes >= ATTEMPTS
}
