import { LimiterError, type Store } from '@streamgate/core'
import { WrappedStore, type StoreVerb } from './wrapped-store.ts'

/**
 * The store with a bound on every call: after `limitMs` it rejects with `STORE_TIMED_OUT`.
 *
 * The engine's own call continues, so it may or may not have written. A later failure of it is
 * ignored, because its caller has stopped waiting.
 */
export function withTimeLimit(store: Store, limitMs: number): Store {
  return new WrappedStore(store, (verb, call) => answerWithin(limitMs, verb, call))
}

function answerWithin<Result>(
  limitMs: number,
  verb: StoreVerb,
  call: () => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut(limitMs, verb)), limitMs)
    call().then(
      (result) => {
        clearTimeout(timer)
        resolve(result)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

function timedOut(limitMs: number, verb: StoreVerb): LimiterError {
  return new LimiterError('STORE_TIMED_OUT', `The store did not answer within ${limitMs} ms`, {
    facts: { verb, limitMs },
  })
}
