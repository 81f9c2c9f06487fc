import type { Store } from '@streamgate/core'
import type { OpenOptions, StoreAddress } from '@streamgate/stores/engine'
import { withObserver, withTimeLimit, type StoreCall } from '@streamgate/stores/wrappers'
import type { Logger } from '../telemetry/log.ts'
import { StoreWatch } from './store-watch.ts'

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

/** Opens the store, and logs its warnings. An embedded store has an identity. */
export async function openLogged(
  address: StoreAddress,
  logger: Logger,
  waitReplicas = 0,
): Promise<{ readonly engine: Store; readonly storeIdentity: string | undefined }> {
  let storeIdentity: string | undefined
  const engine = await openStore(address, {
    warn: (message) => logger.warn(message),
    waitReplicas,
    opened: (identity) => {
      storeIdentity = identity
    },
  })
  return { engine, storeIdentity }
}

/** How calls to a store are limited, measured and watched. */
export type Guard = {
  readonly address: StoreAddress
  readonly storeTimeoutMs: number
  readonly onCall: (call: StoreCall) => void
  /** Is told when the store goes away, and when it is back. */
  readonly logger: Logger
  /** Milliseconds since any instant. They never go back. */
  readonly monotonicMs: () => number
}

/** The store with its calls limited in time, measured and watched, if they can take long. */
export function guarded(store: Store, { address, storeTimeoutMs, onCall, ...parts }: Guard): Store {
  if (!address.engine.needsTimeLimit) return store
  const watch = new StoreWatch(parts)
  return withObserver(withTimeLimit(store, storeTimeoutMs), (call) => {
    watch.called(call)
    onCall(call)
  })
}
