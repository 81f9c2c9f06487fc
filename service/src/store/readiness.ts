import type { Store, UserId } from '@streamgate/core'

/** No user has this id, because ids hold no control characters. */
const PROBE_USER = '\u007f' as UserId

/** Whether traffic should come to this process. */
export class Readiness {
  readonly #store: Store
  #isDraining = false

  constructor(store: Store) {
    this.#store = store
  }

  /** Asks the store. Never rejects. */
  async now(): Promise<'ready' | 'draining' | 'store-unavailable'> {
    if (this.#isDraining) return 'draining'
    return (await this.#isAnswering()) ? 'ready' : 'store-unavailable'
  }

  /** From now on no traffic should come. */
  startDraining(): void {
    this.#isDraining = true
  }

  async #isAnswering(): Promise<boolean> {
    try {
      await this.#store.read(PROBE_USER)
      return true
    } catch {
      return false
    }
  }
}
