import type { Store, UserId } from '@streamgate/core'

/** What a store brings to be held to the contract. */
export type ContractSubject = {
  /** The store's name, as it appears in the report. */
  readonly name: string
  /** A new, empty store on its real engine; the clause closes it. */
  readonly makeStore: () => Promise<Store>
  /**
   * A store whose engine fails at `read(user)` with an error of the driver's own; or, where a store has
   * no engine that could fail, why not.
   */
  readonly makeFailingStore: (() => Promise<{ store: Store; user: UserId }>) | { readonly exemption: string }
  /** A new, empty store that can be opened again; or, where nothing outlives a store, why not. */
  readonly makeLastingStore: (() => Promise<LastingStore>) | { readonly exemption: string }
}

/** A store on an engine that keeps what it was given, and another store on the same once that one is closed. */
export type LastingStore = { readonly store: Store; readonly reopen: () => Promise<Store> }

/** One sentence that is true of every store, and the trial of it, which throws where it is not. */
export type Clause = {
  readonly sentence: string
  readonly holds: (store: Store, subject: ContractSubject) => Promise<void>
}

export function clause(sentence: string, holds: Clause['holds']): Clause {
  return { sentence, holds }
}

/** Tries one clause on a store of its own. */
export async function tryClause({ holds }: Clause, subject: ContractSubject): Promise<void> {
  const store = await subject.makeStore()
  try {
    await holds(store, subject)
  } finally {
    await store.close()
  }
}
