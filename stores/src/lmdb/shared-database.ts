import type { SharedOutcome, SharedText } from '@streamgate/core'
import type { Database, RootDatabase } from 'lmdb'

/** The database within the environment. The name carries the record's format. */
const SHARED_DATABASE = 'shared.v1'

/** Shared texts by name in an LMDB environment. Rejects with what the driver throws. */
export class SharedDatabase {
  readonly #records: Database<SharedText, string>

  constructor(environment: RootDatabase) {
    this.#records = environment.openDB({ name: SHARED_DATABASE, encoding: 'json' })
  }

  /** Sees every text that any process acknowledged before the call. */
  read(name: string): SharedText | undefined {
    this.#records.resetReadTxn()
    return this.#records.get(name)
  }

  /** Resolves after the flush. */
  write(name: string, seenVersion: number, text: string): Promise<SharedOutcome> {
    return this.#records.transaction(() => {
      const held = this.#records.get(name)
      if ((held?.version ?? 0) !== seenVersion) return { done: false, shared: held }
      const shared = { text, version: seenVersion + 1 }
      void this.#records.put(name, shared)
      return { done: true, shared }
    })
  }
}
