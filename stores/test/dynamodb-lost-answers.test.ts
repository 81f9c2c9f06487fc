/**
 * Answers that are lost after the write, and requests that arrive late. The client repeats by
 * itself. A repetition must neither take a second slot nor count as a refusal.
 */
import type { Generation } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { evictionOfLease, held, idsOf, leaseOf, leaseOn, stopOf, USER } from '../src/contract/specimens.ts'
import { useDynalite } from './dynalite/dynalite.ts'
import { useWires, type Wire } from './dynalite/wire.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

const ALONE = { capacity: 9, soleOfDevice: true }
const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }

async function storeBehind(wire: Wire, maxAttempts = 2) {
  return dynalite.makeStore({ endpoint: wire.endpoint, maxAttempts })
}

for (const handsItemsBack of [true, false]) {
  const endpoint = handsItemsBack ? 'returns items with refusals' : 'returns no item'
  describe(`DynamoDbStore whose answers are lost, if the endpoint ${endpoint}`, () => {
    it('recognises its own add', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      wire.treatNext('lose the answer')
      const outcome = await store.add(USER, leaseOf('a'), { capacity: 1 })
      expect(outcome.done).toBe(true)
      expect(outcome.roster).toEqual(await store.read(USER))
      expect(idsOf(outcome.roster)).toEqual(['a'])
      expect(wire.requests.filter(({ operation }) => operation === 'UpdateItem')).toHaveLength(2)
      await store.close()
    })

    it('recognises its own add after two lost answers', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire, 3)
      wire.treatNext('lose the answer', 'lose the answer')
      expect((await store.add(USER, leaseOf('a'), { capacity: 1 })).done).toBe(true)
      expect(idsOf(await store.read(USER))).toEqual(['a'])
      await store.close()
    })

    it('does not mistake another client’s admission of the lease for its own', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      await store.add(USER, leaseOf('a', { generation: 'theirs' as Generation }), { capacity: 3 })
      wire.treatNext('lose the answer')
      const outcome = await store.add(USER, leaseOf('a', { generation: 'mine' as Generation }), {
        capacity: 3,
      })
      expect(outcome.done).toBe(false)
      expect(outcome.roster.leases[0]?.generation).toBe('theirs')
      await store.close()
    })

    it('recognises its own add that had to be alone on its device', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      await held(store, USER, [leaseOf('a'), leaseOn('phone', 'b')])
      wire.treatNext('lose the answer')
      const outcome = await store.add(USER, leaseOn('tv', 'c'), ALONE)
      expect(outcome.done).toBe(true)
      expect(idsOf(outcome.roster)).toEqual(['a', 'b@phone', 'c@tv'])
      wire.treatNext('lose the answer')
      expect((await store.add(USER, leaseOn('tv', 'd'), ALONE)).done).toBe(false)
      expect(await store.read(USER)).toEqual(outcome.roster)
      await store.close()
    })

    it('renews by a report twice, which is once', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      await held(store, USER, [leaseOf('a')])
      wire.treatNext('lose the answer')
      const report = { reportedContentId: 'film', reportedAtMs: 49_000 }
      const outcome = await store.renew(USER, leaseOf('a'), { ...LATER, ...report })
      expect(outcome.done).toBe(true)
      expect(outcome.roster.leases).toEqual([leaseOf('a', { ...LATER, ...report })])
      await store.close()
    })

    it('renews twice, which is once', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      await held(store, USER, [leaseOf('a')])
      wire.treatNext('lose the answer')
      const outcome = await store.renew(USER, leaseOf('a'), LATER)
      expect(outcome.done).toBe(true)
      expect(outcome.roster).toEqual(await store.read(USER))
      expect(outcome.roster.leases).toEqual([leaseOf('a', LATER)])
      await store.close()
    })

    it('ends a lease once, though it can only say that the lease is gone', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      await held(store, USER, [leaseOf('a'), leaseOf('b')])
      wire.treatNext('lose the answer')
      const outcome = await store.remove(USER, leaseOf('a'), stopOf('a'))
      expect(outcome.done).toBe(false)
      expect(idsOf(outcome.roster)).toEqual(['b'])
      await store.close()
    })

    it('leaves the note of a stop once, and what the stop before has left', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      await held(store, USER, [leaseOn('tv', 'a'), leaseOn('phone', 'b'), leaseOn('tv', 'c')])
      await store.remove(USER, leaseOn('tv', 'a'), stopOf('a@tv', 4_000))
      for (const treatment of [['lose the answer'], ['pass', 'lose the answer']] as const) {
        wire.treatNext(...treatment)
        const { roster } = await store.remove(USER, leaseOn('phone', 'b'), stopOf('b@phone', 5_000))
        expect(roster).toEqual(await store.read(USER))
        expect(roster).toMatchObject({ lastStop: stopOf('b@phone', 5_000), forgottenUntilMs: 4_000 })
      }
      expect((await store.add(USER, leaseOn('tv', 'd'), ALONE)).done).toBe(false)
      expect((await store.add(USER, leaseOn('phone', 'd'), ALONE)).done).toBe(true)
      await store.close()
    })

    it('recognises its own replace with notes in all their places', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      await held(store, USER, [leaseOf('a'), leaseOf('b')])
      const seen = (await store.remove(USER, leaseOf('a'), stopOf('a', 4_000))).roster
      const next = {
        leases: [leaseOn('tv', 'c')],
        notes: [evictionOfLease('b')],
        lastStop: stopOf('a', 4_000),
        forgottenUntilMs: 3_000,
      }
      wire.treatNext('lose the answer')
      const outcome = await store.replace(USER, seen, next)
      expect(outcome.done).toBe(true)
      expect(outcome.roster).toMatchObject(next)
      await store.close()
    })

    it('recognises its own replace', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      const seen = await held(store, USER, [leaseOf('a'), leaseOf('b')])
      const next = { leases: [leaseOf('b'), leaseOf('c')], notes: [evictionOfLease('a')] }
      wire.treatNext('lose the answer')
      const outcome = await store.replace(USER, seen, next)
      expect(outcome.done).toBe(true)
      expect(outcome.roster).toMatchObject(next)
      expect(outcome.roster).toEqual(await store.read(USER))
      await store.close()
    })

    it('recognises its own replace of a user never seen', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      const unseen = await store.read(USER)
      wire.treatNext('lose the answer')
      const outcome = await store.replace(USER, unseen, { leases: [leaseOf('a')], notes: [] })
      expect(outcome.done).toBe(true)
      expect(idsOf(await store.read(USER))).toEqual(['a'])
      await store.close()
    })

    it('recognises its own replace by nothing', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      const seen = await held(store, USER, [leaseOf('a')])
      wire.treatNext('lose the answer')
      expect((await store.replace(USER, seen, { leases: [], notes: [] })).done).toBe(true)
      expect((await store.scan({ pageSize: 10 })).users).toEqual([])
      await store.close()
    })

    it('does not mistake another client’s replace for its own if it differs only in a note', async () => {
      const ours = {
        leases: [leaseOf('c')],
        notes: [evictionOfLease('a')],
        lastStop: stopOf('x'),
        forgottenUntilMs: 4_000,
      }
      const { lastStop: _stop, ...withoutStop } = ours
      for (const theirs of [
        withoutStop,
        { ...ours, lastStop: stopOf('y') },
        { ...ours, forgottenUntilMs: 5_000 },
        { ...ours, notes: [] },
      ]) {
        const wire = await openWire({ handsItemsBack })
        const store = await storeBehind(wire)
        const seen = await held(store, USER, [leaseOf('a')])
        expect((await store.replace(USER, seen, theirs)).done).toBe(true)
        wire.treatNext('lose the answer')
        expect(await store.replace(USER, seen, ours)).toEqual({ done: false, roster: await store.read(USER) })
        await store.close()
      }
    })

    it('does not mistake the same step by another client for its own replace', async () => {
      const wire = await openWire({ handsItemsBack })
      const store = await storeBehind(wire)
      const seen = await held(store, USER, [leaseOf('a')])
      await store.renew(USER, leaseOf('a'), LATER)
      wire.treatNext('lose the answer')
      const outcome = await store.replace(USER, seen, { leases: [leaseOf('c')], notes: [] })
      expect(outcome.done).toBe(false)
      expect(idsOf(outcome.roster)).toEqual(['a'])
      await store.close()
    })
  })
}
