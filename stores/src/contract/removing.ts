import assert from 'node:assert/strict'
import type { Generation } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { evictionOfLease, held, idsOf, leaseOf, stopOf, USER } from './specimens.ts'
import { usersMet } from './walking.ts'

export const REMOVING: readonly Clause[] = [
  clause('a removal ends its lease and no other, wherever it is in the list', async (store) => {
    for (const id of ['a', 'b', 'c']) {
      await store.erase(USER)
      await held(store, USER, [leaseOf('a'), leaseOf('b'), leaseOf('c')])
      assert.equal((await store.remove(USER, { id: leaseOf(id).id }, stopOf(id))).done, true)
      assert.deepEqual(
        idsOf(await store.read(USER)),
        ['a', 'b', 'c'].filter((other) => other !== id),
      )
    }
  }),

  clause('a removal of a lease that is not held conflicts, and nothing changes', async (store) => {
    await held(store, USER, [leaseOf('a')])
    assert.equal((await store.remove(USER, { id: leaseOf('b').id }, stopOf('b'))).done, false)
    assert.deepEqual(idsOf(await store.read(USER)), ['a'])
  }),

  clause('a removal for a user never seen conflicts, and the user stays unseen', async (store) => {
    assert.equal((await store.remove(USER, { id: leaseOf('a').id }, stopOf('a'))).done, false)
    assert.deepEqual(await usersMet(store), [])
  }),

  clause('a removal with the right generation is done', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b')])
    assert.equal((await store.remove(USER, leaseOf('a'), stopOf('a'))).done, true)
    assert.deepEqual(idsOf(await store.read(USER)), ['b'])
  }),

  clause('a removal with another generation conflicts, and nothing changes', async (store) => {
    await held(store, USER, [leaseOf('a')])
    const outcome = await store.remove(
      USER,
      { id: leaseOf('a').id, generation: 'another' as Generation },
      stopOf('a'),
    )
    assert.equal(outcome.done, false)
    assert.deepEqual(idsOf(await store.read(USER)), ['a'])
  }),

  clause('a slot that was freed can be taken at once', async (store) => {
    await held(store, USER, [leaseOf('a')])
    await store.remove(USER, leaseOf('a'), stopOf('a'))
    assert.equal((await store.add(USER, leaseOf('b'), { capacity: 1 })).done, true)
  }),

  clause('a removal leaves the notes on evictions as they are', async (store) => {
    const next = { leases: [leaseOf('a')], notes: [evictionOfLease('x')] }
    await store.replace(USER, await store.read(USER), next)
    await store.remove(USER, leaseOf('a'), stopOf('a'))
    assert.deepEqual((await store.read(USER)).notes, [evictionOfLease('x')])
  }),
]
