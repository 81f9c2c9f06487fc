/**
 * Compares any sequence of calls on each store with the same on MemoryStore, where every verb is a
 * few lines. Rosters and outcomes must be the same. On DynamoDB the item is also written by hand
 * between the calls.
 */
import {
  leaseIdOf,
  type DeviceId,
  type Generation,
  type Lease,
  type Outcome,
  type RosterContent,
  type Store,
  type StreamId,
} from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { MemoryStore } from '@streamgate/stores/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evictionOfLease, leaseOf, stopOf, USER } from '../src/contract/specimens.ts'
import { useDynalite } from './dynalite/dynalite.ts'
import { redisStoreAt, useRedis } from './redis/use-redis.ts'
import { temporaryFolder } from './temporary-folder.ts'

const dynalite = useDynalite()
const redis = useRedis()

const TIME_LIMIT_MS = 120_000
/** So many calls in a row that each meets the results of others. */
const CALLS = { minLength: 15, maxLength: 30, size: 'max' } as const

/** Writes items by hand, if there are items. */
type Hand = {
  /** Adds entries to the list and changes nothing else. */
  readonly append: (id: string) => Promise<void>
  /** Removes the list of devices. The item is then as version 0.1 wrote it. */
  readonly age: () => Promise<void>
}
type Side = { readonly store: Store; readonly hand: Hand }
type Step = (side: Side, index: number) => Promise<Outcome | void>

const stream = fc.record({
  streamId: fc.constantFrom('a', 'b', 'c') as fc.Arbitrary<StreamId>,
  deviceId: fc.constantFrom('tv', 'phone', undefined) as fc.Arbitrary<DeviceId | undefined>,
})
const id = stream.map((one) => idOf(one))
const generation = fc.constantFrom('one', 'two', undefined) as fc.Arbitrary<Generation | undefined>
const lease = fc
  .record({
    stream,
    lasts: fc.boolean(),
    generation: fc.constantFrom('one', 'two') as fc.Arbitrary<Generation>,
  })
  .map((made) => leaseMade(made))
const report = fc.record(
  { reportedContentId: fc.constantFrom('x', 'y'), reportedAtMs: fc.nat(9) },
  { requiredKeys: [] },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ lease, capacity: fc.integer({ min: 0, max: 6 }), soleOfDevice: fc.boolean() }).map(
      ({ lease: added, ...room }): Step =>
        ({ store }) =>
          store.add(USER, added, room),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ id, generation, report, lasts: fc.boolean() }).map(
      ({ report: reported, lasts, ...ref }): Step =>
        ({ store }) =>
          store.renew(USER, ref, { renewedAtMs: 2_000, expiresAtMs: lasts ? null : 3_000, ...reported }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({ id, generation }).map(
      (ref): Step =>
        ({ store }, index) =>
          store.remove(USER, ref, stopOf(ref.id, 10_000 + index)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kept: fc.nat(31), lease, places: fc.nat(7) }).map(
      (wanted): Step =>
        ({ store }, index) =>
          replaceBy(store, { ...wanted, index }),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>(({ store }) => store.erase(USER)) },
)
const byHand: fc.Arbitrary<Step> = fc.oneof(
  id.map(
    (added): Step =>
      ({ hand }) =>
        hand.append(added),
  ),
  fc.constant<Step>(({ hand }) => hand.age()),
)

describe('any sequence of calls gives the same as on MemoryStore', { timeout: TIME_LIMIT_MS }, () => {
  it('on LmdbStore', async () => {
    const store = new LmdbStore({ path: temporaryFolder() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, CALLS), (steps) => assertAlike(steps, { store, hand: handOn(store) })),
      { numRuns: 100 },
    )
    await store.close()
  })

  it('on RedisStore', async () => {
    const store = redisStoreAt(redis.newUrl())
    await fc.assert(
      fc.asyncProperty(fc.array(step, CALLS), (steps) => assertAlike(steps, { store, hand: handOn(store) })),
      { numRuns: 100 },
    )
    await store.close()
  })

  it('on DynamoDbStore, with entries by hand and items of version 0.1 among them', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    const any = fc.oneof({ weight: 6, arbitrary: step }, { weight: 1, arbitrary: byHand })
    const steps = fc.array(any, CALLS)
    await fc.assert(
      fc.asyncProperty(steps, (made) => assertAlike(made, { store, hand: handOnItems(tableName) })),
      { numRuns: 25 },
    )
    await store.close()
  })
})

async function assertAlike(steps: readonly Step[], side: Side): Promise<void> {
  const store = new MemoryStore()
  const model = { store, hand: handOn(store) }
  await side.store.erase(USER)
  for (const [index, take] of steps.entries()) {
    const [expected, found] = [await take(model, index), await take(side, index)]
    expect(found?.done).toBe(expected?.done)
    const after = contentOf(await side.store.read(USER))
    expect(after).toEqual(contentOf(await store.read(USER)))
    if (found) expect(contentOf(found.roster)).toEqual(after)
  }
}

/**
 * Keeps some of the leases, adds one that is not held, and writes notes in some of their places.
 */
async function replaceBy(
  store: Store,
  { kept, lease: added, places, index }: { kept: number; lease: Lease; places: number; index: number },
): Promise<Outcome> {
  const seen = await store.read(USER)
  const staying = seen.leases.filter((held, place) => held.id !== added.id && (kept & (1 << place)) !== 0)
  return store.replace(USER, seen, {
    leases: places === 0 ? staying : [...staying, added],
    notes: (places & 1) === 0 ? [] : [evictionOfLease('x')],
    ...((places & 2) !== 0 && { lastStop: stopOf('y', 10_000 + index) }),
    ...((places & 4) !== 0 && { forgottenUntilMs: 10_000 + index }),
  })
}

/** Changes by hand, on a store that has no items. */
function handOn(store: Store): Hand {
  return {
    append: async (added) => {
      const seen = await store.read(USER)
      if (seen.leases.some((held) => held.id === added)) return
      const [streamId = '', deviceId] = added.split('@')
      const entry = leaseMade({
        stream: { streamId: streamId as StreamId, deviceId: deviceId as DeviceId | undefined },
        lasts: true,
        generation: 'by-hand' as Generation,
      })
      await store.replace(USER, seen, {
        ...seen,
        leases: [...seen.leases, { ...entry, startedAtMs: 0, renewedAtMs: 0 }],
      })
    },
    age: async () => {},
  }
}

function handOnItems(tableName: string): Hand {
  const change = async (make: (item: Record<string, never>) => object) => {
    const item = (await dynalite.itemOf(tableName, USER)) ?? { UserId: { S: USER } }
    await dynalite.put(tableName, { ...(make(item as Record<string, never>) as typeof item) })
  }
  return {
    append: (added) =>
      change((item) => {
        const { L: streams = [] } = (item as { Streams?: { L: { S: string }[] } }).Streams ?? {}
        const isHeld = streams.some(({ S: held }) => held === added)
        return isHeld ? item : { ...item, Streams: { L: [...streams, { S: added }] } }
      }),
    age: async () => {
      if ((await dynalite.itemOf(tableName, USER)) === undefined) return
      await change(({ D: _devices, ...item }) => item)
    },
  }
}

type Made = {
  readonly stream: Pick<Lease, 'streamId'> & { deviceId: DeviceId | undefined }
  readonly lasts: boolean
  readonly generation: Generation
}

function leaseMade({ stream: { streamId, deviceId }, lasts, generation: made }: Made): Lease {
  const named = { streamId, ...(deviceId !== undefined && { deviceId }) }
  return leaseOf(streamId, {
    ...named,
    id: leaseIdOf(named),
    generation: made,
    ...(lasts && { expiresAtMs: null }),
  })
}

function idOf({ streamId, deviceId }: Made['stream']) {
  return leaseIdOf({ streamId, ...(deviceId !== undefined && { deviceId }) })
}

function contentOf({ leases, notes, lastStop, forgottenUntilMs }: RosterContent): RosterContent {
  return {
    leases,
    notes,
    ...(lastStop && { lastStop }),
    ...(forgottenUntilMs !== undefined && { forgottenUntilMs }),
  }
}
