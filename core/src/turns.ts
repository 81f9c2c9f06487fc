/**
 * Lets what concerns one key happen one after the other.
 *
 * A failure that the others would meet too ends the wait of everything behind it with the same
 * error: none of them should wait for that again in its turn.
 */
export class Turns<Key> {
  readonly #isForAll: (error: unknown) => boolean
  readonly #last = new Map<Key, Promise<Failure | undefined>>()

  /** @param isForAll whether work that is still waiting would fail with this error too. */
  constructor(isForAll: (error: unknown) => boolean) {
    this.#isForAll = isForAll
  }

  /**
   * Does the work when its turn has come; `hasWaited` tells whether something else was done
   * meanwhile.
   */
  async take<Result>(key: Key, work: (hasWaited: boolean) => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key)
    const result = before === undefined ? work(false) : after(before, work)
    const over = result.then(
      () => undefined,
      (error: unknown) => (this.#isForAll(error) ? { error } : undefined),
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
