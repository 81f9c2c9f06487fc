import assert from 'node:assert/strict'
import type { Generation } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { held, idsOf, leaseOf, USER } from './specimens.ts'

/** Enough to lose a race that is not decided in one step, few enough for a remote engine. */
const CONTENDERS = 40

export const ADDING: readonly Clause[] = [
  clause('an add is done while fewer leases than the capacity are held', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b')])
    const outcome = await store.add(USER, leaseOf('c'), { capacity: 3 })
    assert.equal(outcome.done, true)
    assert.deepEqual(idsOf(await store.read(USER)), ['a', 'b', 'c'])
  }),

  clause('an add conflicts at capacity, and nothing is added', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b'), leaseOf('c')])
    const outcome = await store.add(USER, leaseOf('d'), { capacity: 3 })
    assert.equal(outcome.done, false)
    assert.deepEqual(idsOf(await store.read(USER)), ['a', 'b', 'c'])
  }),

  clause('an add conflicts if more than the capacity is already held', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b'), leaseOf('c')])
    assert.equal((await store.add(USER, leaseOf('d'), { capacity: 2 })).done, false)
  }),

  clause('expired leases count, because a store knows no clock', async (store) => {
    await held(store, USER, [leaseOf('a', { expiresAtMs: 1 })])
    assert.equal((await store.add(USER, leaseOf('b'), { capacity: 1 })).done, false)
  }),

  clause('an add conflicts for an id that is held, and the held lease stays as it was', async (store) => {
    await held(store, USER, [leaseOf('a')])
    const outcome = await store.add(USER, leaseOf('a', { generation: 'another' as Generation }), {
      capacity: 3,
    })
    assert.equal(outcome.done, false)
    assert.deepEqual((await store.read(USER)).leases, [leaseOf('a')])
  }),

  clause('of many parallel adds for the last slot exactly one wins', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b')])
    const adds = Array.from({ length: CONTENDERS }, (_, index) =>
      store.add(USER, leaseOf(`c${index}`), { capacity: 3 }),
    )
    const winners = (await Promise.all(adds)).filter((outcome) => outcome.done)
    assert.equal(winners.length, 1)
    assert.deepEqual(idsOf(await store.read(USER)), winners[0] && idsOf(winners[0].roster))
  }),

  clause('one add repeated in parallel takes one slot', async (store) => {
    const adds = Array.from({ length: CONTENDERS }, () => store.add(USER, leaseOf('a'), { capacity: 3 }))
    const winners = (await Promise.all(adds)).filter((outcome) => outcome.done)
    assert.equal(winners.length, 1)
    assert.deepEqual(idsOf(await store.read(USER)), ['a'])
  }),

  clause('parallel adds of different users do not hinder each other', async (store) => {
    const users = Array.from({ length: CONTENDERS }, (_, index) => `user-${index}` as typeof USER)
    const outcomes = await Promise.all(users.map((user) => store.add(user, leaseOf('a'), { capacity: 1 })))
    assert.ok(outcomes.every((outcome) => outcome.done && idsOf(outcome.roster).length === 1))
  }),
]
