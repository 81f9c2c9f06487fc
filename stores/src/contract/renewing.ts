import assert from 'node:assert/strict'
import type { Generation } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { fullLease, held, leaseOf, USER } from './specimens.ts'
import { usersMet } from './walking.ts'

const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }

export const RENEWING: readonly Clause[] = [
  clause('a renewal moves the two instants of its lease and nothing else', async (store) => {
    const { reportedAtMs: _unreported, ...lease } = fullLease()
    await held(store, USER, [leaseOf('a'), lease, leaseOf('z')])
    assert.equal((await store.renew(USER, { id: lease.id }, LATER)).done, true)
    assert.deepEqual((await store.read(USER)).leases, [leaseOf('a'), { ...lease, ...LATER }, leaseOf('z')])
  }),

  clause('a renewal turns a lease into one that never expires, and back', async (store) => {
    await held(store, USER, [leaseOf('a')])
    await store.renew(USER, leaseOf('a'), { renewedAtMs: 50_000, expiresAtMs: null })
    assert.equal((await store.read(USER)).leases[0]?.expiresAtMs, null)
    await store.renew(USER, leaseOf('a'), LATER)
    assert.equal((await store.read(USER)).leases[0]?.expiresAtMs, LATER.expiresAtMs)
  }),

  clause(
    'a renewal by a report keeps what is reported first, and no content reported later',
    async (store) => {
      await held(store, USER, [leaseOf('a'), fullLease()])
      for (const reportedContentId of ['film', 'advert']) {
        const renewal = { ...LATER, reportedContentId }
        const { roster } = await store.renew(USER, { id: leaseOf('a').id }, renewal)
        assert.equal(roster.leases[0]?.reportedContentId, 'film')
        await store.renew(USER, { id: fullLease().id }, renewal)
      }
      const { leases } = await store.read(USER)
      const kept = leases.map(({ reportedContentId }) => reportedContentId)
      assert.deepEqual(kept, ['film', fullLease().reportedContentId])
    },
  ),

  clause('a renewal keeps the time of the report that it comes from, and otherwise none', async (store) => {
    await held(store, USER, [leaseOf('a'), fullLease()])
    for (const reportedAtMs of [70, 60, undefined, undefined, 80]) {
      for (const { id } of [leaseOf('a'), fullLease()]) {
        const renewal = { ...LATER, ...(reportedAtMs !== undefined && { reportedAtMs }) }
        assert.equal((await store.renew(USER, { id }, renewal)).done, true)
      }
      const { reportedAtMs: _former, ...full } = fullLease()
      const expected = [leaseOf('a'), full].map((lease) => ({
        ...lease,
        ...LATER,
        ...(reportedAtMs !== undefined && { reportedAtMs }),
      }))
      assert.deepEqual((await store.read(USER)).leases, expected)
    }
  }),

  clause('a renewal of a lease that is not held conflicts, and nothing is added', async (store) => {
    await held(store, USER, [leaseOf('a')])
    assert.equal((await store.renew(USER, { id: leaseOf('b').id }, LATER)).done, false)
    assert.deepEqual((await store.read(USER)).leases, [leaseOf('a')])
  }),

  clause('a renewal for a user never seen conflicts, and the user stays unseen', async (store) => {
    assert.equal((await store.renew(USER, { id: leaseOf('a').id }, LATER)).done, false)
    assert.deepEqual(await usersMet(store), [])
  }),

  clause('a renewal with the right generation is done', async (store) => {
    await held(store, USER, [leaseOf('a')])
    assert.equal((await store.renew(USER, leaseOf('a'), LATER)).done, true)
    assert.equal((await store.read(USER)).leases[0]?.expiresAtMs, LATER.expiresAtMs)
  }),

  clause('a renewal with another generation conflicts, and nothing changes', async (store) => {
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
