import assert from 'node:assert/strict'
import type { Store } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { evictionOfLease, fullLease, held, idsOf, leaseOf, stopOf, USER } from './specimens.ts'

const CONTENDERS = 20
const NEXT = { leases: [leaseOf('next')], notes: [] }

/** Everything that can happen to a roster holding `a` between being read and being replaced. */
const MEANWHILE: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  add: (store) => store.add(USER, leaseOf('b'), { capacity: 3 }),
  renew: (store) => store.renew(USER, leaseOf('a'), { renewedAtMs: 3_000, expiresAtMs: 4_000 }),
  remove: (store) => store.remove(USER, leaseOf('a'), stopOf('a')),
  replace: async (store) =>
    store.replace(USER, await store.read(USER), { leases: [leaseOf('c')], notes: [] }),
}

export const REPLACING: readonly Clause[] = [
  clause('a replace writes all leases and notes', async (store) => {
    const seen = await held(store, USER, [leaseOf('a'), leaseOf('b')])
    const next = { leases: [leaseOf('b'), fullLease()], notes: [evictionOfLease('a')] }
    assert.equal((await store.replace(USER, seen, next)).done, true)
    const { leases, notes } = await store.read(USER)
    assert.deepEqual({ leases, notes }, next)
  }),

  clause('a replace without notes drops the old ones', async (store) => {
    const seen = await held(store, USER, [leaseOf('a')])
    const noted = { leases: seen.leases, notes: [evictionOfLease('x')] }
    const { roster } = await store.replace(USER, seen, noted)
    assert.equal((await store.replace(USER, roster, { ...noted, notes: [] })).done, true)
    assert.deepEqual((await store.read(USER)).notes, [])
  }),

  clause('a replace conflicts once the roster has changed, and nothing changes', async (store) => {
    for (const [verb, change] of Object.entries(MEANWHILE)) {
      await store.erase(USER)
      const seen = await held(store, USER, [leaseOf('a')])
      await change(store)
      const before = await store.read(USER)
      assert.equal((await store.replace(USER, seen, NEXT)).done, false, `after ${verb}`)
      assert.deepEqual(await store.read(USER), before, `after ${verb}`)
    }
  }),

  clause('a replace of a user never seen creates it', async (store) => {
    assert.equal((await store.replace(USER, await store.read(USER), NEXT)).done, true)
    assert.deepEqual(idsOf(await store.read(USER)), ['next'])
  }),

  clause('a replace of a user never seen conflicts once there is one', async (store) => {
    const unseen = await store.read(USER)
    await store.add(USER, leaseOf('a'), { capacity: 3 })
    assert.equal((await store.replace(USER, unseen, NEXT)).done, false)
    assert.deepEqual(idsOf(await store.read(USER)), ['a'])
  }),

  clause('a roster seen before an erase is not replaced after it', async (store) => {
    const seen = await held(store, USER, [leaseOf('a')])
    await store.erase(USER)
    await held(store, USER, [leaseOf('b')])
    assert.equal((await store.replace(USER, seen, NEXT)).done, false)
    assert.deepEqual(idsOf(await store.read(USER)), ['b'])
  }),

  clause('of many parallel replaces at one version exactly one wins', async (store) => {
    const seen = await held(store, USER, [leaseOf('a')])
    const replaces = Array.from({ length: CONTENDERS }, (_, index) =>
      store.replace(USER, seen, { leases: [leaseOf(`c${index}`)], notes: [] }),
    )
    const winners = (await Promise.all(replaces)).filter((outcome) => outcome.done)
    assert.equal(winners.length, 1)
    assert.deepEqual(idsOf(await store.read(USER)), winners[0] && idsOf(winners[0].roster))
  }),

  clause('a user whose roster is replaced by nothing holds nothing, and can be added to', async (store) => {
    const seen = await held(store, USER, [leaseOf('a')])
    assert.equal((await store.replace(USER, seen, { leases: [], notes: [] })).done, true)
    assert.deepEqual(idsOf(await store.read(USER)), [])
    assert.equal((await store.add(USER, leaseOf('b'), { capacity: 1 })).done, true)
  }),
]
