/**
 * Items written by a program that knows only `UserId` and `Streams`: by hand, or by the old
 * service.
 */
import {
  LimiterError,
  type DeviceId,
  type Generation,
  type Lease,
  type LeaseId,
  type Roster,
  type UserId,
} from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { describe, expect, it } from 'vitest'
import { evictionOfLease, idsOf, leaseOf, stopOf, USER } from '../src/contract/specimens.ts'
import { itemByHand, useDynalite } from './dynalite/dynalite.ts'

const dynalite = useDynalite()

const BY_HAND = {
  startedAtMs: 0,
  renewedAtMs: 0,
  expiresAtMs: null,
  generation: 'by-hand' as Generation,
}
const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }
const A = { id: 'a' as LeaseId }

/** A store whose only user was written by hand. */
async function storeWith(...ids: string[]): Promise<{ store: DynamoDbStore; tableName: string }> {
  const tableName = await dynalite.makeTable()
  await dynalite.put(tableName, itemByHand(USER, ids))
  return { store: await dynalite.makeStore({ tableName }), tableName }
}

/** An item that the old service keeps writing. */
async function appendByHand(tableName: string, ...ids: string[]): Promise<void> {
  const item = (await dynalite.itemOf(tableName, USER)) ?? itemByHand(USER, [])
  const streams = [...(item['Streams']?.L ?? []), ...ids.map((id) => ({ S: id }))]
  await dynalite.put(tableName, { ...item, Streams: { L: streams } })
}

describe('an item written by hand', () => {
  it('holds leases that never expire, in its order', async () => {
    const { store } = await storeWith('a', 'b@tv')
    expect((await store.read(USER)).leases).toEqual([
      leaseOf('a', BY_HAND),
      leaseOf('b', { ...BY_HAND, id: 'b@tv' as LeaseId, deviceId: 'tv' as DeviceId }),
    ])
    await store.close()
  })

  it('counts against the capacity', async () => {
    const { store } = await storeWith('a', 'b')
    expect((await store.add(USER, leaseOf('c'), { capacity: 2 })).done).toBe(false)
    expect((await store.add(USER, leaseOf('a'), { capacity: 3 })).done).toBe(false)
    expect((await store.add(USER, leaseOf('c'), { capacity: 3 })).done).toBe(true)
    expect((await store.add(USER, leaseOf('d'), { capacity: 3 })).done).toBe(false)
    expect((await store.read(USER)).leases).toEqual([
      leaseOf('a', BY_HAND),
      leaseOf('b', BY_HAND),
      leaseOf('c'),
    ])
    await store.close()
  })

  it('can have its leases renewed, which then expire like any other', async () => {
    const { store } = await storeWith('a', 'b')
    const outcome = await store.renew(USER, A, LATER)
    expect(outcome.done).toBe(true)
    expect(outcome.roster.leases).toEqual([leaseOf('a', { ...BY_HAND, ...LATER }), leaseOf('b', BY_HAND)])
    expect((await store.renew(USER, A, { renewedAtMs: 70_000, expiresAtMs: null })).done).toBe(true)
    expect((await store.read(USER)).leases[0]).toEqual(leaseOf('a', { ...BY_HAND, renewedAtMs: 70_000 }))
    await store.close()
  })

  it('can have its leases ended, wherever they are in the list', async () => {
    const { store } = await storeWith('a', 'b', 'c')
    for (const id of ['b', 'a', 'c']) {
      expect((await store.remove(USER, { id: id as LeaseId }, stopOf(id))).done).toBe(true)
    }
    expect(idsOf(await store.read(USER))).toEqual([])
    await store.close()
  })

  it('knows its leases by their generation, before and after a renewal', async () => {
    const { store } = await storeWith('a', 'b')
    const other = { ...A, generation: 'another' as Generation }
    const own = { ...A, generation: BY_HAND.generation }
    expect((await store.renew(USER, other, LATER)).done).toBe(false)
    expect((await store.remove(USER, other, stopOf('a'))).done).toBe(false)
    expect((await store.renew(USER, own, LATER)).done).toBe(true)
    expect((await store.remove(USER, own, stopOf('a'))).done).toBe(true)
    const next = { id: 'b' as LeaseId, generation: BY_HAND.generation }
    expect((await store.remove(USER, next, stopOf('b'))).done).toBe(true)
    await store.close()
  })

  it('can be replaced, and keeps the leases that stay as they are', async () => {
    const { store, tableName } = await storeWith('a', 'b')
    const seen = await store.read(USER)
    const b = seen.leases[1] as Lease
    const next = { leases: [b, leaseOf('c')], notes: [evictionOfLease('a')] }
    expect((await store.replace(USER, seen, next)).done).toBe(true)
    expect(await store.read(USER)).toMatchObject(next)
    expect(await dynalite.itemOf(tableName, USER)).not.toHaveProperty('L#b')
    await store.close()
  })

  it('is not replaced once it has changed, by a store or by hand', async () => {
    const changes: ((store: DynamoDbStore, tableName: string) => Promise<unknown>)[] = [
      (store) => store.renew(USER, A, LATER),
      (store) => store.add(USER, leaseOf('z'), { capacity: 9 }),
      (store) => store.erase(USER),
      (_, tableName) => appendByHand(tableName, 'z'),
      (_, tableName) => dynalite.put(tableName, itemByHand(USER, ['a', 'z'])),
      (_, tableName) => dynalite.put(tableName, itemByHand(USER, ['b', 'a'])),
    ]
    for (const change of changes) {
      const { store, tableName } = await storeWith('a', 'b')
      const seen = await store.read(USER)
      await change(store, tableName)
      const before = await store.read(USER)
      expect((await store.replace(USER, seen, { leases: [], notes: [] })).done).toBe(false)
      expect(await store.read(USER)).toEqual(before)
      await store.close()
    }
  })

  it('may hold nothing, or not even a list', async () => {
    for (const item of [itemByHand(USER, []), { UserId: { S: USER } }]) {
      const tableName = await dynalite.makeTable()
      await dynalite.put(tableName, item)
      const store = await dynalite.makeStore({ tableName })
      const seen = await store.read(USER)
      expect(idsOf(seen)).toEqual([])
      expect((await store.replace(USER, seen, { leases: [leaseOf('a')], notes: [] })).done).toBe(true)
      await dynalite.put(tableName, item)
      expect((await store.add(USER, leaseOf('a'), { capacity: 1 })).done).toBe(true)
      await store.close()
    }
  })

  it('keeps attributes that the store does not know', async () => {
    const tableName = await dynalite.makeTable()
    await dynalite.put(tableName, { ...itemByHand(USER, ['a']), Name: { S: 'Ann' } })
    const store = await dynalite.makeStore({ tableName })
    const { roster } = await store.add(USER, leaseOf('b'), { capacity: 3 })
    await store.replace(USER, roster, { leases: [leaseOf('c')], notes: [] })
    expect(await dynalite.itemOf(tableName, USER)).toMatchObject({ Name: { S: 'Ann' } })
    await store.close()
  })

  it('is met by a walk', async () => {
    const { store } = await storeWith('a')
    const { users } = await store.scan({ pageSize: 10 })
    expect(users).toEqual([{ user: USER, roster: await store.read(USER) }])
    await store.close()
  })
})

describe('an item that the old service keeps writing', () => {
  it('counts the same stream as often as it was started, and ends it at once', async () => {
    const { store } = await storeWith('a', 'b', 'a', 'a')
    expect((await store.add(USER, leaseOf('c'), { capacity: 4 })).done).toBe(false)
    const outcome = await store.remove(USER, A, stopOf('a'))
    expect(outcome.done).toBe(true)
    expect(idsOf(outcome.roster)).toEqual(['b'])
    await store.close()
  })

  it('can drop such a stream in a replace', async () => {
    const { store } = await storeWith('a', 'a', 'b')
    const seen: Roster = await store.read(USER)
    const next = { leases: seen.leases.filter(({ id }) => id !== 'a'), notes: [] }
    expect((await store.replace(USER, seen, next)).done).toBe(true)
    expect(idsOf(await store.read(USER))).toEqual(['b'])
    await store.close()
  })

  it('is not replaced over an entry that it has added meanwhile', async () => {
    const { store, tableName } = await storeWith()
    const seen = (await store.add(USER, leaseOf('a'), { capacity: 3 })).roster
    await appendByHand(tableName, 'b')
    const outcome = await store.replace(USER, seen, { leases: [leaseOf('c')], notes: [] })
    expect(outcome.done).toBe(false)
    expect(idsOf(outcome.roster)).toEqual(['a', 'b'])
    await store.close()
  })
})

describe('an item that cannot be understood', () => {
  it('is a failure with its reason, not an empty roster', async () => {
    for (const Streams of [{ SS: ['a'] }, { S: 'a' }, { L: [{ N: '1' }] }]) {
      const tableName = await dynalite.makeTable()
      await dynalite.put(tableName, { UserId: { S: USER }, Streams })
      const store = await dynalite.makeStore({ tableName })
      const error: unknown = await store.read(USER).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(LimiterError)
      expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', cause: expect.any(TypeError) })
      expect((await store.read('other' as UserId)).leases).toEqual([])
      await store.close()
    }
  })
})
