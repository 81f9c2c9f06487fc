import type { Store } from '@streamgate/core'
import { WrappedStore, type StoreVerb } from './wrapped-store.ts'

/** One call that came back: which, how long it took, and whether it failed. A refusal is no failure. */
export type StoreCall = { readonly verb: StoreVerb; readonly seconds: number; readonly failed: boolean }

/** The store with every call told to `observe` once it has come back. */
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
