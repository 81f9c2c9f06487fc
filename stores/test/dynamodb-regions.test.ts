/**
 * Global tables with multi-Region strong consistency. A write that meets one of another Region is
 * refused with `ReplicatedWriteConflictException`. Nothing was written then, so it is a lost race
 * and not a failure.
 */
import { EMPTY_ROSTER, Limiter, parsePolicy, type StreamId, type UserId } from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { describe, expect, it } from 'vitest'
import { evictionOfLease, idsOf, leaseOf, stopOf, USER } from '../src/contract/specimens.ts'
import { useDynalite } from './dynalite/dynalite.ts'
import { useWires, type Treatment, type Wire } from './dynalite/wire.ts'

const dynalite = useDynalite()
const openWire = useWires(dynalite)

const NOW_MS = 1_800_000_000_000
const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }
const MATCH = { streamId: 'match' as StreamId, untilMs: NOW_MS }

/** The client repeats such a request once by itself, so the store only sees the second refusal. */
const CONFLICT: readonly Treatment[] = ['refuse as a conflict', 'refuse as a conflict']

type Region = { readonly wire: Wire; readonly store: DynamoDbStore }

/** A Region whose writes may be refused, and another one on the same table. */
async function twoRegions(): Promise<Region & { readonly other: DynamoDbStore; readonly tableName: string }> {
  const tableName = await dynalite.makeTable()
  const other = await dynalite.makeStore({ tableName })
  return { ...(await regionOn(tableName)), other, tableName }
}

async function regionOn(tableName: string): Promise<Region> {
  const wire = await openWire()
  return { wire, store: await dynalite.makeStore({ endpoint: wire.endpoint, tableName }) }
}

describe('a write that meets one of another Region', () => {
  const verbs: Record<string, (store: DynamoDbStore) => Promise<unknown>> = {
    add: (store) => store.add(USER, leaseOf('c'), { capacity: 3 }),
    'add of a lease that never expires': (store) =>
      store.add(USER, leaseOf('c', { expiresAtMs: null }), { capacity: 3 }),
    renew: (store) => store.renew(USER, leaseOf('a'), LATER),
    'remove, first in the list': (store) => store.remove(USER, leaseOf('a'), stopOf('a')),
    'remove, later in the list': (store) => store.remove(USER, leaseOf('b'), stopOf('b')),
  }

  it.each(Object.entries(verbs))('is tried again until it is done: %s', async (_name, act) => {
    const { wire, store, other } = await twoRegions()
    for (const id of ['a', 'b']) await other.add(USER, leaseOf(id), { capacity: 2 })
    wire.treatNext(...CONFLICT, 'pass', ...CONFLICT)
    expect(await act(store)).toMatchObject({ done: true })
    expect(await store.read(USER)).not.toEqual(EMPTY_ROSTER)
    await Promise.all([store.close(), other.close()])
  })

  it('is decided by what the other Region wrote', async () => {
    const { wire, store, other } = await twoRegions()
    const seen = (await other.add(USER, leaseOf('a'), { capacity: 2 })).roster
    await other.add(USER, leaseOf('b'), { capacity: 2 })
    wire.treatNext(...CONFLICT)
    const added = await store.add(USER, leaseOf('c'), { capacity: 2 })
    expect([added.done, idsOf(added.roster)]).toEqual([false, ['a', 'b']])
    wire.treatNext(...CONFLICT)
    const replaced = await store.replace(USER, seen, { leases: [], notes: [] })
    expect([replaced.done, idsOf(replaced.roster)]).toEqual([false, ['a', 'b']])
    await Promise.all([store.close(), other.close()])
  })

  it('returns a replace to be decided again', async () => {
    const { wire, store, other } = await twoRegions()
    const seen = (await other.add(USER, leaseOf('a'), { capacity: 2 })).roster
    const next = { leases: [leaseOf('b')], notes: [evictionOfLease('a')] }
    wire.treatNext(...CONFLICT)
    expect(await store.replace(USER, seen, next)).toEqual({ done: false, roster: seen })
    expect(await store.replace(USER, seen, next)).toMatchObject({ done: true })
    await Promise.all([store.close(), other.close()])
  })

  it('still erases', async () => {
    const { wire, store, other } = await twoRegions()
    await other.add(USER, leaseOf('a'), { capacity: 2 })
    wire.treatNext(...CONFLICT, 'pass', ...CONFLICT)
    await store.erase(USER)
    expect(await other.read(USER)).toEqual(EMPTY_ROSTER)
    await Promise.all([store.close(), other.close()])
  })

  it('still notes that a stream has finished', async () => {
    const { wire, store, other } = await twoRegions()
    wire.treatNext(...CONFLICT, ...CONFLICT)
    await store.noteFinished(MATCH, 1)
    expect((await other.finishedSince()).streams).toEqual([MATCH])
    await Promise.all([store.close(), other.close()])
  })

  it('still corrects the date of an item', async () => {
    const { wire, store, other, tableName } = await twoRegions()
    await other.add(USER, leaseOf('a'), { capacity: 5 })
    const item = (await dynalite.itemOf(tableName, USER)) ?? {}
    await dynalite.put(tableName, { ...item, Streams: { L: [{ S: 'a' }, { S: 'by hand' }] } })
    wire.treatNext('pass', ...CONFLICT)
    await store.renew(USER, leaseOf('a'), LATER)
    expect(await dynalite.itemOf(tableName, USER)).not.toHaveProperty('ExpiresAt')
    await Promise.all([store.close(), other.close()])
  })

  it('is contended if it goes on', async () => {
    const { wire, store, other } = await twoRegions()
    wire.treatNext(...Array.from({ length: 40 }, (): Treatment => 'refuse as a conflict'))
    await expect(store.add(USER, leaseOf('a'), { capacity: 2 })).rejects.toMatchObject({
      code: 'STORE_CONTENDED',
    })
    await expect(store.erase(USER)).resolves.toBeUndefined()
    expect(await other.read(USER)).toEqual(EMPTY_ROSTER)
    await Promise.all([store.close(), other.close()])
  })
})

describe('three Regions', { timeout: 60_000 }, () => {
  it('admit as many streams as there is room for, however often their writes meet', async () => {
    const tableName = await dynalite.makeTable()
    const regions = await Promise.all([0, 1, 2].map(() => regionOn(tableName)))
    for (const user of ['u1', 'u2', 'u3', 'u4', 'u5'] as UserId[]) {
      for (const { wire } of regions) {
        wire.treatNext(
          ...Array.from(
            { length: 8 },
            (_, turn): Treatment => (turn % 2 === 0 ? 'refuse as a conflict' : 'pass'),
          ),
        )
      }
      const starts = regions.flatMap(({ store }, region) =>
        [0, 1, 2].map((index) => {
          const streamId = `s${region}${index}` as StreamId
          return limiterOver(store, region).start({ user, stream: { streamId } })
        }),
      )
      const outcomes = (await Promise.all(starts)).map(({ outcome }) => outcome)
      expect(outcomes.filter((outcome) => outcome === 'admitted')).toHaveLength(3)
      expect(outcomes.filter((outcome) => outcome === 'denied')).toHaveLength(6)
    }
    await Promise.all(regions.map(({ store }) => store.close()))
  })
})

function limiterOver(store: DynamoDbStore, region: number): Limiter {
  let generations = 0
  return new Limiter({
    store,
    policy: parsePolicy({ plans: { standard: { limits: [{ max: 3 }] } } }),
    now: () => NOW_MS,
    newGeneration: () => `generation-${region}-${(generations += 1)}`,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  })
}
