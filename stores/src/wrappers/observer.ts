import type { Store } from '@streamgate/core'
import { WrappedStore, type StoreVerb } from './wrapped-store.ts'

/**
 * One call that returned: which, how long it took, and whether it failed. A conflict is not a
 * failure.
 */
export type StoreCall = { readonly verb: StoreVerb; readonly seconds: number; readonly failed: boolean }

/** The store, with `observe` called after each call returns. */
export function withObserver(store: Store, observe: (call: StoreCall) => void): Store {
  return new WrappedStore(store, async (verb, call) => {
    const startedAt = performance.now()
    let failed = true
    try {
      const result = await call()
      failed = false
      return result
    } finally {
      observe({ verb, seconds: (performance.now() - startedAt) / 1000, failed })
    }
  })
}
