import assert from 'node:assert/strict'
import type { UserId } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { evictionOfLease, held, idsOf, leaseOf, stopOf, USER } from './specimens.ts'
import { usersMet } from './walking.ts'

export const ERASING: readonly Clause[] = [
  clause('an erased user holds nothing, no lease and no note', async (store) => {
    const seen = await held(store, USER, [leaseOf('a'), leaseOf('b')])
    await store.replace(USER, seen, {
      leases: seen.leases,
      notes: [evictionOfLease('x')],
      forgottenUntilMs: 5_000,
    })
    await store.remove(USER, leaseOf('a'), stopOf('a'))
    await store.erase(USER)
    const { version: _erased, ...content } = await store.read(USER)
    assert.deepEqual(content, { leases: [], notes: [] })
  }),

  clause('an erase touches no other user', async (store) => {
    await held(store, USER, [leaseOf('a')])
    await held(store, 'user-10' as UserId, [leaseOf('b')])
    await store.erase(USER)
    assert.deepEqual(idsOf(await store.read('user-10' as UserId)), ['b'])
  }),

  clause('an erase of a user never seen does nothing', async (store) => {
    await store.erase(USER)
    assert.deepEqual(await usersMet(store), [])
  }),

  clause('an erased user can be added to again', async (store) => {
    await held(store, USER, [leaseOf('a')])
    await store.erase(USER)
    assert.equal((await store.add(USER, leaseOf('a'), { capacity: 1 })).done, true)
  }),
]
