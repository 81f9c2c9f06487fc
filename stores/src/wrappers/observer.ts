import type { Store } from '@streamgate/core'
import { WrappedStore, type StoreVerb } from './wrapped-store.ts'

/**
 * One call that returned: which, how long it took, and whether it failed. A conflict is not a
 * failure.
 */
export type StoreCall = {
  readonly verb: StoreVerb
  readonly seconds: number
  readonly failed: boolean
  /** Whether it was a conditional write that was refused. That is a conflict and not a failure. */
  readonly isRefused: boolean
  /** Why it failed. */
  readonly error?: unknown
}

/** The store, with `observe` called after each call returns. */
export function withObserver(store: Store, observe: (call: StoreCall) => void): Store {
  return new WrappedStore(store, async (verb, call) => {
    const startedAt = performance.now()
    let failed = false
    let isRefused = false
    let error: unknown
    try {
      const result = await call()
      isRefused = isRefusal(result)
      return result
    } catch (thrown) {
      failed = true
      error = thrown
      throw thrown
    } finally {
      observe({ verb, seconds: (performance.now() - startedAt) / 1000, failed, isRefused, error })
    }
  })
}

function isRefusal(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'done' in result && result.done === false
}
