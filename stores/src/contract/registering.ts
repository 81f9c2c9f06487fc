import assert from 'node:assert/strict'
import type { Device, DeviceId, DeviceRegistry, Renewal, Store } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { held, idsOf, leaseOf, leaseOn, stopOf, USER } from './specimens.ts'

/** Ids that are awkward as names in a record. */
const IDS = ['tv', 'R.tv', 'a b#1', '電視', 'constructor', '0']

const REGISTRY: DeviceRegistry = {
  devices: IDS.map((id, index) => deviceOf(id, 1_732_240_800_000 + index)),
  removed: [1_732_240_700_123, 1_732_240_700_122],
}
const ROOM = { capacity: 2, registeredDevice: true }

export const REGISTERING: readonly Clause[] = [
  clause('a registry is read back as it was written', async (store) => {
    await register(store, REGISTRY)
    assert.deepEqual((await store.read(USER)).registry, REGISTRY)
    const next = { devices: REGISTRY.devices.slice(1, 2), removed: [] }
    await register(store, next)
    assert.deepEqual((await store.read(USER)).registry, next)
  }),

  clause('an add on a registered device dates its last use, and no other', async (store) => {
    await register(store, REGISTRY)
    for (const [index, id] of IDS.slice(0, 2).entries()) {
      const { done } = await store.add(USER, leaseOn(id, `film-${index}`), ROOM)
      assert.equal(done, true, id)
    }
    const { registry } = await store.read(USER)
    const uses = registry?.devices.map(({ lastUsedAtMs }) => lastUsedAtMs)
    const before = REGISTRY.devices.slice(2).map(({ lastUsedAtMs }) => lastUsedAtMs)
    assert.deepEqual(uses, [1_000, 1_000, ...before])
  }),

  clause('an add that asks for a registered device conflicts if it is not registered', async (store) => {
    assert.equal((await store.add(USER, leaseOn('tv', 'film'), ROOM)).done, false)
    await register(store, { devices: [deviceOf('phone', 5)], removed: [] })
    const { done, roster } = await store.add(USER, leaseOn('tv', 'film'), ROOM)
    assert.deepEqual([done, idsOf(roster)], [false, []])
    assert.deepEqual(roster.registry?.devices.length, 1)
  }),

  clause('an add that does not ask leaves the registry alone', async (store) => {
    await register(store, REGISTRY)
    assert.equal((await store.add(USER, leaseOn('tv', 'film'), { capacity: 1 })).done, true)
    assert.deepEqual((await store.read(USER)).registry, REGISTRY)
  }),

  clause('a renew, a remove and the end of the last lease leave the registry alone', async (store) => {
    await held(store, USER, [leaseOf('a'), leaseOf('b')])
    const seen = await store.read(USER)
    await store.replace(USER, seen, { ...seen, registry: REGISTRY })
    const renewal: Renewal = { renewedAtMs: 1_500, expiresAtMs: 2_500 }
    await store.renew(USER, { id: leaseOf('a').id }, renewal)
    for (const id of ['a', 'b']) await store.remove(USER, { id: leaseOf(id).id }, stopOf(id))
    const emptied = await store.read(USER)
    assert.deepEqual([idsOf(emptied), emptied.registry], [[], REGISTRY])
    await store.replace(USER, emptied, { leases: [], notes: [], registry: REGISTRY })
    assert.deepEqual((await store.read(USER)).registry, REGISTRY)
  }),

  clause('an erased user has no registry', async (store) => {
    await register(store, REGISTRY)
    await store.erase(USER)
    assert.equal((await store.read(USER)).registry, undefined)
  }),
]

function deviceOf(id: string, atMs: number): Device {
  const full = { deviceType: 'tv', label: `The “${id}”` }
  return { id: id as DeviceId, ...(atMs % 2 === 0 && full), registeredAtMs: atMs, lastUsedAtMs: atMs + 7 }
}

async function register(store: Store, registry: DeviceRegistry): Promise<void> {
  const seen = await store.read(USER)
  const { done } = await store.replace(USER, seen, { leases: seen.leases, notes: seen.notes, registry })
  assert.equal(done, true)
}
