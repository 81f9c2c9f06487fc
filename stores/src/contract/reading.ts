import assert from 'node:assert/strict'
import { clause, type Clause } from './clause.ts'
import { evictionOfLease, fullLease, held, idsOf, leaseOf, notesOfEveryKind, USER } from './specimens.ts'

export const READING: readonly Clause[] = [
  clause('a user who was never seen holds nothing', async (store) => {
    const { leases, notes } = await store.read(USER)
    assert.deepEqual({ leases, notes }, { leases: [], notes: [] })
  }),

  clause('a lease is read back with every member as it was written', async (store) => {
    await store.add(USER, fullLease(), { capacity: 3 })
    assert.deepEqual((await store.read(USER)).leases, [fullLease()])
  }),

  clause('a lease that never expires is read back as one', async (store) => {
    await store.add(USER, leaseOf('film', { expiresAtMs: null }), { capacity: 3 })
    assert.equal((await store.read(USER)).leases[0]?.expiresAtMs, null)
  }),

  clause('a note on an eviction is read back with every member as it was written', async (store) => {
    await store.replace(USER, await store.read(USER), { leases: [], notes: [evictionOfLease('film-1')] })
    assert.deepEqual((await store.read(USER)).notes, [evictionOfLease('film-1')])
  }),

  clause('a note of every kind is read back with every member that it has and no other', async (store) => {
    for (const note of notesOfEveryKind()) {
      await store.replace(USER, await store.read(USER), { leases: [], notes: [note], lastStop: note })
      const { notes, lastStop } = await store.read(USER)
      assert.deepEqual({ notes, lastStop }, { notes: [note], lastStop: note })
    }
  }),

  clause('notes are returned in the order in which they were written', async (store) => {
    const notes = notesOfEveryKind().toReversed()
    await store.replace(USER, await store.read(USER), { leases: [], notes })
    assert.deepEqual((await store.read(USER)).notes, notes)
  }),

  clause('leases are returned in the order in which they were added', async (store) => {
    await held(store, USER, [leaseOf('z'), leaseOf('a'), leaseOf('m')])
    assert.deepEqual(idsOf(await store.read(USER)), ['z', 'a', 'm'])
  }),

  clause('a roster that was returned does not change with later writes', async (store) => {
    const before = await held(store, USER, [leaseOf('film')])
    const copy = structuredClone(before)
    await store.renew(USER, leaseOf('film'), { renewedAtMs: 5_000, expiresAtMs: 6_000 })
    await store.add(USER, leaseOf('other'), { capacity: 3 })
    assert.deepEqual(before, copy)
  }),
]
