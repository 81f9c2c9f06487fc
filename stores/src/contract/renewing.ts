import assert from 'node:assert/strict'
import type { Generation } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { fullLease, held, leaseOf, USER } from './specimens.ts'

const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }

export const RENEWING: readonly Clause[] = [
  clause('a renewal moves the two instants of its lease and nothing else', async (store) => {
    await held(store, USER, [leaseOf('a'), fullLease(), leaseOf('z')])
    assert.equal((await store.renew(USER, { id: fullLease().id }, LATER)).done, true)
    assert.deepEqual((await store.read(USER)).leases, [
      leaseOf('a'),
      { ...fullLease(), ...LATER },
      leaseOf('z'),
    ])
  }),

  clause('a renewal turns a lease into one that never lapses, and back', async (store) => {
    await held(store, USER, [leaseOf('a')])
    await store.renew(USER, leaseOf('a'), { renewedAtMs: 50_000, expiresAtMs: null })
    assert.equal((await store.read(USER)).leases[0]?.expiresAtMs, null)
    await store.renew(USER, leaseOf('a'), LATER)
    assert.equal((await store.read(USER)).leases[0]?.expiresAtMs, LATER.expiresAtMs)
  }),

  clause('a renewal of a lease that is not held is refused, and nothing is added', async (store) => {
    await held(store, USER, [leaseOf('a')])
    assert.equal((await store.renew(USER, { id: leaseOf('b').id }, LATER)).done, false)
    assert.deepEqual((await store.read(USER)).leases, [leaseOf('a')])
  }),

  clause('a renewal for a user never seen is refused, and the user stays unseen', async (store) => {
    assert.equal((await store.renew(USER, { id: leaseOf('a').id }, LATER)).done, false)
    assert.deepEqual((await store.scan({ pageSize: 10 })).users, [])
  }),

  clause('a renewal with the right generation is done', async (store) => {
    await held(store, USER, [leaseOf('a')])
    assert.equal((await store.renew(USER, leaseOf('a'), LATER)).done, true)
    assert.equal((await store.read(USER)).leases[0]?.expiresAtMs, LATER.expiresAtMs)
  }),

  clause('a renewal with another generation is refused, and nothing changes', async (store) => {
    await held(store, USER, [leaseOf('a')])
    const outcome = await store.renew(
      USER,
      { id: leaseOf('a').id, generation: 'another' as Generation },
      LATER,
    )
    assert.equal(outcome.done, false)
    assert.deepEqual((await store.read(USER)).leases, [leaseOf('a')])
  }),
]
