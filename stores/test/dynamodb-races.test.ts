/** Many calls at once for one user, on the engine that decides each write under its own lock. */
import { Limiter, parsePolicy, type Lease, type LeaseId, type StreamId, type UserId } from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { describe, expect, it } from 'vitest'
import { idsOf, leaseOf, stopOf, USER } from '../src/contract/specimens.ts'
import { itemByHand, useDynalite } from './dynalite/dynalite.ts'

const dynalite = useDynalite()

const CONTENDERS = 200
const LIMIT = 3
const NOW_MS = 1_800_000_000_000
/** Two hundred requests of one process wait for each other's connections. */
const PATIENCE = { requestTimeoutMs: 15_000 }
const TIME_LIMIT_MS = 60_000

const contender = (index: number): Lease => leaseOf(`c${index}`, { expiresAtMs: NOW_MS + 75_000 })
const contenders = Array.from({ length: CONTENDERS }, (_, index) => contender(index))

function limiterOver(store: DynamoDbStore): Limiter {
  let generations = 0
  return new Limiter({
    store,
    policy: parsePolicy({ plans: { standard: { limits: [{ max: LIMIT }] } } }),
    now: () => NOW_MS,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  })
}

async function winnersOf(limiter: Limiter): Promise<string[]> {
  const results = await Promise.all(
    contenders.map(({ streamId }) => limiter.start({ user: USER, stream: { streamId } })),
  )
  return results.flatMap((result, index) =>
    result.outcome === 'admitted' ? [contenders[index]?.id ?? ''] : [],
  )
}

describe(`${CONTENDERS} at once for one user`, { timeout: TIME_LIMIT_MS }, () => {
  it('add exactly as many leases as there is room for', async () => {
    const store = await dynalite.makeStore(PATIENCE)
    const outcomes = await Promise.all(contenders.map((lease) => store.add(USER, lease, { capacity: LIMIT })))
    const winners = contenders.filter((_, index) => outcomes[index]?.done)
    expect(winners).toHaveLength(LIMIT)
    expect(idsOf(await store.read(USER)).toSorted()).toEqual(winners.map(({ id }) => id).toSorted())
    await store.close()
  })

  it('add exactly as many leases as there is room for beside entries written by hand', async () => {
    const tableName = await dynalite.makeTable()
    await dynalite.put(tableName, itemByHand(USER, ['a']))
    const store = await dynalite.makeStore({ ...PATIENCE, tableName })
    const outcomes = await Promise.all(contenders.map((lease) => store.add(USER, lease, { capacity: LIMIT })))
    expect(outcomes.filter(({ done }) => done)).toHaveLength(LIMIT - 1)
    expect(idsOf(await store.read(USER))).toHaveLength(LIMIT)
    await store.close()
  })

  it('are admitted by the limiter up to the limit', async () => {
    const store = await dynalite.makeStore(PATIENCE)
    const winners = await winnersOf(limiterOver(store))
    expect(winners).toHaveLength(LIMIT)
    expect(idsOf(await store.read(USER)).toSorted()).toEqual(winners.toSorted())
    await store.close()
  })

  it('are admitted by the limiter up to the limit on a roster full of expired leases', async () => {
    const store = await dynalite.makeStore(PATIENCE)
    for (const id of ['x', 'y', 'z'])
      await store.add(USER, leaseOf(id, { expiresAtMs: NOW_MS }), { capacity: LIMIT })
    const winners = await winnersOf(limiterOver(store))
    expect(winners).toHaveLength(LIMIT)
    expect(idsOf(await store.read(USER)).toSorted()).toEqual(winners.toSorted())
    await store.close()
  })

  it('repeat one start and take one slot', async () => {
    const store = await dynalite.makeStore(PATIENCE)
    const limiter = limiterOver(store)
    const stream = { streamId: 'film' as StreamId }
    const results = await Promise.all(contenders.map(() => limiter.start({ user: USER, stream })))
    expect(results.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(1)
    expect(results.filter(({ outcome }) => outcome === 'renewed')).toHaveLength(CONTENDERS - 1)
    expect(idsOf(await store.read(USER))).toEqual(['film'])
    await store.close()
  })
})

describe('a removal', { timeout: TIME_LIMIT_MS }, () => {
  it('finds its lease though the places before it are freed meanwhile', async () => {
    const store = await dynalite.makeStore(PATIENCE)
    const ids = Array.from({ length: 8 }, (_, index) => `s${index}` as LeaseId)
    for (const id of ids) await store.add(USER, leaseOf(id), { capacity: ids.length })
    const outcomes = await Promise.all(ids.toReversed().map((id) => store.remove(USER, { id }, stopOf(id))))
    expect(outcomes.every(({ done }) => done)).toBe(true)
    expect(idsOf(await store.read(USER))).toEqual([])
    await store.close()
  })

  it('of one lease is done once, however often it is repeated', async () => {
    const store = await dynalite.makeStore(PATIENCE)
    const user = 'another' as UserId
    for (const id of ['a', 'b']) await store.add(user, leaseOf(id), { capacity: 2 })
    const removals = Array.from({ length: 40 }, () => store.remove(user, leaseOf('b'), stopOf('b')))
    expect((await Promise.all(removals)).filter(({ done }) => done)).toHaveLength(1)
    expect(idsOf(await store.read(user))).toEqual(['a'])
    await store.close()
  })
})
