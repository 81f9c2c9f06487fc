/**
 * `ExpiresAt`, by which the table deletes: late enough for every lease, and never beside a lease
 * that never expires.
 */
import type { LeaseId, RosterContent } from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { describe, expect, it } from 'vitest'
import { evictionOfLease, leaseOf, stopOf, USER } from '../src/contract/specimens.ts'
import { itemByHand, useDynalite, type Item } from './dynalite/dynalite.ts'
import { useWires } from './dynalite/wire.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

const DAY_MS = 86_400_000
const NOW_MS = 1_800_000_000_000
const KEPT_MS = 30 * DAY_MS

const lapsing = (id: string, expiresAtMs = NOW_MS) => leaseOf(id, { expiresAtMs })
const lasting = (id: string) => leaseOf(id, { expiresAtMs: null })

async function makeStore(item?: Item) {
  const tableName = await dynalite.makeTable()
  if (item !== undefined) await dynalite.put(tableName, item)
  const store: DynamoDbStore = await dynalite.makeStore({ tableName })
  const expiryMs = async () => {
    const seconds = (await dynalite.itemOf(tableName, USER))?.['ExpiresAt']?.N
    return seconds === undefined ? undefined : Number(seconds) * 1000
  }
  return { store, tableName, expiryMs }
}

describe('ExpiresAt of an item', () => {
  it('is thirty days after the end of the lease that was added last', async () => {
    const { store, expiryMs } = await makeStore()
    await store.add(USER, lapsing('a'), { capacity: 3 })
    expect(await expiryMs()).toBe(NOW_MS + KEPT_MS)
    await store.add(USER, lapsing('b', NOW_MS + 1_001), { capacity: 3 })
    expect(await expiryMs()).toBe(NOW_MS + 2_000 + KEPT_MS)
    await store.close()
  })

  it('does not come before the end of a longer lease that was added earlier', async () => {
    const { store, expiryMs } = await makeStore()
    await store.add(USER, lapsing('long', NOW_MS + 40 * DAY_MS), { capacity: 3 })
    await store.add(USER, lapsing('short', NOW_MS), { capacity: 3 })
    expect(await expiryMs()).toBe(NOW_MS + 40 * DAY_MS + KEPT_MS)
    await store.close()
  })

  it('is left alone by renewals while a week is left, and then moved', async () => {
    const { store, expiryMs } = await makeStore()
    await store.add(USER, lapsing('a'), { capacity: 3 })
    const renewAt = (expiresAtMs: number) =>
      store.renew(USER, lapsing('a'), { renewedAtMs: NOW_MS, expiresAtMs })
    await renewAt(NOW_MS + 23 * DAY_MS)
    expect(await expiryMs()).toBe(NOW_MS + KEPT_MS)
    const { version } = (await renewAt(NOW_MS + 23 * DAY_MS + 1)).roster
    expect(await expiryMs()).toBe(NOW_MS + 23 * DAY_MS + 1_000 + KEPT_MS)
    expect((await store.read(USER)).version).toBe(version)
    await store.close()
  })

  it('is removed by a lease that never expires, and stays away while one is held', async () => {
    const { store, expiryMs } = await makeStore()
    await store.add(USER, lapsing('a'), { capacity: 4 })
    await store.add(USER, lasting('b'), { capacity: 4 })
    expect(await expiryMs()).toBeUndefined()
    expect((await store.add(USER, lapsing('c'), { capacity: 4 })).done).toBe(true)
    expect(await expiryMs()).toBeUndefined()
    await store.renew(USER, lapsing('a'), { renewedAtMs: NOW_MS, expiresAtMs: NOW_MS })
    await store.remove(USER, lapsing('c'), stopOf('c'))
    expect(await expiryMs()).toBeUndefined()
    await store.close()
  })

  it('is removed by a renewal after which a lease never expires', async () => {
    const { store, expiryMs } = await makeStore()
    await store.add(USER, lapsing('a'), { capacity: 3 })
    await store.renew(USER, lapsing('a'), { renewedAtMs: NOW_MS, expiresAtMs: null })
    expect(await expiryMs()).toBeUndefined()
    await store.close()
  })

  it('is never set on an item written by hand while one of its entries is held', async () => {
    const { store, expiryMs } = await makeStore(itemByHand(USER, ['a', 'b']))
    await store.add(USER, lapsing('c'), { capacity: 5 })
    await store.add(USER, lapsing('d'), { capacity: 5 })
    await store.renew(USER, { id: 'a' as LeaseId }, { renewedAtMs: NOW_MS, expiresAtMs: NOW_MS })
    await store.remove(USER, { id: 'a' as LeaseId }, stopOf('a'))
    expect(await expiryMs()).toBeUndefined()
    await store.close()
  })

  it('is set by none of the requests for such an item, not even for an instant', async () => {
    const { tableName } = await makeStore(itemByHand(USER, ['a', 'b']))
    const wire = await openWire()
    const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
    await store.add(USER, lapsing('c'), { capacity: 5 })
    await store.renew(USER, { id: 'a' as LeaseId }, { renewedAtMs: NOW_MS, expiresAtMs: NOW_MS })
    const carriedOut = wire.requests.filter(({ isRefused }) => !isRefused)
    expect(carriedOut).toHaveLength(2)
    for (const { body } of carriedOut) expect(body['UpdateExpression']).not.toContain('ExpiresAt')
    await store.close()
  })

  it('comes back once the item holds nothing', async () => {
    const { store, expiryMs } = await makeStore(itemByHand(USER, ['a']))
    await store.remove(USER, { id: 'a' as LeaseId }, stopOf('a'))
    await store.add(USER, lapsing('b'), { capacity: 3 })
    expect(await expiryMs()).toBe(NOW_MS + KEPT_MS)
    await store.close()
  })

  it('is removed at the next write if an entry was added by hand', async () => {
    const { store, tableName, expiryMs } = await makeStore()
    await store.add(USER, lapsing('a'), { capacity: 5 })
    const item = (await dynalite.itemOf(tableName, USER)) ?? {}
    await dynalite.put(tableName, { ...item, Streams: { L: [{ S: 'a' }, { S: 'by hand' }] } })
    await store.renew(USER, lapsing('a'), { renewedAtMs: NOW_MS, expiresAtMs: NOW_MS + 1 })
    expect(await expiryMs()).toBeUndefined()
    await store.close()
  })

  it('is removed by a refused add if the old service added an entry to an item that held nothing', async () => {
    const { store, tableName, expiryMs } = await makeStore()
    await store.add(USER, lapsing('a'), { capacity: 1 })
    await store.remove(USER, lapsing('a'), stopOf('a'))
    expect(await expiryMs()).toBe(NOW_MS + KEPT_MS)
    const item = (await dynalite.itemOf(tableName, USER)) ?? {}
    await dynalite.put(tableName, { ...item, Streams: { L: [{ S: 'old' }] } })
    const { version } = await store.read(USER)
    expect(await store.add(USER, lapsing('b'), { capacity: 1 })).toMatchObject({
      done: false,
      roster: { version },
    })
    expect(await expiryMs()).toBeUndefined()
    await store.close()
  })

  it('is set by a replace from all that is left to keep', async () => {
    const { store, expiryMs } = await makeStore(itemByHand(USER, ['a']))
    const replaceBy = async (leases: ReturnType<typeof lapsing>[], untilMs?: number) => {
      const notes = untilMs === undefined ? [] : [{ ...evictionOfLease('x'), untilMs }]
      await store.replace(USER, await store.read(USER), { leases, notes })
      return expiryMs()
    }
    expect(await replaceBy([lapsing('b'), lapsing('c', NOW_MS - 1)])).toBe(NOW_MS + KEPT_MS)
    expect(await replaceBy([lapsing('b'), lasting('c')])).toBeUndefined()
    expect(await replaceBy([lapsing('b')], NOW_MS + DAY_MS)).toBe(NOW_MS + DAY_MS + KEPT_MS)
    expect(await replaceBy([], NOW_MS)).toBe(NOW_MS + KEPT_MS)
    await store.close()
  })

  it('is set by a replace from the last stop and from what was forgotten too', async () => {
    const { store, expiryMs } = await makeStore()
    const replaceBy = async (noted: Partial<RosterContent>) => {
      await store.replace(USER, await store.read(USER), { leases: [lapsing('a')], notes: [], ...noted })
      return expiryMs()
    }
    const lastStop = stopOf('x', NOW_MS + 2 * DAY_MS)
    expect(await replaceBy({ lastStop })).toBe(NOW_MS + 2 * DAY_MS + KEPT_MS)
    expect(await replaceBy({ lastStop, forgottenUntilMs: NOW_MS + 3 * DAY_MS })).toBe(
      NOW_MS + 3 * DAY_MS + KEPT_MS,
    )
    expect(await replaceBy({ leases: [], lastStop })).toBe(NOW_MS + 2 * DAY_MS + KEPT_MS)
    expect(await replaceBy({ leases: [lasting('a')], lastStop })).toBeUndefined()
    await store.close()
  })

  it('is set by a replace from the end of a grace, though the lease itself never expires', async () => {
    const { store, expiryMs } = await makeStore()
    const leases = [leaseOf('a', { expiresAtMs: null, graceUntilMs: NOW_MS })]
    await store.replace(USER, await store.read(USER), { leases, notes: [] })
    expect(await expiryMs()).toBe(NOW_MS + KEPT_MS)
    await store.close()
  })

  it('is left alone by a stop, after which at least a week is left', async () => {
    const { store, expiryMs } = await makeStore()
    await store.add(USER, lapsing('a'), { capacity: 3 })
    await store.renew(USER, lapsing('a'), { renewedAtMs: NOW_MS, expiresAtMs: NOW_MS + 23 * DAY_MS })
    await store.remove(USER, lapsing('a'), stopOf('a', NOW_MS + 23 * DAY_MS))
    expect(await expiryMs()).toBe(NOW_MS + KEPT_MS)
    await store.close()
  })
})
