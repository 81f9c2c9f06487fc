/**
 * The devices of one user's leases: what they cost, and an item whose list of them is missing or
 * wrong.
 */
import { Limiter, parsePolicy, type DeviceId, type LeaseId, type StreamId } from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { describe, expect, it } from 'vitest'
import { idsOf, leaseOf, leaseOn, stopOf, USER } from '../src/contract/specimens.ts'
import { useDynalite, type Item } from './dynalite/dynalite.ts'
import { useWires, type Wire } from './dynalite/wire.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

const NOW_MS = 1_800_000_000_000
const ALONE = { capacity: 9, soleOfDevice: true }

function limiterOver(store: DynamoDbStore): Limiter {
  let generations = 0
  return new Limiter({
    store,
    policy: parsePolicy({ plans: { standard: { limits: [{ max: 3 }] } } }),
    now: () => NOW_MS,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: async () => {},
    random: () => 0,
  })
}

/** What was sent since the last call. */
const sent = (wire: Wire) => wire.requests.splice(0).map(({ operation }) => operation)

describe('the requests of a limiter on DynamoDbStore', () => {
  it('are one for a start on a device that holds nothing, two for one that takes over', async () => {
    const wire = await openWire()
    const limiter = limiterOver(await dynalite.makeStore({ endpoint: wire.endpoint }))
    const start = async (streamId: string, deviceId?: string) => {
      const stream = {
        streamId: streamId as StreamId,
        ...(deviceId !== undefined && { deviceId: deviceId as DeviceId }),
      }
      const { outcome } = await limiter.start({ user: USER, stream })
      return [outcome, ...sent(wire)]
    }
    expect(await start('film', 'tv')).toEqual(['admitted', 'UpdateItem'])
    expect(await start('film', 'phone')).toEqual(['admitted', 'UpdateItem'])
    expect(await start('film', 'tv')).toEqual(['renewed', 'UpdateItem', 'UpdateItem'])
    expect(await start('news', 'tv')).toEqual(['admitted', 'UpdateItem', 'UpdateItem'])
    expect(await start('news')).toEqual(['admitted', 'UpdateItem'])
    expect(await start('match', 'tablet')).toEqual(['denied', 'UpdateItem'])
    expect(await start('match', 'tv')).toEqual(['admitted', 'UpdateItem', 'UpdateItem'])
    const { live } = await limiter.list(USER)
    expect(live.map(({ id }) => id)).toEqual(['film@phone', 'news', 'match@tv'])
  })

  it('are one for a heartbeat, and one for the stop of a device’s only lease', async () => {
    const wire = await openWire()
    const limiter = limiterOver(await dynalite.makeStore({ endpoint: wire.endpoint }))
    const stream = { streamId: 'film' as StreamId, deviceId: 'tv' as DeviceId }
    await limiter.start({ user: USER, stream })
    sent(wire)
    await limiter.heartbeat({ user: USER, stream, report: { reportedContentId: 'c', reportedAtMs: 1 } })
    expect(sent(wire)).toEqual(['UpdateItem'])
    await limiter.heartbeat({ user: USER, stream })
    expect(sent(wire)).toEqual(['UpdateItem'])
    expect(await limiter.stop({ user: USER, id: 'film@tv' as LeaseId })).toEqual({ outcome: 'stopped' })
    expect(sent(wire)).toEqual(['UpdateItem'])
    await limiter.start({ user: USER, stream })
    expect(sent(wire)).toEqual(['UpdateItem'])
  })
})

/** Ways in which the list of devices may be wrong, in an item that holds these leases. */
const HELD = [leaseOn('phone', 'a'), leaseOn('tv', 'b'), leaseOf('c')]
const WRONG_LISTS: Readonly<Record<string, Item['D'] | undefined>> = {
  'is missing, as in an item of version 0.1': undefined,
  'is too short': { L: [{ S: 'phone' }] },
  'is empty': { L: [] },
  'is too long': { L: [{ S: 'tv' }, { S: 'tablet' }, { S: 'phone' }, { S: 'tv' }] },
}

async function storeWith(devices: Item['D'] | undefined) {
  const tableName = await dynalite.makeTable()
  const store = await dynalite.makeStore({ tableName })
  for (const lease of HELD) await store.add(USER, lease, { capacity: 9 })
  const { D: _right, ...item } = (await dynalite.itemOf(tableName, USER)) ?? {}
  await dynalite.put(tableName, devices === undefined ? item : { ...item, D: devices })
  await store.close()
  const wire = await openWire()
  return { wire, tableName, store: await dynalite.makeStore({ endpoint: wire.endpoint, tableName }) }
}

async function devicesIn(tableName: string) {
  return (await dynalite.itemOf(tableName, USER))?.['D']?.L?.map(({ S: device }) => device)
}

describe.each(Object.entries(WRONG_LISTS))('an item whose list of devices %s', (_what, devices) => {
  it('takes no second lease of a device that holds one', async () => {
    const { store } = await storeWith(devices)
    const outcome = await store.add(USER, leaseOn('tv', 'd'), ALONE)
    expect([outcome.done, idsOf(outcome.roster)]).toEqual([false, HELD.map(({ id }) => id)])
    await store.close()
  })

  it('takes a lease of a device that holds none by a second request, which corrects the list', async () => {
    const { store, wire, tableName } = await storeWith(devices)
    expect((await store.add(USER, leaseOn('tablet', 'd'), ALONE)).done).toBe(true)
    expect(sent(wire)).toEqual(['UpdateItem', 'UpdateItem'])
    expect(await devicesIn(tableName)).toEqual(['phone', 'tv', '', 'tablet'])
    expect((await store.add(USER, leaseOn('laptop', 'e'), ALONE)).done).toBe(true)
    expect((await store.add(USER, leaseOn('tv', 'f'), ALONE)).done).toBe(false)
    expect(sent(wire)).toEqual(['UpdateItem', 'UpdateItem'])
    await store.close()
  })

  it('never becomes right by adds and removals that do not look at it', async () => {
    const { store } = await storeWith(devices)
    for (const lease of [leaseOn('watch', 'x'), leaseOf('y'), leaseOf('z')]) {
      expect((await store.add(USER, lease, { capacity: 9 })).done).toBe(true)
    }
    for (const { id } of [leaseOf('z'), leaseOf('c')]) {
      expect((await store.remove(USER, { id }, stopOf(id))).done).toBe(true)
    }
    for (const device of ['phone', 'tv', 'watch']) {
      expect((await store.add(USER, leaseOn(device, 'other'), ALONE)).done).toBe(false)
    }
    await store.close()
  })

  it('can end any of its leases', async () => {
    for (const { id } of HELD) {
      const { store } = await storeWith(devices)
      const { done, roster } = await store.remove(USER, { id }, stopOf(id))
      const left = HELD.filter((lease) => lease.id !== id)
      expect([done, roster.leases, roster.lastStop]).toEqual([true, left, stopOf(id)])
      for (const { deviceId } of left) {
        if (deviceId === undefined) continue
        expect((await store.add(USER, leaseOn(deviceId, 'other'), ALONE)).done).toBe(false)
      }
      await store.close()
    }
  })

  it('is corrected by the end of a lease that is not the first', async () => {
    const { store, tableName } = await storeWith(devices)
    expect((await store.remove(USER, leaseOn('tv', 'b'), stopOf('b@tv'))).done).toBe(true)
    expect(await devicesIn(tableName)).toEqual(['phone', ''])
    await store.close()
  })

  it('is corrected by a replace', async () => {
    const { store, tableName, wire } = await storeWith(devices)
    const seen = await store.read(USER)
    await store.replace(USER, seen, { leases: seen.leases.slice(1), notes: [] })
    expect(await devicesIn(tableName)).toEqual(['tv', ''])
    sent(wire)
    expect((await store.add(USER, leaseOn('phone', 'd'), ALONE)).done).toBe(true)
    expect(sent(wire)).toEqual(['UpdateItem'])
    await store.close()
  })
})

/** Adds an entry to the list and changes nothing else. */
async function append(tableName: string, id: string): Promise<void> {
  const item = (await dynalite.itemOf(tableName, USER)) ?? {}
  await dynalite.put(tableName, { ...item, Streams: { L: [...(item['Streams']?.L ?? []), { S: id }] } })
}

describe('an item whose list of devices is wrong', () => {
  it('because an entry was added by hand, takes no second lease of that entry’s device', async () => {
    const { store, tableName } = await storeWith({ L: [{ S: 'phone' }, { S: 'tv' }, { S: '' }] })
    await append(tableName, 'd@laptop')
    expect((await store.add(USER, leaseOn('laptop', 'e'), ALONE)).done).toBe(false)
    expect((await store.add(USER, leaseOn('tablet', 'e'), ALONE)).done).toBe(true)
    expect(await devicesIn(tableName)).toEqual(['phone', 'tv', '', 'laptop', 'tablet'])
    await store.close()
  })

  it('is not corrected over an entry that is added by hand between two requests', async () => {
    const { store, tableName, wire } = await storeWith(undefined)
    wire.treatNext('pass', () => append(tableName, 'd@tablet'))
    const outcome = await store.add(USER, leaseOn('tablet', 'e'), ALONE)
    expect([outcome.done, idsOf(outcome.roster)]).toEqual([false, ['a@phone', 'b@tv', 'c', 'd@tablet']])
    await store.close()
  })

  it('though it holds nothing, takes a lease by one request, and is right again by the time it counts', async () => {
    const { store, tableName, wire } = await storeWith({ L: [{ S: 'tv' }] })
    const item = (await dynalite.itemOf(tableName, USER)) ?? {}
    await dynalite.put(tableName, { ...item, Streams: { L: [] } })
    expect((await store.add(USER, leaseOn('tv', 'd'), ALONE)).done).toBe(true)
    expect(sent(wire)).toEqual(['UpdateItem'])
    expect((await store.add(USER, leaseOn('tv', 'e'), ALONE)).done).toBe(false)
    expect((await store.add(USER, leaseOn('phone', 'e'), ALONE)).done).toBe(true)
    expect((await store.remove(USER, leaseOn('tv', 'd'), stopOf('d@tv'))).done).toBe(true)
    expect((await store.add(USER, leaseOn('tv', 'f'), ALONE)).done).toBe(true)
    expect(await devicesIn(tableName)).toEqual(['phone', 'tv'])
    await store.close()
  })
})

describe('a lease that names another device than its id does, or none', () => {
  it('takes the device that it names, and frees it', async () => {
    const store = await dynalite.makeStore()
    const other = leaseOf('film', { id: 'film@tv' as LeaseId, deviceId: 'phone' as DeviceId })
    const none = leaseOf('news', { id: 'news@watch' as LeaseId })
    for (const lease of [other, none]) expect((await store.add(USER, lease, ALONE)).done).toBe(true)
    expect((await store.add(USER, leaseOn('phone', 'x'), ALONE)).done).toBe(false)
    expect((await store.add(USER, leaseOn('tv', 'x'), ALONE)).done).toBe(true)
    expect((await store.add(USER, leaseOn('watch', 'x'), ALONE)).done).toBe(true)
    for (const { id } of [other, none]) expect((await store.remove(USER, { id }, stopOf(id))).done).toBe(true)
    expect((await store.add(USER, leaseOn('phone', 'x'), ALONE)).done).toBe(true)
    expect((await store.add(USER, leaseOn('tv', 'y'), ALONE)).done).toBe(false)
    await store.close()
  })
})
