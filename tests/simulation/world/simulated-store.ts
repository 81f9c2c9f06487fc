import { LimiterError, type Store } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'

/** A call that waits for the scheduler: first to be applied, then to have its answer delivered. */
export type PendingCall = {
  readonly isApplied: boolean
  /** Carries the call out on the engine; its caller does not learn it yet. */
  apply(): Promise<void>
  /** Tells the caller what the engine answered. */
  deliver(): void
  /** Tells the caller that no answer came. Applied or not, the call is over: it is not applied later. */
  lose(): void
}

/**
 * A store in memory that does nothing by itself: its calls wait until a scheduler applies, answers or
 * loses each of them, in any order. So answers come in another order than the writes behind them.
 */
export class SimulatedStore extends WrappedStore {
  readonly #pending: Set<PendingCall>

  constructor(engine: Store = new MemoryStore()) {
    const pending = new Set<PendingCall>()
    super(engine, (_verb, call) => enqueue(pending, call))
    this.#pending = pending
  }

  /** The calls that wait, oldest first. */
  get pending(): readonly PendingCall[] {
    return [...this.#pending]
  }
}

function enqueue<Result>(pending: Set<PendingCall>, call: () => Promise<Result>): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  let applied: { readonly result: Result } | undefined
  const waiting: PendingCall = {
    get isApplied() {
      return applied !== undefined
    },
    async apply() {
      applied = { result: await call() }
    },
    deliver() {
      if (applied === undefined) throw new Error('The call was not applied yet')
      pending.delete(waiting)
      resolve(applied.result)
    },
    lose() {
      pending.delete(waiting)
      reject(new LimiterError('STORE_TIMED_OUT', 'The simulation lost this call'))
    },
  }
  pending.add(waiting)
  return promise
}
