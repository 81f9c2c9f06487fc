import assert from 'node:assert/strict'
import type { ScanRequest, Store, UserId } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { evictionOfLease, idsOf, leaseOf, stopOf, USER } from './specimens.ts'
import { usersMet } from './walking.ts'

const USERS = Array.from({ length: 23 }, (_, index) => `user-${index}` as UserId)

export const SCANNING: readonly Clause[] = [
  clause('a walk of an empty store meets no user and ends', async (store) => {
    assert.deepEqual(await walk(store, { pageSize: 10 }), [])
  }),

  clause('a walk meets every user once, whatever the size of its pages', async (store) => {
    await addEveryone(store)
    for (const pageSize of [1, 7, USERS.length, 1000]) {
      assert.deepEqual(
        (await walk(store, { pageSize })).toSorted(),
        [...USERS].toSorted(),
        `pages of ${pageSize}`,
      )
    }
  }),

  clause('a walk continues from any cursor', async (store) => {
    await addEveryone(store)
    const first = await store.scan({ pageSize: 5 })
    assert.ok(first.cursor !== undefined)
    const met = first.users.map(({ user }) => user)
    const rest = await walk(store, { pageSize: 5, cursor: first.cursor })
    const again = await walk(store, { pageSize: 3, cursor: first.cursor })
    assert.deepEqual([...met, ...rest].toSorted(), [...USERS].toSorted())
    assert.deepEqual([...again].toSorted(), [...rest].toSorted())
  }),

  clause('parallel segments together meet every user once', async (store) => {
    await addEveryone(store)
    const segments = [0, 1, 2].map((index) => walk(store, { pageSize: 4, segment: { index, count: 3 } }))
    assert.deepEqual((await Promise.all(segments)).flat().toSorted(), [...USERS].toSorted())
  }),

  clause('a walk returns each roster as a read does', async (store) => {
    await addEveryone(store)
    for (const { user, roster } of await usersMet(store)) {
      assert.deepEqual(roster, await store.read(user))
      assert.deepEqual(idsOf(roster), [`stream of ${user}`])
    }
  }),

  clause('a walk meets a user of whom only notes are kept', async (store) => {
    await store.replace(USERS[0] ?? USER, await store.read(USERS[0] ?? USER), {
      leases: [],
      notes: [evictionOfLease('x')],
    })
    await store.replace(USERS[1] ?? USER, await store.read(USERS[1] ?? USER), {
      leases: [],
      notes: [],
      forgottenUntilMs: 5_000,
    })
    await store.add(USERS[2] ?? USER, leaseOf('a'), { capacity: 1 })
    await store.remove(USERS[2] ?? USER, leaseOf('a'), stopOf('a'))
    const users = await usersMet(store)
    assert.equal(users.length, 3)
    for (const { user, roster } of users) assert.deepEqual(roster, await store.read(user))
    const lastStops = users.flatMap(({ roster: { lastStop } }) => lastStop ?? [])
    assert.deepEqual(lastStops, [stopOf('a')])
  }),

  clause('an erased user is not met', async (store) => {
    await addEveryone(store)
    await store.erase(USERS[3] ?? USER)
    assert.equal((await walk(store, { pageSize: 10 })).includes(USERS[3] ?? USER), false)
  }),
]

async function addEveryone(store: Store): Promise<void> {
  for (const user of USERS) await store.add(user, leaseOf(`stream of ${user}`), { capacity: 1 })
}

async function walk(store: Store, request: ScanRequest): Promise<UserId[]> {
  return (await usersMet(store, request)).map(({ user }) => user)
}
