import type { Store, UserId } from '@streamgate/core'

/** What a store provides to be tested against the contract. */
export type ContractSubject = {
  /** The store's name, as it appears in the report. */
  readonly name: string
  /** A new, empty store on its real engine. The clause closes it. */
  readonly makeStore: () => Promise<Store>
  /**
   * A store whose engine fails at `read(user)` with the driver's own error. If the store has no
   * engine that could fail, the reason why not.
   */
  readonly makeFailingStore: (() => Promise<{ store: Store; user: UserId }>) | { readonly exemption: string }
  /**
   * A new, empty store that can be opened again. If nothing outlives the store, the reason why not.
   */
  readonly makeLastingStore: (() => Promise<LastingStore>) | { readonly exemption: string }
}

/**
 * A store on an engine that keeps its data, and another store on the same engine once the first is
 * closed.
 */
export type LastingStore = { readonly store: Store; readonly reopen: () => Promise<Store> }

/** One sentence that is true of every store, and its test, which throws if it is not. */
export type Clause = {
  readonly sentence: string
  readonly holds: (store: Store, subject: ContractSubject) => Promise<void>
}

export function clause(sentence: string, holds: Clause['holds']): Clause {
  return { sentence, holds }
}

/** Tests one clause on its own store. */
export async function tryClause({ holds }: Clause, subject: ContractSubject): Promise<void> {
  const store = await subject.makeStore()
  try {
    await holds(store, subject)
  } finally {
    await store.close()
  }
}
