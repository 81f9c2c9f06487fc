import assert from 'node:assert/strict'
import { clause, type Clause } from './clause.ts'
import { evictionOfLease, fullLease, held, idsOf, leaseOf, USER } from './specimens.ts'

export const READING: readonly Clause[] = [
  clause('a user who was never seen holds nothing', async (store) => {
    const { leases, evictions } = await store.read(USER)
    assert.deepEqual({ leases, evictions }, { leases: [], evictions: [] })
  }),

  clause('a lease is read back with every member as it was written', async (store) => {
    await store.add(USER, fullLease(), 3)
    assert.deepEqual((await store.read(USER)).leases, [fullLease()])
  }),

  clause('a lease that never lapses is read back as one', async (store) => {
    await store.add(USER, leaseOf('film', { expiresAtMs: null }), 3)
    assert.equal((await store.read(USER)).leases[0]?.expiresAtMs, null)
  }),

  clause('a note on an eviction is read back with every member as it was written', async (store) => {
    await store.replace(USER, await store.read(USER), { leases: [], evictions: [evictionOfLease('film-1')] })
    assert.deepEqual((await store.read(USER)).evictions, [evictionOfLease('film-1')])
  }),

  clause('leases are handed out in the order in which they were added', async (store) => {
    await held(store, USER, [leaseOf('z'), leaseOf('a'), leaseOf('m')])
    assert.deepEqual(idsOf(await store.read(USER)), ['z', 'a', 'm'])
  }),

  clause('a roster that was handed out does not change with later writes', async (store) => {
    const before = await held(store, USER, [leaseOf('film')])
    const copy = structuredClone(before)
    await store.renew(USER, leaseOf('film'), { renewedAtMs: 5_000, expiresAtMs: 6_000 })
    await store.add(USER, leaseOf('other'), 3)
    assert.deepEqual(before, copy)
  }),
]
