import type { Store } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore, type StoreVerb } from '@streamgate/stores/wrappers'

/** A memory store that writes down which calls were made. */
export class CountingStore extends WrappedStore {
  readonly calls: StoreVerb[] = []

  constructor(inner: Store = new MemoryStore()) {
    super(inner, (verb, call) => {
      this.calls.push(verb)
      return call()
    })
  }

  /** The calls since this was last asked. */
  taken(): StoreVerb[] {
    return this.calls.splice(0)
  }
}
