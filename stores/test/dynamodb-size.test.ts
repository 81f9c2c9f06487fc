/** How much an item holds, and how long an expression becomes. */
import { randomBytes, randomUUID } from 'node:crypto'
import {
  leaseIdOf,
  type DeviceId,
  type Generation,
  type Lease,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { idsOf, leaseOf, USER } from '../src/contract/specimens.ts'
import { useDynalite } from './dynalite/dynalite.ts'
import { itemBytes, writeUnits } from './dynalite/item-bytes.ts'
import { useWires } from './dynalite/wire.ts'

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

/** How many such leases one write unit carries, and the bytes of each; those of a version vary. */
async function measure(user: string, makeLease: (index: number) => Lease) {
  const tableName = await dynalite.makeTable()
  const store = await dynalite.makeStore({ tableName })
  const sizes: number[] = []
  for (let index = 0; index < 20; index += 1) {
    await store.add(user as UserId, makeLease(index), 100)
    const { V: version = { N: '0' }, ...item } = (await dynalite.itemOf(tableName, user)) ?? {}
    if (writeUnits({ ...item, V: version }) > 1) break
    sizes.push(itemBytes(item))
  }
  await store.close()
  const [first = 0, second = 0] = sizes
  return { fits: sizes.length, leaseBytes: second - first }
}

describe('one write unit (1 KiB)', () => {
  it('carries fifteen leases with short ids', async () => {
    const found = await measure('user-12345', (index) => typicalLease({ streamId: `film-${index}` }))
    expect(found).toEqual({ fits: 15, leaseBytes: 62 })
  })

  it('carries seven leases named by UUIDs', async () => {
    const found = await measure(randomUUID(), () => typicalLease({ streamId: randomUUID() }))
    expect(found).toEqual({ fits: 7, leaseBytes: 122 })
  })

  it('carries three leases named by UUIDs, with device, type, content, label and plan', async () => {
    const found = await measure(randomUUID(), () =>
      typicalLease(
        { streamId: randomUUID(), deviceId: randomUUID() },
        { deviceType: 'tv', contentId: 'content-12345', label: 'Living room TV', plan: 'family' },
      ),
    )
    expect(found).toEqual({ fits: 3, leaseBytes: 239 })
  })
})

describe('a roster of a thousand', () => {
  const leases = Array.from({ length: 1000 }, (_, index) => typicalLease({ streamId: `s${index}` }))

  it('is pruned, but for one newcomer, in one update whose expressions are within 4 KB', async () => {
    const wire = await openWire()
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
    const filled = await store.replace(USER, await store.read(USER), { leases, evictions: [] })
    wire.requests.length = 0
    const next = { leases: [typicalLease({ streamId: 'newcomer' })], evictions: [] }
    expect((await store.replace(USER, filled.roster, next)).done).toBe(true)
    expect(idsOf(await store.read(USER))).toEqual(['newcomer'])
    const [{ body } = { body: {} as Readonly<Record<string, unknown>> }] = wire.requests
    for (const name of ['UpdateExpression', 'ConditionExpression']) {
      expect(Buffer.byteLength(body[name] as string)).toBeLessThanOrEqual(EXPRESSION_BYTES_MAX)
    }
    expect(Object.keys((await dynalite.itemOf(tableName, USER)) ?? {})).toHaveLength(5)
    await store.close()
  })

  it('gives up its last lease like any other', async () => {
    const store = await dynalite.makeStore()
    await store.replace(USER, await store.read(USER), { leases, evictions: [] })
    const outcome = await store.remove(USER, { id: leases[999]?.id ?? leaseOf('none').id })
    expect(outcome.done).toBe(true)
    expect(outcome.roster.leases).toHaveLength(999)
    await store.close()
  })

  it('is not replaced over an entry added by hand', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    const { roster } = await store.replace(USER, await store.read(USER), { leases, evictions: [] })
    const item = (await dynalite.itemOf(tableName, USER)) ?? {}
    await dynalite.put(tableName, { ...item, Streams: { L: [...(item['Streams']?.L ?? []), { S: 'more' }] } })
    expect((await store.replace(USER, roster, { leases: [], evictions: [] })).done).toBe(false)
    await store.close()
  })
})
