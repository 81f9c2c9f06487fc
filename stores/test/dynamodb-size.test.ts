/** How much an item can hold, and how long an expression becomes. */
import { randomBytes, randomUUID } from 'node:crypto'
import {
  leaseIdOf,
  type DeviceId,
  type Generation,
  type Lease,
  type RosterContent,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { idsOf, leaseOf, notesOfEveryKind, stopOf, USER } from '../src/contract/specimens.ts'
import { useDynalite, type Item } from './dynalite/dynalite.ts'
import { itemBytes, writeUnits } from './dynalite/item-bytes.ts'
import { useWires, type Wire } from './dynalite/wire.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

/** Amazon DynamoDB Developer Guide, "Quotas": of each expression, in bytes. */
const EXPRESSION_BYTES_MAX = 4096

/** As long as those that the service makes. */
const GENERATION_LENGTH = 12

const NOW_MS = 1_732_240_800_123

function typicalLease(stream: { streamId: string; deviceId?: string }, rest: Partial<Lease> = {}): Lease {
  const named = stream as { streamId: StreamId; deviceId?: DeviceId }
  return leaseOf(stream.streamId, {
    ...named,
    id: leaseIdOf(named),
    startedAtMs: NOW_MS,
    renewedAtMs: NOW_MS + 25_001,
    expiresAtMs: NOW_MS + 100_001,
    generation: randomBytes(GENERATION_LENGTH / 2).toString('hex') as Generation,
    ...rest,
  })
}

function expectExpressionsToFit({ requests }: Wire): void {
  for (const { operation, body } of requests) {
    if (operation !== 'UpdateItem') continue
    for (const name of ['UpdateExpression', 'ConditionExpression']) {
      expect(Buffer.byteLength(body[name] as string)).toBeLessThanOrEqual(EXPRESSION_BYTES_MAX)
    }
  }
}

function shortlyNamedLease(index: number): Lease {
  return typicalLease({ streamId: `film-${index}` })
}

/** A lease of a player that sends everything it can. */
function fullyTypicalLease(): Lease {
  return typicalLease(
    { streamId: randomUUID(), deviceId: randomUUID() },
    { deviceType: 'tv', contentId: 'content-12345', label: 'Living room TV', plan: 'family' },
  )
}

/** An item with this content, at a version. */
async function itemSaying(content: RosterContent, version: number): Promise<Item | undefined> {
  const tableName = await dynalite.makeTable()
  const store = await dynalite.makeStore({ tableName })
  await store.replace(USER, await store.read(USER), content)
  await store.close()
  const item = await dynalite.itemOf(tableName, USER)
  return item && { ...item, V: { N: String(version) } }
}

/** How many such leases one write unit carries, and the bytes of each. Those of a version vary. */
async function measure(user: string, makeLease: (index: number) => Lease) {
  const tableName = await dynalite.makeTable()
  const store = await dynalite.makeStore({ tableName })
  const sizes: number[] = []
  for (let index = 0; index < 20; index += 1) {
    await store.add(user as UserId, makeLease(index), { capacity: 100 })
    const { V: version = { N: '0' }, ...item } = (await dynalite.itemOf(tableName, user)) ?? {}
    if (writeUnits({ ...item, V: version }) > 1) break
    sizes.push(itemBytes(item))
  }
  await store.close()
  const [first = 0, second = 0] = sizes
  return { fits: sizes.length, leaseBytes: second - first }
}

/** How many such leases one write unit carries beside the note of a stop. */
async function measureAfterStop(user: string, makeLease: (index: number) => Lease): Promise<number> {
  const tableName = await dynalite.makeTable()
  const store = await dynalite.makeStore({ tableName })
  const stopped = makeLease(99)
  await store.add(user as UserId, stopped, { capacity: 1 })
  const note = { how: 'stopped', leaseId: stopped.id, atMs: NOW_MS, untilMs: NOW_MS + 75_001 } as const
  await store.remove(user as UserId, stopped, note)
  for (let index = 0; ; index += 1) {
    await store.add(user as UserId, makeLease(index), { capacity: 100 })
    if (writeUnits(await dynalite.itemOf(tableName, user)) > 1) {
      await store.close()
      return index
    }
  }
}

describe('one write unit (1 KiB)', () => {
  it('carries fifteen leases with short ids', async () => {
    const found = await measure('user-12345', shortlyNamedLease)
    expect(found).toEqual({ fits: 15, leaseBytes: 63 })
  })

  it('carries seven leases named by UUIDs', async () => {
    const found = await measure(randomUUID(), () => typicalLease({ streamId: randomUUID() }))
    expect(found).toEqual({ fits: 7, leaseBytes: 123 })
  })

  it('carries three leases named by UUIDs, with device, type, content, label and plan', async () => {
    const found = await measure(randomUUID(), fullyTypicalLease)
    expect(found).toEqual({ fits: 3, leaseBytes: 276 })
  })
})

function registeredContent(streams: number, devices: number, facts: object): RosterContent {
  return {
    leases: Array.from({ length: streams }, (_, index) =>
      typicalLease({ streamId: `film-${index}`, deviceId: `tv-${index}` }, facts),
    ),
    notes: [],
    registry: {
      removed: [],
      devices: Array.from({ length: devices }, (_, index) => {
        const times = { registeredAtMs: NOW_MS + index, lastUsedAtMs: NOW_MS + index }
        return { id: `tv-${index}` as DeviceId, deviceType: 'tv', label: 'Living room TV', ...times }
      }),
    },
  }
}

async function bytesOf(content: RosterContent): Promise<number> {
  return itemBytes((await itemSaying(content, 100_000)) ?? {})
}

describe('an item with registered devices', () => {
  it('has room for three streams and three devices with short ids in one write unit', async () => {
    const facts = { deviceType: 'tv', contentId: 'film-12345', label: 'Living room TV' }
    expect(await bytesOf(registeredContent(3, 3, facts))).toBe(519)
    expect(await bytesOf(registeredContent(0, 3, facts))).toBe(192)
    expect(await bytesOf(registeredContent(0, 50, facts))).toBe(2478)
  })
})

describe('one write unit (1 KiB) after a stop', () => {
  it('carries fourteen leases with short ids', async () => {
    expect(await measureAfterStop('user-12345', shortlyNamedLease)).toBe(14)
  })

  it('carries six leases named by UUIDs', async () => {
    expect(await measureAfterStop(randomUUID(), () => typicalLease({ streamId: randomUUID() }))).toBe(6)
  })

  it('carries two leases named by UUIDs, with device, type, content, label and plan', async () => {
    expect(await measureAfterStop(randomUUID(), fullyTypicalLease)).toBe(2)
  })
})

describe('a roster of a thousand', () => {
  const leases = Array.from({ length: 1000 }, (_, index) => typicalLease({ streamId: `s${index}` }))

  it('is pruned for one newcomer, in one update whose expressions are within 4 KB', async () => {
    const wire = await openWire()
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
    const filled = await store.replace(USER, await store.read(USER), { leases, notes: [] })
    wire.requests.length = 0
    const next = { leases: [typicalLease({ streamId: 'newcomer' })], notes: [] }
    expect((await store.replace(USER, filled.roster, next)).done).toBe(true)
    expect(idsOf(await store.read(USER))).toEqual(['newcomer'])
    expectExpressionsToFit(wire)
    expect(Object.keys((await dynalite.itemOf(tableName, USER)) ?? {})).toHaveLength(6)
    await store.close()
  })

  const onDevices = leases.map(({ streamId }, index) =>
    typicalLease({ streamId, deviceId: `device-${index}` }, { expiresAtMs: index === 0 ? null : NOW_MS }),
  )
  const newcomer = typicalLease({ streamId: 'newcomer', deviceId: 'device-1' })
  const NOTED = { notes: notesOfEveryKind(), lastStop: stopOf('x', 5_000), forgottenUntilMs: 4_000 }
  const WITHOUT = { notes: [] }

  it.each([
    ['and its notes in all their places with it', NOTED, WITHOUT],
    ['and gets notes in all their places', WITHOUT, NOTED],
    ['and gets other notes in all their places', NOTED, { ...NOTED, forgottenUntilMs: 5_000 }],
  ])('and on as many devices it is pruned, %s, in one such update', async (_how, before, after) => {
    const wire = await openWire()
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
    const full = { leases: onDevices, ...before }
    const { roster: seen } = await store.replace(USER, await store.read(USER), full)
    wire.requests.length = 0
    for (const leasesAfter of [[newcomer], [{ ...newcomer, expiresAtMs: null }]]) {
      const next = { leases: leasesAfter, ...after }
      const { done, roster } = await store.replace(USER, seen, next)
      expect(done).toBe(true)
      expect(roster).toEqual({ ...next, version: seen.version + 1 })
      await dynalite.put(tableName, (await itemSaying(full, seen.version)) ?? {})
    }
    expect(wire.requests).toHaveLength(2)
    expectExpressionsToFit(wire)
    await store.close()
  })

  it('and as many in grace above it are removed in one such update too, though traces of some stay', async () => {
    const wire = await openWire()
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
    const inGrace = leases.map(({ streamId }) => typicalLease({ streamId: `grace-${streamId}` }))
    const full = { leases: [...onDevices, ...inGrace], ...NOTED }
    const { roster: seen } = await store.replace(USER, await store.read(USER), full)
    wire.requests.length = 0
    const { done, roster } = await store.replace(USER, seen, { leases: [newcomer], notes: [] })
    expectExpressionsToFit(wire)
    expect(done).toBe(true)
    expect(roster.leases).toEqual([newcomer])
    const again = await store.add(USER, inGrace.at(-1) ?? newcomer, { capacity: 2 })
    expect(again.roster.leases).toEqual([newcomer, inGrace.at(-1)])
    await store.close()
  })

  it('ends its last lease like any other', async () => {
    const store = await dynalite.makeStore()
    await store.replace(USER, await store.read(USER), { leases, notes: [] })
    const { id } = leases[999] ?? leaseOf('none')
    const outcome = await store.remove(USER, { id }, stopOf(id))
    expect(outcome.done).toBe(true)
    expect(outcome.roster.leases).toHaveLength(999)
    await store.close()
  })

  it('is not replaced over an entry added by hand', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    const { roster } = await store.replace(USER, await store.read(USER), { leases, notes: [] })
    const item = (await dynalite.itemOf(tableName, USER)) ?? {}
    await dynalite.put(tableName, { ...item, Streams: { L: [...(item['Streams']?.L ?? []), { S: 'more' }] } })
    expect((await store.replace(USER, roster, { leases: [], notes: [] })).done).toBe(false)
    await store.close()
  })
})
