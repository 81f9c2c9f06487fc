/**
 * What each verb costs, by outcome: requests as counted on the wire, and capacity units.
 *
 * Units of what is done are those that the emulator reports; a refusal reports none, so they follow the
 * documented rule: a refused write takes what a write of the item that was there would. The emulator
 * does not know consistent scans, which take twice what it reports, nor that a query which finds nothing
 * takes a unit as well.
 */
import { randomUUID } from 'node:crypto'
import type { Generation, LeaseId, Roster, StreamId, UserId } from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { describe, expect, it } from 'vitest'
import { leaseOf, USER } from '../src/contract/specimens.ts'
import { itemByHand, useDynalite, type Item } from './dynalite/dynalite.ts'
import { writeUnits } from './dynalite/item-bytes.ts'
import { useWires, type WireRequest } from './dynalite/wire.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

const DAY_MS = 86_400_000
const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }
const STRANGER = { id: 'a' as LeaseId, generation: 'another' as Generation }
const NOTHING = { leases: [], evictions: [] }
const UNKNOWN = 'unknown' as UserId
const MATCH = { streamId: 'match' as StreamId, untilMs: 2 * DAY_MS }
const UUIDS = Array.from({ length: 50 }, () => randomUUID() as unknown as StreamId)

type Act = (store: DynamoDbStore, seen: Roster) => Promise<unknown>
type Cost = { readonly requests: string; readonly writeUnits: number; readonly readUnits: number }
type Case = {
  readonly act: Act
  readonly cost: Cost
  readonly item?: Item
  readonly prepare?: (store: DynamoDbStore) => Promise<void>
}

const one = (operation: string): Cost => ({
  requests: operation,
  writeUnits: /^(?:Update|Delete|Put)Item$/u.test(operation) ? 1 : 0,
  readUnits: /^(?:GetItem|Scan|Query)$/u.test(operation) ? 1 : 0,
})
const TWO_WRITES: Cost = { requests: 'UpdateItem, UpdateItem', writeUnits: 2, readUnits: 0 }
const WRITE_AND_READ: Cost = { requests: 'UpdateItem, GetItem', writeUnits: 1, readUnits: 1 }
const BY_HAND = itemByHand(USER, ['x', 'y'])

/** Each on a user who holds `a` and `b`, or on the item given. */
const CASES: Readonly<Record<string, Case>> = {
  read: { act: (store) => store.read(USER), cost: one('GetItem') },
  'read, unknown user': { act: (store) => store.read(UNKNOWN), cost: one('GetItem') },
  'add, room': { act: (store) => store.add(USER, leaseOf('c'), 3), cost: one('UpdateItem') },
  'add, unknown user': { act: (store) => store.add(UNKNOWN, leaseOf('c'), 3), cost: one('UpdateItem') },
  'add, full': { act: (store) => store.add(USER, leaseOf('c'), 2), cost: one('UpdateItem') },
  'add, held already': { act: (store) => store.add(USER, leaseOf('a'), 3), cost: one('UpdateItem') },
  'add, never lapsing': {
    act: (store) => store.add(USER, leaseOf('c', { expiresAtMs: null }), 3),
    cost: one('UpdateItem'),
  },
  'add, beside entries by hand': {
    item: BY_HAND,
    act: (store) => store.add(USER, leaseOf('c'), 3),
    cost: TWO_WRITES,
  },
  'add, full of entries by hand': {
    item: BY_HAND,
    act: (store) => store.add(USER, leaseOf('c'), 2),
    cost: one('UpdateItem'),
  },
  'renew, held': { act: (store) => store.renew(USER, leaseOf('b'), LATER), cost: one('UpdateItem') },
  'renew, another generation': {
    act: (store) => store.renew(USER, STRANGER, LATER),
    cost: one('UpdateItem'),
  },
  'renew, not held': { act: (store) => store.renew(USER, leaseOf('z'), LATER), cost: one('UpdateItem') },
  'renew, unknown user': {
    act: (store) => store.renew(UNKNOWN, leaseOf('a'), LATER),
    cost: WRITE_AND_READ,
  },
  'renew, entry by hand': {
    item: BY_HAND,
    act: (store) => store.renew(USER, leaseOf('x', { generation: 'by-hand' as Generation }), LATER),
    cost: TWO_WRITES,
  },
  'renew, to never lapsing': {
    act: (store) => store.renew(USER, leaseOf('a'), { renewedAtMs: 0, expiresAtMs: null }),
    cost: one('UpdateItem'),
  },
  'renew, after three weeks': {
    act: (store) => store.renew(USER, leaseOf('a'), { renewedAtMs: 0, expiresAtMs: 24 * DAY_MS }),
    cost: TWO_WRITES,
  },
  'remove, first in the list': { act: (store) => store.remove(USER, leaseOf('a')), cost: one('UpdateItem') },
  'remove, later in the list': { act: (store) => store.remove(USER, leaseOf('b')), cost: TWO_WRITES },
  'remove, another generation': { act: (store) => store.remove(USER, STRANGER), cost: one('UpdateItem') },
  'remove, not held': { act: (store) => store.remove(USER, leaseOf('z')), cost: one('UpdateItem') },
  'remove, unknown user': { act: (store) => store.remove(UNKNOWN, leaseOf('a')), cost: WRITE_AND_READ },
  'replace, as seen': {
    act: (store, seen) => store.replace(USER, seen, { leases: [leaseOf('c')], evictions: [] }),
    cost: one('UpdateItem'),
  },
  'replace, to never lapsing': {
    act: (store, seen) =>
      store.replace(USER, seen, { leases: [leaseOf('c', { expiresAtMs: null })], evictions: [] }),
    cost: one('UpdateItem'),
  },
  'replace, changed': {
    act: (store, seen) => store.replace(USER, { ...seen, version: seen.version - 1 }, NOTHING),
    cost: one('DeleteItem'),
  },
  'replace, unknown user': {
    act: (store) =>
      store.replace(UNKNOWN, { ...NOTHING, version: 0 }, { leases: [leaseOf('c')], evictions: [] }),
    cost: one('UpdateItem'),
  },
  'replace, by nothing': {
    act: (store, seen) => store.replace(USER, seen, NOTHING),
    cost: one('DeleteItem'),
  },
  erase: { act: (store) => store.erase(USER), cost: one('DeleteItem') },
  'scan, a page of 4 KiB': { act: (store) => store.scan({ pageSize: 10 }), cost: one('Scan') },
  finish: { act: (store) => store.finish(MATCH, 1), cost: one('PutItem') },
  'finish, twice in one instant': {
    act: async (store) => {
      await store.finish(MATCH, 1)
      await store.finish(MATCH, 1)
    },
    cost: { requests: 'PutItem, PutItem', writeUnits: 2, readUnits: 0 },
  },
  'finished, nothing new': { act: (store) => store.finished(), cost: one('Query') },
  'finished, 50 streams of UUIDs': {
    prepare: async (store) => {
      for (const streamId of UUIDS) await store.finish({ ...MATCH, streamId }, DAY_MS)
    },
    act: (store) => store.finished(),
    cost: { requests: 'Query', writeUnits: 0, readUnits: 2 },
  },
}

describe('the cost of a call to DynamoDbStore', () => {
  const measured: [string, Cost][] = []

  for (const [name, { act, cost, item, prepare }] of Object.entries(CASES)) {
    it(`${name}: ${cost.requests}`, async () => {
      const wire = await openWire()
      const tableName = await dynalite.makeTable()
      const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
      if (item === undefined) for (const id of ['a', 'b']) await store.add(USER, leaseOf(id), 2)
      else await dynalite.put(tableName, item)
      const before = await dynalite.itemOf(tableName, USER)
      await prepare?.(store)
      const seen = await store.read(USER)
      wire.requests.length = 0
      await act(store, seen)
      const found = costOf(wire.requests, before)
      measured.push([name, found])
      expect(found).toEqual(cost)
      await store.close()
    })
  }

  it('is printed', () => {
    const rows = measured.map(([name, { requests, writeUnits: writes, readUnits: reads }]) =>
      [name.padEnd(30), requests.padEnd(24), String(writes).padStart(5), String(reads).padStart(5)].join(''),
    )
    const head = `${'call'.padEnd(30)}${'requests'.padEnd(24)}  WCU  RCU`
    process.stdout.write(`\n${[head, ...rows].join('\n')}\n\n`)
    expect(rows).toHaveLength(Object.keys(CASES).length)
  })
})

describe('every write', () => {
  it('has a condition, names no id in an expression, and asks for the user’s item in either case', async () => {
    const wire = await openWire()
    for (const { act, item } of Object.values(CASES)) {
      const tableName = await dynalite.makeTable()
      const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
      for (const id of ['a', 'b']) await store.add(USER, leaseOf(id), 2)
      if (item !== undefined) await dynalite.put(tableName, item)
      await act(store, await store.read(USER))
      await store.close()
    }
    const writes = wire.requests.filter(({ operation }) => /^(Update|Delete|Put)Item$/u.test(operation))
    expect(writes.length).toBeGreaterThan(Object.keys(CASES).length)
    for (const { operation, body } of writes) {
      expect(body['ConditionExpression']).toEqual(expect.any(String))
      if (operation !== 'PutItem') expect(body['ReturnValuesOnConditionCheckFailure']).toBe('ALL_OLD')
      if (operation === 'UpdateItem') expect(body['ReturnValues']).toBe('ALL_NEW')
      const expressions = `${body['UpdateExpression'] as string} ${body['ConditionExpression'] as string}`
      expect(expressions).not.toMatch(/L#|'|"/u)
    }
  })
})

function costOf(requests: readonly WireRequest[], refusedItem: Item | undefined): Cost {
  let [writes, reads] = [0, 0]
  for (const { operation, body, isRefused, capacityUnits } of requests) {
    const isAboutIt = JSON.stringify(body['Key']) === JSON.stringify({ UserId: { S: USER } })
    const units = isRefused ? writeUnits(isAboutIt ? refusedItem : undefined) : (capacityUnits ?? Number.NaN)
    if (operation === 'GetItem') reads += units
    else if (operation === 'Query') reads += Math.max(body['ConsistentRead'] === true ? 1 : 0.5, units)
    else if (operation === 'Scan') reads += body['ConsistentRead'] === true ? 2 * units : units
    else writes += units
  }
  return {
    requests: requests.map(({ operation }) => operation).join(', '),
    writeUnits: writes,
    readUnits: reads,
  }
}
