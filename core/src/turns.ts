/**
 * Lets what concerns one key happen one after the other.
 *
 * A failure ends the wait of everything behind it with the same error: what failed for the first fails for the
 * others too, and none of them should wait for that again in its turn.
 */
export class Turns<Key> {
  readonly #last = new Map<Key, Promise<Failure | undefined>>()

  /** Does the work when its turn has come; `hasWaited` tells whether something else was done meanwhile. */
  async take<Result>(key: Key, work: (hasWaited: boolean) => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key)
    const result = before === undefined ? work(false) : after(before, work)
    const over = result.then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    this.#last.set(key, over)
    try {
      return await result
    } finally {
      if (this.#last.get(key) === over) this.#last.delete(key)
    }
  }
}

type Failure = { readonly error: unknown }

async function after<Result>(
  before: Promise<Failure | undefined>,
  work: (hasWaited: boolean) => Promise<Result>,
): Promise<Result> {
  const failure = await before
  if (failure !== undefined) throw failure.error
  return work(true)
}
