import { LimiterError, type Store } from '@streamgate/core'
import { describeStoreContract } from '@streamgate/stores/contract'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { MemoryStore } from '@streamgate/stores/memory'
import { withObserver, withTimeLimit, WrappedStore, type StoreCall } from '@streamgate/stores/wrappers'
import { describe, expect, it } from 'vitest'
import { leaseOf, USER } from '../src/contract/specimens.ts'
import { makeDamagedLmdbStore } from './damaged-lmdb-store.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Long enough for any call that is answered at all. */
const GENEROUS_MS = 5000

describeStoreContract({
  name: 'LmdbStore with a time limit and an observer',
  makeStore: async () => guarded(new LmdbStore({ path: temporaryFolder() })),
  makeFailingStore: async () => {
    const { store, user } = await makeDamagedLmdbStore(temporaryFolder())
    return { store: guarded(store), user }
  },
  makeLastingStore: async () => {
    const path = temporaryFolder()
    return { store: guarded(new LmdbStore({ path })), reopen: async () => guarded(new LmdbStore({ path })) }
  },
})

function guarded(store: Store): Store {
  return withObserver(withTimeLimit(store, GENEROUS_MS), () => {})
}

/** A store that carries out calls, and never answers. */
function silent(inner: Store): Store {
  return new WrappedStore(inner, async (_verb, call) => {
    await call()
    return new Promise(() => {})
  })
}

describe('a store with a time limit', () => {
  it('rejects a call that is not answered in time, naming the call and the limit', async () => {
    const store = withTimeLimit(silent(new MemoryStore()), 20)
    await expect(store.add(USER, leaseOf('a'), { capacity: 3 })).rejects.toMatchObject({
      code: 'STORE_TIMED_OUT',
      facts: { verb: 'add', limitMs: 20 },
    })
  })

  it('leaves open whether the call was carried out, and a retry is safe', async () => {
    const inner = new MemoryStore()
    await expect(
      withTimeLimit(silent(inner), 20).add(USER, leaseOf('a'), { capacity: 3 }),
    ).rejects.toBeInstanceOf(LimiterError)
    expect((await withTimeLimit(inner, 20).add(USER, leaseOf('a'), { capacity: 3 })).done).toBe(false)
    expect((await inner.read(USER)).leases).toHaveLength(1)
  })

  it('ignores a failure that comes too late', async () => {
    const late = new WrappedStore(new MemoryStore(), async () => {
      await new Promise((resolve) => setTimeout(resolve, 40))
      throw new Error('too late')
    })
    await expect(withTimeLimit(late, 10).read(USER)).rejects.toMatchObject({ code: 'STORE_TIMED_OUT' })
    await new Promise((resolve) => setTimeout(resolve, 60))
  })
})

describe('a store with an observer', () => {
  it('reports every call, which it was, how long it took, and whether it failed or was refused', async () => {
    const calls: StoreCall[] = []
    const store = withObserver(new MemoryStore(), (call) => calls.push(call))
    await store.add(USER, leaseOf('a'), { capacity: 1 })
    await store.add(USER, leaseOf('b'), { capacity: 1 })
    await store.noteFinished({ streamId: leaseOf('a').streamId, untilMs: 2 }, 1)
    await store.finishedSince()
    await store.close()
    await expect(store.read(USER)).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    expect(calls.map(({ verb, failed }) => [verb, failed])).toEqual([
      ['add', false],
      ['add', false],
      ['noteFinished', false],
      ['finishedSince', false],
      ['read', true],
    ])
    expect(calls.map(({ isRefused }) => isRefused)).toEqual([false, true, false, false, false])
    expect(calls.every(({ seconds }) => seconds >= 0 && seconds < 1)).toBe(true)
  })
})
