/**
 * What each verb costs, by outcome: requests as counted on the wire, and capacity units.
 *
 * The emulator reports the units of a write that is done. It reports none for a refusal, so those
 * follow the documented rule: a refused write takes what a write of the existing item would. The
 * emulator does not know consistent scans, which take twice what it reports, nor that a query which
 * finds nothing takes a unit as well.
 */
import { describe, expect, it } from 'vitest'
import { leaseOf, USER } from '../src/contract/specimens.ts'
import { useDynalite, type Item } from './dynalite/dynalite.ts'
import { writeUnits } from './dynalite/item-bytes.ts'
import { useWires, type WireRequest } from './dynalite/wire.ts'
import { CASES, type Cost } from './dynamodb-cost-cases.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

describe('the cost of a call to DynamoDbStore', () => {
  const measured: [string, Cost][] = []

  for (const [name, { act, cost, item, prepare }] of Object.entries(CASES)) {
    it(`${name}: ${cost.requests}`, async () => {
      const wire = await openWire()
      const tableName = await dynalite.makeTable()
      const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
      if (item === undefined) for (const id of ['a', 'b']) await store.add(USER, leaseOf(id), { capacity: 2 })
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
      [name.padEnd(38), requests.padEnd(24), String(writes).padStart(5), String(reads).padStart(5)].join(''),
    )
    const head = `${'call'.padEnd(38)}${'requests'.padEnd(24)}  WCU  RCU`
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
      for (const id of ['a', 'b']) await store.add(USER, leaseOf(id), { capacity: 2 })
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
