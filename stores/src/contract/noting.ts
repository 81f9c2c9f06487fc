import assert from 'node:assert/strict'
import type { Generation, RosterContent, Store } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { evictionOfLease, held, leaseOf, leaseOn, notesOfEveryKind, stopOf, USER } from './specimens.ts'

const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }

/** A roster with something in each of its places. */
const FULL: RosterContent = {
  leases: [leaseOf('a'), leaseOf('b')],
  notes: notesOfEveryKind(),
  lastStop: stopOf('x', 5_000),
  forgottenUntilMs: 4_500,
}

export const NOTING: readonly Clause[] = [
  clause('a removal leaves its note as the last stop, whatever the note says', async (store) => {
    for (const note of notesOfEveryKind()) {
      await store.erase(USER)
      await held(store, USER, [leaseOf('a'), leaseOf('b')])
      assert.equal((await store.remove(USER, leaseOf('a'), note)).done, true)
      assert.deepEqual(await contentIn(store), { leases: [leaseOf('b')], notes: [], lastStop: note })
    }
  }),

  clause('a removal leaves its note though it ends the last lease', async (store) => {
    await held(store, USER, [leaseOn('tv', 'a')])
    await store.remove(USER, leaseOn('tv', 'a'), stopOf('a@tv'))
    assert.deepEqual(await contentIn(store), { leases: [], notes: [], lastStop: stopOf('a@tv') })
  }),

  clause('a removal replaces the note before, and keeps until when that would count', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b'), leaseOf('c'), leaseOf('d')])
    await store.remove(USER, leaseOf('a'), stopOf('a', 4_000))
    for (const [id, untilMs, forgottenUntilMs] of [
      ['b', 5_000, 4_000],
      ['c', 5_000, 5_000],
      ['d', 7_000, 5_000],
    ] as const) {
      await store.remove(USER, leaseOf(id), stopOf(id, untilMs))
      const { leases: _left, ...noted } = await contentIn(store)
      assert.deepEqual(noted, { notes: [], lastStop: stopOf(id, untilMs), forgottenUntilMs })
    }
  }),

  clause('a removal whose note ends sooner forgets no earlier that another was dropped', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b'), leaseOf('c')])
    for (const [id, untilMs] of [
      ['a', 9_000],
      ['b', 5_000],
      ['c', 6_000],
    ] as const) {
      await store.remove(USER, leaseOf(id), stopOf(id, untilMs))
    }
    const { lastStop, forgottenUntilMs } = await contentIn(store)
    assert.equal(lastStop?.leaseId, 'c')
    assert.equal(forgottenUntilMs, 9_000)
  }),

  clause('a removal leaves what was forgotten until a later instant', async (store) => {
    const { lastStop: _none, ...forgetful } = { ...FULL, forgottenUntilMs: 9_000 }
    await store.replace(USER, await store.read(USER), forgetful)
    for (const id of ['a', 'b']) {
      await store.remove(USER, leaseOf(id), stopOf(id, 6_000))
      const { lastStop, forgottenUntilMs } = await store.read(USER)
      assert.deepEqual(
        { lastStop, forgottenUntilMs },
        { lastStop: stopOf(id, 6_000), forgottenUntilMs: 9_000 },
      )
    }
  }),

  clause('a removal after a replace remembers the last stop that this wrote', async (store) => {
    await store.replace(USER, await store.read(USER), FULL)
    await store.remove(USER, leaseOf('b'), stopOf('b', 6_000))
    assert.deepEqual(await contentIn(store), {
      ...FULL,
      leases: [leaseOf('a')],
      lastStop: stopOf('b', 6_000),
      forgottenUntilMs: 5_000,
    })
  }),

  clause('a removal that conflicts leaves no note', async (store) => {
    const conflicting = [
      { id: leaseOf('z').id },
      { id: leaseOf('a').id, generation: 'another' as Generation },
    ]
    for (const ref of conflicting) {
      assert.equal((await store.remove(USER, ref, stopOf(ref.id))).done, false)
      assert.deepEqual(await contentIn(store), { leases: [], notes: [] })
    }
    for (const content of [{ leases: FULL.leases, notes: [] }, FULL]) {
      await store.replace(USER, await store.read(USER), content)
      for (const ref of conflicting) {
        assert.equal((await store.remove(USER, ref, stopOf(ref.id, 8_000))).done, false)
        assert.deepEqual(await contentIn(store), content)
      }
    }
  }),

  clause(
    'a replace writes the notes in all their places, and drops those that it does not name',
    async (store) => {
      const { lastStop, forgottenUntilMs } = FULL
      const contents: readonly RosterContent[] = [
        FULL,
        { leases: FULL.leases, notes: [] },
        { leases: [], notes: [], ...(lastStop && { lastStop }) },
        { leases: [], notes: [], ...(forgottenUntilMs && { forgottenUntilMs }) },
        { leases: [], notes: [evictionOfLease('x')] },
        FULL,
      ]
      for (const content of contents) {
        assert.equal((await store.replace(USER, await store.read(USER), content)).done, true)
        assert.deepEqual(await contentIn(store), content)
      }
    },
  ),

  clause('a replace drops what removals have left', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b'), leaseOf('c')])
    await store.remove(USER, leaseOf('a'), stopOf('a', 4_000))
    await store.remove(USER, leaseOf('b'), stopOf('b', 5_000))
    const next = { leases: [leaseOf('c')], notes: [] }
    assert.equal((await store.replace(USER, await store.read(USER), next)).done, true)
    assert.deepEqual(await contentIn(store), next)
    await store.remove(USER, leaseOf('c'), stopOf('c', 6_000))
    assert.deepEqual(await contentIn(store), { leases: [], notes: [], lastStop: stopOf('c', 6_000) })
  }),

  clause('adds leave all notes as they are, done or not', async (store) => {
    await store.replace(USER, await store.read(USER), FULL)
    for (const room of [{ capacity: 2 }, { capacity: 3 }, { capacity: 4, soleOfDevice: true }]) {
      await store.add(USER, leaseOn('tv', `c${room.capacity}`), room)
      assert.deepEqual({ ...(await contentIn(store)), leases: [] }, { ...FULL, leases: [] })
    }
  }),

  clause('renewals leave all notes as they are, done or not', async (store) => {
    await store.replace(USER, await store.read(USER), FULL)
    const reports = [{}, { reportedContentId: 'film', reportedAtMs: 7 }]
    for (const report of reports) {
      for (const id of ['a', 'b', 'z']) await store.renew(USER, leaseOf(id), { ...LATER, ...report })
      assert.deepEqual({ ...(await contentIn(store)), leases: [] }, { ...FULL, leases: [] })
    }
  }),
]

async function contentIn(store: Store): Promise<RosterContent> {
  const { version: _any, ...content } = await store.read(USER)
  return content
}
