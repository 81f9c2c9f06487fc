/** Requests that arrive late or twice, after another call has changed the item. */
import { describe, expect, it } from 'vitest'
import { held, idsOf, leaseOf, leaseOn, stopOf, USER } from '../src/contract/specimens.ts'
import { itemByHand, useDynalite } from './dynalite/dynalite.ts'
import { useWires, type Wire } from './dynalite/wire.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

const ALONE = { capacity: 9, soleOfDevice: true }
const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }

async function storeBehind(wire: Wire, maxAttempts = 2) {
  return dynalite.makeStore({ endpoint: wire.endpoint, maxAttempts })
}

describe('DynamoDbStore whose requests arrive late', () => {
  it('takes one slot for an add that arrives a second time', async () => {
    const wire = await openWire()
    const store = await storeBehind(wire)
    wire.treatNext('hold back')
    expect((await store.add(USER, leaseOf('a'), { capacity: 2 })).done).toBe(true)
    const before = await store.read(USER)
    await wire.deliverHeldBack()
    expect(await store.read(USER)).toEqual(before)
    await store.close()
  })

  it('never holds more than the capacity, even if a late add comes back after its end', async () => {
    const wire = await openWire()
    const store = await storeBehind(wire)
    wire.treatNext('hold back')
    await store.add(USER, leaseOf('a'), { capacity: 1 })
    await store.remove(USER, leaseOf('a'), stopOf('a'))
    await store.add(USER, leaseOf('b'), { capacity: 1 })
    await wire.deliverHeldBack()
    expect(idsOf(await store.read(USER))).toEqual(['b'])
    await store.close()
  })

  it('adds nothing to a device that has another lease by then', async () => {
    const wire = await openWire()
    const store = await storeBehind(wire)
    await held(store, USER, [leaseOf('x')])
    wire.treatNext('hold back')
    await store.add(USER, leaseOn('tv', 'a'), ALONE)
    await store.remove(USER, leaseOn('tv', 'a'), stopOf('a@tv'))
    await store.add(USER, leaseOn('tv', 'b'), ALONE)
    await wire.deliverHeldBack()
    expect(idsOf(await store.read(USER))).toEqual(['x', 'b@tv'])
    await store.close()
  })

  it('leaves no second note by a stop that arrives a second time', async () => {
    const wire = await openWire()
    const store = await storeBehind(wire)
    await held(store, USER, [leaseOf('a'), leaseOf('b')])
    wire.treatNext('hold back')
    await store.remove(USER, { id: leaseOf('a').id }, stopOf('a', 4_000))
    await store.remove(USER, { id: leaseOf('b').id }, stopOf('b', 5_000))
    const before = await store.read(USER)
    expect(before).toMatchObject({ lastStop: stopOf('b', 5_000), forgottenUntilMs: 4_000 })
    await wire.deliverHeldBack()
    expect(await store.read(USER)).toEqual(before)
    await store.close()
  })

  it('does not change a lease by hand that was started again meanwhile', async () => {
    const wire = await openWire()
    const tableName = await dynalite.makeTable()
    await dynalite.put(tableName, itemByHand(USER, ['a']))
    const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
    wire.treatNext('pass', 'hold back')
    expect((await store.renew(USER, { id: leaseOf('a').id }, LATER)).done).toBe(true)
    await store.remove(USER, { id: leaseOf('a').id }, stopOf('a'))
    await store.add(USER, leaseOf('a'), { capacity: 1 })
    await wire.deliverHeldBack()
    expect((await store.read(USER)).leases).toEqual([leaseOf('a')])
    await store.close()
  })

  it('changes nothing by a replace or a removal that arrives a second time', async () => {
    const wire = await openWire()
    const store = await storeBehind(wire)
    const seen = await held(store, USER, [leaseOf('a'), leaseOf('b')])
    wire.treatNext('hold back')
    await store.replace(USER, seen, { leases: [leaseOf('c'), leaseOf('d')], notes: [] })
    wire.treatNext('hold back')
    await store.remove(USER, leaseOf('c'), stopOf('c'))
    const before = await store.read(USER)
    await wire.deliverHeldBack()
    expect(await store.read(USER)).toEqual(before)
    await store.close()
  })
})
