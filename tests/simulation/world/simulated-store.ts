import { LimiterError, type Store } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'

/** A call that waits for the scheduler. It is applied first, and its answer is delivered later. */
export type PendingCall = {
  readonly isApplied: boolean
  /** Carries out the call on the engine. The caller is not told yet. */
  apply(): Promise<void>
  /** Gives the caller the engine's answer. */
  deliver(): void
  /**
   * Fails the call for its caller. It may have been applied before, but it is not applied later.
   */
  lose(): void
}

/**
 * A store in memory that does nothing by itself. Its calls wait until a scheduler applies, answers
 * or loses each of them, in any order. So answers may arrive in another order than the writes.
 */
export class SimulatedStore extends WrappedStore {
  readonly #pending: Set<PendingCall>

  constructor(engine: Store = new MemoryStore()) {
    const pending = new Set<PendingCall>()
    super(engine, (_verb, call) => enqueue(pending, call))
    this.#pending = pending
  }

  /** The waiting calls, oldest first. */
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
