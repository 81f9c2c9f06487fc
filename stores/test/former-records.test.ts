/**
 * What earlier versions wrote. Version 0.1 had only notes on evictions, and on DynamoDB no list of
 * devices. Before MessagePack, LMDB's rosters were in JSON.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { DeviceId, Lease, LeaseId, Note, RosterContent, Store, UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { open } from 'lmdb'
import { describe, expect, it } from 'vitest'
import {
  evictionOfLease,
  fullLease,
  idsOf,
  leaseOf,
  leaseOn,
  stopOf,
  USER,
} from '../src/contract/specimens.ts'
import { itemByHand, useDynalite } from './dynalite/dynalite.ts'
import { temporaryFolder } from './temporary-folder.ts'

const dynalite = useDynalite()

const TV: Lease = leaseOn('tv', 'film')
const LEASES: readonly Lease[] = [leaseOf('news', { label: 'Kitchen' }), TV]
const NOTES: readonly Note[] = [
  {
    how: 'evicted',
    leaseId: 'match@tv' as LeaseId,
    generation: 'former' as Note['generation'] & string,
    by: { id: 'film@tv' as LeaseId, deviceId: 'tv' as DeviceId, deviceType: 'tv', label: 'TV' },
    atMs: 1_500,
    untilMs: 3_000,
  },
]

/** A lease with every member that a lease could have in rosters in JSON. */
function lateLease(): Lease {
  const { attributes: _attributes, network: _network, poolProcess: _pool, ...lease } = fullLease()
  return lease
}

/** A record as version 0.1 put it into LMDB, in JSON. */
const RECORD = {
  leases: LEASES,
  evictions: NOTES.map(({ how: _how, ...eviction }) => eviction),
  version: 12,
}

/** The same as an item. */
const ITEM = {
  ...itemByHand(USER, ['news', 'film@tv']),
  'L#news': {
    M: {
      s: { N: '1000' },
      r: { N: '1000' },
      e: { N: '2000' },
      g: { S: 'generation of news' },
      n: { S: 'Kitchen' },
    },
  },
  'L#film@tv': {
    M: { s: { N: '1000' }, r: { N: '1000' }, e: { N: '2000' }, g: { S: 'generation of film' } },
  },
  V: { N: '12' },
  X: {
    L: [
      {
        M: {
          id: { S: 'match@tv' },
          g: { S: 'former' },
          by: { M: { id: { S: 'film@tv' }, t: { S: 'tv' }, n: { S: 'TV' } } },
          at: { N: '1500' },
          until: { N: '3000' },
        },
      },
    ],
  },
  ExpiresAt: { N: '2592003' },
}

const STORES: Readonly<Record<string, () => Promise<Store>>> = {
  LmdbStore: async () => {
    const path = temporaryFolder()
    const environment = open({ path, noSubdir: false, overlappingSync: false, maxDbs: 4 })
    await environment.openDB({ name: 'rosters.v1', encoding: 'json' }).put(USER, RECORD)
    await environment.close()
    return new LmdbStore({ path })
  },
  DynamoDbStore: async () => {
    const tableName = await dynalite.makeTable()
    await dynalite.put(tableName, ITEM)
    return dynalite.makeStore({ tableName })
  },
}

describe.each(Object.entries(STORES))('a roster that version 0.1 wrote on %s', (_name, makeStore) => {
  it('is read, and met by a walk, with its leases and notes', async () => {
    const store = await makeStore()
    const roster = { leases: LEASES, notes: NOTES, version: 12 }
    expect(await store.read(USER)).toEqual(roster)
    expect((await store.scan({ pageSize: 10 })).users).toEqual([{ user: USER, roster }])
    await store.close()
  })

  it('goes through every verb and keeps its notes', async () => {
    const store = await makeStore()
    const alone = { capacity: 9, soleOfDevice: true }
    expect((await store.add(USER, leaseOn('tv', 'other'), alone)).done).toBe(false)
    expect((await store.add(USER, leaseOn('phone', 'other'), alone)).done).toBe(true)
    expect((await store.renew(USER, TV, { renewedAtMs: 7, expiresAtMs: 8 })).done).toBe(true)
    const { roster } = await store.remove(USER, TV, stopOf('film@tv'))
    expect(roster).toMatchObject({ notes: NOTES, lastStop: stopOf('film@tv') })
    expect(idsOf(roster)).toEqual(['news', 'other@phone'])
    expect((await store.add(USER, leaseOn('tv', 'other'), alone)).done).toBe(true)
    const seen = await store.read(USER)
    expect((await store.replace(USER, seen, { ...seen, leases: [] })).done).toBe(true)
    expect(await store.read(USER)).toMatchObject({ leases: [], notes: NOTES })
    await store.erase(USER)
    expect((await store.scan({ pageSize: 10 })).users).toEqual([])
    await store.close()
  })

  it('is replaced if it is as it was read', async () => {
    const store = await makeStore()
    const seen = await store.read(USER)
    expect((await store.replace(USER, seen, { leases: [TV], notes: [] })).done).toBe(true)
    expect((await store.replace(USER, seen, { leases: [], notes: [] })).done).toBe(false)
    expect(await store.read(USER)).toMatchObject({ leases: [TV], notes: [] })
    await store.close()
  })
})

/** What that version held when it was closed. */
const IN_JSON: readonly (readonly [user: string, roster: RosterContent])[] = [
  ['full', { leases: [lateLease(), leaseOn('phone', 'news')], notes: [], lastStop: stopOf('match') }],
  [
    'noted',
    {
      leases: [leaseOf('held', { expiresAtMs: null })],
      notes: [evictionOfLease('gone')],
      lastStop: stopOf('film'),
      forgottenUntilMs: 9_000,
    },
  ],
  ['one', { leases: [leaseOf('film')], notes: [] }],
]

describe('a data file with rosters in JSON', () => {
  it('is read, written and walked, whatever a user was written by', async () => {
    const path = temporaryFolder()
    const packed = readFileSync(new URL('json-records.mdb.gz', import.meta.url))
    writeFileSync(join(path, 'data.mdb'), gunzipSync(packed))
    const store = new LmdbStore({ path })
    const expected = IN_JSON.map(([user, roster]) => ({
      user,
      roster: { ...roster, version: expect.any(Number) },
    }))
    expect((await store.scan({ pageSize: 10 })).users).toEqual(expected)
    for (const [user, { leases }] of IN_JSON) {
      const added = await store.add(user as UserId, leaseOf('added'), { capacity: 9 })
      expect(idsOf(added.roster)).toEqual([...leases.map(({ id }) => id), 'added'])
      const removed = await store.remove(user as UserId, leaseOf('added'), stopOf('added'))
      expect(await store.read(user as UserId)).toEqual(removed.roster)
      expect(removed.roster.leases).toEqual(leases)
    }
    expect((await store.finishedSince()).streams).toEqual([{ streamId: 'match', untilMs: 5_000 }])
    await store.close()
  })
})
