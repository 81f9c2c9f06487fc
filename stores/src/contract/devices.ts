import assert from 'node:assert/strict'
import type { Outcome, Store } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { held, idsOf, leaseOf, leaseOn, stopOf, USER } from './specimens.ts'

/** Enough to lose a race that is not decided in one step, few enough for a remote engine. */
const CONTENDERS = 40

/** Enough room that only the device can stand in the way. */
const ALONE = { capacity: CONTENDERS, soleOfDevice: true }

export const DEVICES: readonly Clause[] = [
  clause('an add that must be alone on its device is done for a user never seen', async (store) => {
    assert.equal((await store.add(USER, leaseOn('tv', 'a'), ALONE)).done, true)
    assert.deepEqual((await store.read(USER)).leases, [leaseOn('tv', 'a')])
  }),

  clause(
    'an add that must be alone on its device is done beside leases of others and of none',
    async (store) => {
      const others = [leaseOn('phone', 'a'), leaseOf('b'), leaseOn('tv@home', 'c'), leaseOn('TV', 'd')]
      await held(store, USER, others)
      assert.equal((await store.add(USER, leaseOn('tv', 'e'), ALONE)).done, true)
      assert.deepEqual((await store.read(USER)).leases, [...others, leaseOn('tv', 'e')])
    },
  ),

  clause('an add that must be alone on its device conflicts while that holds a lease', async (store) => {
    for (const lease of [leaseOn('tv', 'a'), leaseOn('tv', 'b')]) {
      await store.erase(USER)
      const before = await held(store, USER, [leaseOn('tv', 'a'), leaseOf('b'), leaseOn('phone', 'c')])
      const outcome = await store.add(USER, lease, ALONE)
      assert.equal(outcome.done, false)
      assert.deepEqual(outcome.roster, before)
      assert.deepEqual(await store.read(USER), before)
    }
  }),

  clause('an add that must be alone on its device needs room too', async (store) => {
    await held(store, USER, [leaseOn('phone', 'a'), leaseOf('b')])
    assert.equal((await store.add(USER, leaseOn('tv', 'c'), { ...ALONE, capacity: 2 })).done, false)
    assert.deepEqual(idsOf(await store.read(USER)), ['a@phone', 'b'])
  }),

  clause('a lease without a device is alone on none', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOn('tv', 'b')])
    assert.equal((await store.add(USER, leaseOf('c'), ALONE)).done, true)
    assert.deepEqual(idsOf(await store.read(USER)), ['a', 'b@tv', 'c'])
  }),

  clause('a device may hold several leases by adds that ask for no more than room', async (store) => {
    await held(store, USER, [leaseOn('tv', 'a')])
    assert.equal((await store.add(USER, leaseOn('tv', 'b'), { capacity: 3 })).done, true)
    const without = { capacity: 3, soleOfDevice: false }
    assert.equal((await store.add(USER, leaseOn('tv', 'c'), without)).done, true)
  }),

  clause('a device is free once its lease was removed', async (store) => {
    await assertFreed(store, () => store.remove(USER, leaseOn('tv', 'b'), stopOf('b@tv')))
  }),

  clause('a device is free once its lease was replaced by others', async (store) => {
    await assertFreed(store, async () => {
      const seen = await store.read(USER)
      const leases = seen.leases.filter(({ deviceId }) => deviceId !== 'tv')
      return store.replace(USER, seen, { leases: [...leases, leaseOn('tablet', 'd')], notes: [] })
    })
  }),

  clause('a device is free once its user was erased', async (store) => {
    await assertFreed(store, () => store.erase(USER))
  }),

  clause('a device holds its lease through renewals and the end of others', async (store) => {
    await held(store, USER, [leaseOn('phone', 'a'), leaseOn('tv', 'b'), leaseOf('c')])
    await store.renew(USER, leaseOn('tv', 'b'), { renewedAtMs: 5_000, expiresAtMs: null })
    await store.remove(USER, leaseOn('phone', 'a'), stopOf('a@phone'))
    await store.remove(USER, leaseOf('c'), stopOf('c'))
    await assertTaken(store, 'tv')
  }),

  clause(
    'a device holds a lease that a replace brought it, and one that a replace left it',
    async (store) => {
      const seen = await held(store, USER, [leaseOn('tv', 'a'), leaseOf('b')])
      const leases = [...seen.leases.slice(0, 1), leaseOn('phone', 'c')]
      assert.equal((await store.replace(USER, seen, { leases, notes: [] })).done, true)
      await assertTaken(store, 'phone')
      await assertTaken(store, 'tv')
    },
  ),

  clause('a device that held two leases still holds one once the other was removed', async (store) => {
    for (const [gone, left] of [
      ['a', 'c'],
      ['c', 'a'],
    ] as const) {
      await store.erase(USER)
      await held(store, USER, [leaseOn('tv', 'a'), leaseOf('b'), leaseOn('tv', 'c')])
      assert.equal((await store.remove(USER, leaseOn('tv', gone), stopOf(`${gone}@tv`))).done, true)
      await assertTaken(store, 'tv')
      assert.equal((await store.remove(USER, leaseOn('tv', left), stopOf(`${left}@tv`))).done, true)
      assert.equal((await store.add(USER, leaseOn('tv', 'd'), ALONE)).done, true)
    }
  }),

  clause('of many parallel adds that must be alone on one device exactly one wins', async (store) => {
    await held(store, USER, [leaseOn('phone', 'a'), leaseOf('b')])
    const adds = Array.from({ length: CONTENDERS }, (_, index) =>
      store.add(USER, leaseOn('tv', `c${index}`), ALONE),
    )
    const winners = (await Promise.all(adds)).filter(({ done }) => done)
    assert.equal(winners.length, 1)
    assert.deepEqual(idsOf(await store.read(USER)), winners[0] && idsOf(winners[0].roster))
  }),

  clause('parallel adds that must each be alone on a device of its own are all done', async (store) => {
    const adds = Array.from({ length: CONTENDERS }, (_, index) =>
      store.add(USER, leaseOn(`device-${index}`, 'a'), ALONE),
    )
    assert.ok((await Promise.all(adds)).every(({ done }) => done))
    assert.equal((await store.read(USER)).leases.length, CONTENDERS)
  }),
]

/** Checks that the device takes a lease after this, and none before it or afterwards. */
async function assertFreed(store: Store, free: () => Promise<Outcome | void>): Promise<void> {
  await held(store, USER, [leaseOn('phone', 'a'), leaseOn('tv', 'b'), leaseOf('c')])
  await assertTaken(store, 'tv')
  await free()
  assert.equal((await store.add(USER, leaseOn('tv', 'e'), ALONE)).done, true)
  await assertTaken(store, 'tv')
}

async function assertTaken(store: Store, deviceId: string): Promise<void> {
  const before = await store.read(USER)
  assert.equal((await store.add(USER, leaseOn(deviceId, 'another'), ALONE)).done, false)
  assert.deepEqual(await store.read(USER), before)
}
