import type { Store, UserId } from '@streamgate/core'

/** No user has this id, because ids hold no control characters. */
export const PROBE_USER = '\u007f' as UserId

/** Whether traffic should come to this process. */
export class Readiness {
  readonly #store: Store
  readonly #isOpenWithoutStore: () => boolean
  #isDraining = false

  /** @param isOpenWithoutStore tells whether streams may run while the store does not answer. */
  constructor(store: Store, isOpenWithoutStore: () => boolean) {
    this.#store = store
    this.#isOpenWithoutStore = isOpenWithoutStore
  }

  /** Asks the store. Never rejects. */
  async now(): Promise<'ready' | 'degraded' | 'draining' | 'store-unavailable'> {
    if (this.#isDraining) return 'draining'
    if (await this.#isAnswering()) return 'ready'
    return this.#isOpenWithoutStore() ? 'degraded' : 'store-unavailable'
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
