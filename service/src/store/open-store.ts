import type { Store, UserId } from '@streamgate/core'
import type { OpenOptions, StoreAddress } from '@streamgate/stores/engine'
import { withObserver, withTimeLimit, type StoreCall } from '@streamgate/stores/wrappers'

/** No user has this id, because ids hold no control characters. */
const PROBE_USER = '\u007f' as UserId

/**
 * Opens the store at this address.
 *
 * @throws {Error} that names the setting, with the reason as its cause.
 */
export async function openStore(address: StoreAddress, options?: OpenOptions): Promise<Store> {
  try {
    return await address.open(options)
  } catch (cause) {
    throw new Error(`--store ${address.text} cannot be opened`, { cause })
  }
}

/** How calls to a store are limited and measured. */
export type Guard = {
  readonly address: StoreAddress
  readonly storeTimeoutMs: number
  readonly onCall: (call: StoreCall) => void
}

/** The store with its calls limited in time and measured, if they can take long. */
export function guarded(store: Store, { address, storeTimeoutMs, onCall }: Guard): Store {
  return address.engine.needsTimeLimit ? withObserver(withTimeLimit(store, storeTimeoutMs), onCall) : store
}

/** Whether the store answers a read. Never rejects. */
export async function isAnswering(store: Store): Promise<boolean> {
  try {
    await store.read(PROBE_USER)
    return true
  } catch {
    return false
  }
}
