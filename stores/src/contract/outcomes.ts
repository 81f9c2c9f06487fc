import assert from 'node:assert/strict'
import type { Generation, Outcome, Store } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { held, leaseOf, leaseOn, stopOf, USER } from './specimens.ts'

const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }
const STRANGER = { id: leaseOf('a').id, generation: 'another' as Generation }

/**
 * Each verb, once so that it is done on a roster holding `a` and `b`, and once so that it is
 * a conflict.
 */
const CALLS: Readonly<Record<string, (store: Store) => Promise<Outcome>>> = {
  'add, done': (store) => store.add(USER, leaseOf('c'), { capacity: 3 }),
  'add, full': (store) => store.add(USER, leaseOf('c'), { capacity: 2 }),
  'add, held': (store) => store.add(USER, leaseOf('a'), { capacity: 3 }),
  'add to a free device, done': (store) =>
    store.add(USER, leaseOn('phone', 'c'), { capacity: 3, soleOfDevice: true }),
  'renew, done': (store) => store.renew(USER, { id: leaseOf('b').id }, LATER),
  'renew, not held': (store) => store.renew(USER, { id: leaseOf('c').id }, LATER),
  'renew, another generation': (store) => store.renew(USER, STRANGER, LATER),
  'remove, done': (store) => store.remove(USER, { id: leaseOf('b').id }, stopOf('b')),
  'remove, not held': (store) => store.remove(USER, { id: leaseOf('c').id }, stopOf('c')),
  'remove, another generation': (store) => store.remove(USER, STRANGER, stopOf('a')),
  'replace, done': async (store) =>
    store.replace(USER, await store.read(USER), { leases: [leaseOf('c')], notes: [] }),
  'replace, changed': async (store) => {
    const seen = await store.read(USER)
    await store.renew(USER, leaseOf('a'), LATER)
    return store.replace(USER, seen, { leases: [], notes: [] })
  },
}

export const OUTCOMES: readonly Clause[] = [
  clause('every verb returns the roster as it is after the call, done or not', async (store) => {
    for (const [name, call] of Object.entries(CALLS)) {
      await store.erase(USER)
      await held(store, USER, [leaseOf('a'), leaseOf('b')])
      const outcome = await call(store)
      assert.equal(outcome.done, name.endsWith('done'), name)
      assert.deepEqual(outcome.roster, await store.read(USER), name)
    }
  }),

  clause('every write that is done changes the version', async (store) => {
    for (const [name, call] of Object.entries(CALLS)) {
      await store.erase(USER)
      const before = await held(store, USER, [leaseOf('a'), leaseOf('b')])
      const { done, roster } = await call(store)
      if (done) assert.notEqual(roster.version, before.version, name)
    }
  }),

  clause('a write that conflicts leaves the version as it was', async (store) => {
    const before = await held(store, USER, [leaseOf('a'), leaseOf('b')])
    for (const [name, call] of Object.entries(CALLS)) {
      if (name.endsWith('done') || name.endsWith('changed')) continue
      assert.equal((await call(store)).roster.version, before.version, name)
    }
  }),
]
