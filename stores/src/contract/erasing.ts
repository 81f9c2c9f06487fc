import assert from 'node:assert/strict'
import type { UserId } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { evictionOfLease, held, idsOf, leaseOf, USER } from './specimens.ts'

export const ERASING: readonly Clause[] = [
  clause('an erased user holds nothing, no lease and no note', async (store) => {
    const seen = await held(store, USER, [leaseOf('a'), leaseOf('b')])
    await store.replace(USER, seen, { leases: seen.leases, evictions: [evictionOfLease('x')] })
    await store.erase(USER)
    const { leases, evictions } = await store.read(USER)
    assert.deepEqual({ leases, evictions }, { leases: [], evictions: [] })
  }),

  clause('an erase touches no other user', async (store) => {
    await held(store, USER, [leaseOf('a')])
    await held(store, 'user-10' as UserId, [leaseOf('b')])
    await store.erase(USER)
    assert.deepEqual(idsOf(await store.read('user-10' as UserId)), ['b'])
  }),

  clause('an erase of a user never seen does nothing', async (store) => {
    await store.erase(USER)
    assert.deepEqual((await store.scan({ pageSize: 10 })).users, [])
  }),

  clause('an erased user can be added to anew', async (store) => {
    await held(store, USER, [leaseOf('a')])
    await store.erase(USER)
    assert.equal((await store.add(USER, leaseOf('a'), 1)).done, true)
  }),
]
