/** The item as it is in the table. Nothing put into it is lost or mistaken for something else. */
import type { DeviceId, LeaseId } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import {
  evictionOfLease,
  fullLease,
  idsOf,
  leaseOf,
  notesOfEveryKind,
  stopOf,
  USER,
} from '../src/contract/specimens.ts'
import { useDynalite } from './dynalite/dynalite.ts'

const dynalite = useDynalite()

const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }

const stopped = (id: string, untilMs: string) => ({
  M: { id: { S: id }, at: { N: '1600' }, until: { N: untilMs }, w: { S: 's' } },
})

/** The free attributes of a lease with every member. */
const FREE = { M: { profile: { S: 'Kinder “👶”' }, toString: { S: 'x' }, constructor: { S: 'y' } } }

describe('an item of DynamoDbStore', () => {
  it('is as documented', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    await store.add(USER, leaseOf('abc'), { capacity: 3 })
    const { roster } = await store.add(USER, fullLease(), { capacity: 3 })
    const notes = [evictionOfLease('film-1')]
    await store.replace(USER, roster, { leases: roster.leases, notes })
    await store.renew(USER, leaseOf('abc'), LATER)
    const { version } = await store.read(USER)
    expect(await dynalite.itemOf(tableName, USER)).toEqual({
      UserId: { S: USER },
      Streams: { L: [{ S: 'abc' }, { S: 'film-1@tv@home' }] },
      'L#abc': {
        M: { s: { N: '1000' }, r: { N: '50000' }, e: { N: '60000' }, g: { S: 'generation of abc' } },
      },
      'L#film-1@tv@home': {
        M: {
          s: { N: '1000' },
          r: { N: '1732240800123' },
          e: { N: '2000' },
          g: { S: 'generation of film-1' },
          t: { S: 'tv' },
          c: { S: 'content/1' },
          n: { S: 'Wohnzimmer “TV” 📺' },
          p: { S: 'family' },
          u: { N: '1732240860123' },
          k: { S: 'content/1?part=2' },
          q: { N: '1732240799987' },
          a: FREE,
          x: { S: 'n-1' },
          o: { S: 'process-1' },
        },
      },
      D: { L: [{ S: '' }, { S: 'tv@home' }] },
      V: { N: String(version) },
      X: {
        L: [
          {
            M: {
              id: { S: 'film-1' },
              g: { S: 'generation 1' },
              by: { M: { id: { S: 'film-2@phone' }, t: { S: 'mobile' }, n: { S: 'Phone' } } },
              at: { N: '1500' },
              until: { N: '3000' },
            },
          },
        ],
      },
      ExpiresAt: { N: String(3 + 30 * 86_400) },
    })
    await store.close()
  })

  it('keeps a note of every kind as documented', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    await store.replace(USER, await store.read(USER), { leases: [], notes: notesOfEveryKind() })
    const times = { at: { N: '1732240800123' }, until: { N: '1732240860456' } }
    const about = (id: string) => ({ id: { S: id }, ...times })
    const facts = {
      p: { S: 'family' },
      t: { S: 'tv' },
      c: { S: 'content/1' },
      n: { S: 'Wohnzimmer “TV” 📺' },
      k: { S: 'content/1?part=2' },
      a: FREE,
      x: { S: 'n-1' },
    }
    const g = { S: 'generation 1' }
    const notes = (await dynalite.itemOf(tableName, USER))?.['X']?.L ?? []
    expect(notes.slice(1).map(({ M: members }) => members)).toEqual([
      { ...about('evicted'), by: { M: { id: { S: 'film' } } } },
      { ...about('ended@tv'), g, w: { S: 'o' }, y: { S: 'Zahlung offen “💳”' } },
      { ...about('ended'), w: { S: 'o' } },
      { ...about('stopped@tv'), g, w: { S: 's' } },
      { ...about('stopped'), w: { S: 's' } },
      { ...about('played@tv'), g, w: { S: 'p' }, ...facts, q: { N: '1732240799987' } },
      { ...about('played'), w: { S: 'p' } },
      { ...about('lapsed@tv'), g, w: { S: 'l' }, ...facts },
      { ...about('lapsed'), w: { S: 'l' } },
    ])
    await store.close()
  })

  it('keeps the notes of stops, and until when the one before would count, as documented', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    for (const id of ['a', 'b']) await store.add(USER, leaseOf(id), { capacity: 3 })
    const notesIn = async () => {
      const { Q, QU, QB, F } = (await dynalite.itemOf(tableName, USER)) ?? {}
      return { Q, QU, QB, F }
    }
    await store.remove(USER, leaseOf('a'), stopOf('a', 4_000))
    expect(await notesIn()).toEqual({ Q: stopped('a', '4000'), QU: { N: '4000' }, QB: { N: '0' } })
    const { roster } = await store.remove(USER, leaseOf('b'), stopOf('b', 5_000))
    expect(await notesIn()).toEqual({ Q: stopped('b', '5000'), QU: { N: '5000' }, QB: { N: '4000' } })
    await store.replace(USER, roster, { ...roster, leases: [leaseOf('c')] })
    expect(await notesIn()).toEqual({ Q: stopped('b', '5000'), QU: { N: '5000' }, F: { N: '4000' } })
    await store.close()
  })

  it('keeps its list, and removes the lease’s own attribute, when its last lease ends', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    await store.add(USER, leaseOf('abc'), { capacity: 3 })
    await store.remove(USER, leaseOf('abc'), stopOf('abc'))
    const item = await dynalite.itemOf(tableName, USER)
    expect(Object.keys(item ?? {}).toSorted()).toEqual([
      'D',
      'ExpiresAt',
      'Q',
      'QB',
      'QU',
      'Streams',
      'UserId',
      'V',
    ])
    expect(item?.['Streams']).toEqual({ L: [] })
    expect(item?.['D']).toEqual({ L: [] })
    expect((await store.scan({ pageSize: 10 })).users).toEqual([
      { user: USER, roster: await store.read(USER) },
    ])
    await store.close()
  })

  it('is deleted by a replace that leaves nothing', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    await store.add(USER, leaseOf('abc'), { capacity: 3 })
    const { roster } = await store.remove(USER, leaseOf('abc'), stopOf('abc'))
    expect((await store.replace(USER, roster, { leases: [], notes: [] })).done).toBe(true)
    expect(await dynalite.itemOf(tableName, USER)).toBeUndefined()
    expect((await store.scan({ pageSize: 10 })).users).toEqual([])
    await store.close()
  })

  it('loses its notes in a replace without any', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    const leases = [leaseOf('a')]
    const noted = await store.replace(USER, await store.read(USER), {
      leases,
      notes: [evictionOfLease('x')],
    })
    const { roster } = await store.replace(USER, noted.roster, { leases, notes: [] })
    expect(roster.notes).toEqual([])
    expect(await dynalite.itemOf(tableName, USER)).not.toHaveProperty('X')
    await store.close()
  })

  it('starts at a different version each time, and counts from there', async () => {
    const store = await dynalite.makeStore()
    const first = (await store.add(USER, leaseOf('a'), { capacity: 3 })).roster.version
    expect((await store.renew(USER, leaseOf('a'), LATER)).roster.version).toBe(first + 1)
    expect((await store.remove(USER, leaseOf('a'), stopOf('a'))).roster.version).toBe(first + 2)
    await store.erase(USER)
    const second = (await store.add(USER, leaseOf('a'), { capacity: 3 })).roster.version
    expect(Math.abs(second - first)).toBeGreaterThan(1_000)
    await store.close()
  })
})

describe('a lease', () => {
  it('that names another device than its id does, or none, is read back as it was written', async () => {
    const store = await dynalite.makeStore()
    const other = leaseOf('film', { id: 'film@tv' as LeaseId, deviceId: 'phone' as DeviceId })
    const none = leaseOf('news', { id: 'news@tv' as LeaseId })
    for (const lease of [other, none]) await store.add(USER, lease, { capacity: 2 })
    expect((await store.read(USER)).leases).toEqual([other, none])
    await store.close()
  })

  it('is not added if the capacity is zero', async () => {
    const store = await dynalite.makeStore()
    const outcome = await store.add(USER, leaseOf('a'), { capacity: 0 })
    expect(outcome.done).toBe(false)
    expect(idsOf(outcome.roster)).toEqual([])
    expect((await store.scan({ pageSize: 1 })).users).toEqual([])
    await store.close()
  })
})
