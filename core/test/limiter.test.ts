import {
  Limiter,
  LimiterError,
  parsePolicy,
  planOfOneLimit,
  type Generation,
  type HeartbeatRequest,
  type LeaseId,
  type StartRequest,
  type Store,
  type StreamId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { LEASE_MS, USER } from './specimens.ts'

const POLICY = parsePolicy({
  defaultPlan: 'standard',
  plans: { standard: { limits: [{ max: 3 }] }, solo: { limits: [{ max: 1 }] } },
})

let nowMs: number
let store: CountingStore
let limiter: Limiter

beforeEach(() => {
  nowMs = 1_000_000
  store = new CountingStore()
  limiter = limiterOver(store)
})

function limiterOver(inner: Store, skewMs?: number): Limiter {
  let generations = 0
  const newGeneration = () => {
    generations += 1
    return `generation-${generations}`
  }
  return new Limiter({
    store: inner,
    policy: POLICY,
    now: () => nowMs,
    newGeneration,
    pause: async () => {},
    random: () => 0,
    ...(skewMs !== undefined && { skewMs }),
  })
}

function request(streamId: string, rest: Partial<HeartbeatRequest> = {}): StartRequest & HeartbeatRequest {
  return { user: USER, stream: { streamId: streamId as StreamId }, ...rest }
}

async function startAll(...ids: string[]): Promise<void> {
  for (const id of ids) await limiter.start(request(id))
  store.taken()
}

describe('calls to the store', () => {
  it('a start with room is one', async () => {
    expect((await limiter.start(request('a'))).outcome).toBe('admitted')
    expect(store.taken()).toEqual(['add'])
  })

  it('a start that is truly denied is one', async () => {
    await startAll('a', 'b', 'c')
    expect((await limiter.start(request('d'))).outcome).toBe('denied')
    expect(store.taken()).toEqual(['add'])
  })

  it('a start under a plan that admits no stream at all is one, a read', async () => {
    limiter.usePolicy({ ...POLICY, defaultPlan: planOfOneLimit('none', 0) })
    expect(await limiter.start(request('a'))).toMatchObject({ outcome: 'denied', holders: [] })
    expect(store.taken()).toEqual(['read'])
  })

  it('a start that is repeated is two', async () => {
    await startAll('a')
    expect((await limiter.start(request('a'))).outcome).toBe('renewed')
    expect(store.taken()).toEqual(['add', 'renew'])
  })

  it('a start in the slot of expired leases is two', async () => {
    await startAll('a', 'b', 'c')
    nowMs += LEASE_MS
    expect((await limiter.start(request('d'))).outcome).toBe('admitted')
    expect(store.taken()).toEqual(['add', 'replace'])
  })

  it('a start that replaces a stream is two', async () => {
    await startAll('a', 'b', 'c')
    expect((await limiter.start(request('d', { replaces: 'a' as LeaseId }))).outcome).toBe('admitted')
    expect(store.taken()).toEqual(['read', 'replace'])
  })

  it('a heartbeat is one, of a lapsed lease too', async () => {
    await startAll('a')
    nowMs += LEASE_MS * 10
    expect((await limiter.heartbeat(request('a'))).outcome).toBe('renewed')
    expect(store.taken()).toEqual(['renew'])
  })

  it('a heartbeat that is admitted again is two, one that is denied, evicted or ended is one', async () => {
    const ofPlan = { plan: 'standard' }
    expect((await limiter.heartbeat(request('a', ofPlan))).outcome).toBe('admitted')
    expect(store.taken()).toEqual(['renew', 'replace'])
    await limiter.start(request('b', { replaces: 'a' as LeaseId }))
    store.taken()
    expect((await limiter.heartbeat(request('a'))).outcome).toBe('evicted')
    expect((await limiter.heartbeat(request('x', { generation: 'old' as Generation }))).outcome).toBe('ended')
    expect(store.taken()).toEqual(['renew', 'renew'])
    await startAll('c', 'd')
    expect((await limiter.heartbeat(request('e', ofPlan))).outcome).toBe('denied')
    expect(store.taken()).toEqual(['renew'])
  })

  it('a stop, a look and an erase are one each', async () => {
    await limiter.stop({ user: USER, id: 'a' as LeaseId })
    await limiter.list(USER)
    await limiter.erase(USER)
    expect(store.taken()).toEqual(['remove', 'read', 'erase'])
  })

  it('a start under an unknown plan is none', async () => {
    const call = limiter.start(request('a', { plan: 'gold' }))
    await expect(call).rejects.toMatchObject({ code: 'PLAN_UNKNOWN', facts: { plan: 'gold' } })
    expect(store.taken()).toEqual([])
  })
})

const gold = (id: string) => request(id, { plan: 'gold' })

describe('a heartbeat that names an unknown plan', () => {
  it('renews a held lease, and leaves its plan as it was', async () => {
    await limiter.start(request('a', { plan: 'standard' }))
    expect(await limiter.heartbeat(gold('a'))).toMatchObject({
      outcome: 'renewed',
      lease: { plan: 'standard' },
    })
  })

  it('is judged by the note on its lease, or under the default plan', async () => {
    await limiter.start(request('a', { plan: 'standard' }))
    nowMs += LEASE_MS
    await startAll('b', 'c', 'd')
    expect((await limiter.heartbeat(gold('a'))).outcome).toBe('denied')
    expect((await limiter.heartbeat(gold('e'))).outcome).toBe('denied')
    await limiter.stop({ user: USER, id: 'b' as LeaseId })
    expect(await limiter.heartbeat(gold('a'))).toMatchObject({
      outcome: 'admitted',
      lease: { plan: 'standard' },
    })
  })
})

describe('the limiter', () => {
  it('gives a lease that is started again another generation, and a revived one the same', async () => {
    const first = await limiter.start(request('a'))
    nowMs += LEASE_MS
    expect(await limiter.heartbeat(request('a'))).toMatchObject({
      lease: { generation: generationOf(first) },
    })
    await limiter.stop({ user: USER, id: 'a' as LeaseId })
    expect(generationOf(await limiter.start(request('a')))).not.toBe(generationOf(first))
  })

  it('tells a stream of its newest end, even if an older eviction is still noted', async () => {
    await startAll('a')
    await limiter.start(request('b', { replaces: 'a' as LeaseId }))
    expect((await limiter.heartbeat(request('a'))).outcome).toBe('evicted')
    await limiter.start(request('a'))
    nowMs += 1
    await limiter.stop({ user: USER, id: 'a' as LeaseId })
    expect((await limiter.heartbeat(request('a'))).outcome).toBe('ended')
  })

  it('admits 40 newcomers to a roster full of expired leases exactly up to the limit', async () => {
    await startAll('x', 'y', 'z')
    nowMs += LEASE_MS
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) => limiter.start(request(`s${index}`))),
    )
    expect(results.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(3)
    expect(results.filter(({ outcome }) => outcome === 'denied')).toHaveLength(37)
  })

  it('settles five swaps at the same instant', async () => {
    await startAll('a', 'b', 'c')
    const swaps = Array.from({ length: 5 }, (_, index) =>
      limiter.start(request(`s${index}`, { replaces: 'a' as LeaseId })),
    )
    const outcomes = (await Promise.all(swaps)).map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'admitted')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'denied')).toHaveLength(4)
  })

  it('lets a lease count for as much longer as clocks may differ, and says when to come back', async () => {
    const skewed = limiterOver(store, 2000)
    await skewed.start(request('a', { plan: 'solo' }))
    nowMs += LEASE_MS + 1999
    const denied = await skewed.start(request('b', { plan: 'solo' }))
    expect(denied).toMatchObject({ outcome: 'denied', retryAfterMs: 1 })
    nowMs += 1
    expect((await skewed.start(request('b', { plan: 'solo' }))).outcome).toBe('admitted')
  })

  it('gives up on a roster that never holds still, and says so', async () => {
    const restless = new WrappedStore(new MemoryStore(), (verb, call) => {
      if (verb !== 'replace') return call()
      return Promise.resolve({
        done: false,
        roster: { leases: [], notes: [], version: 0 },
      }) as ReturnType<typeof call>
    })
    await expect(limiterOver(restless).heartbeat(request('a', { plan: 'solo' }))).rejects.toMatchObject({
      code: 'STORE_CONTENDED',
    })
  })

  it('passes a failure of the store on as it is', async () => {
    await store.close()
    await expect(limiter.start(request('a'))).rejects.toBeInstanceOf(LimiterError)
    await expect(limiter.start(request('a'))).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })

  it('uses the plan a stream was admitted under if a heartbeat names none', async () => {
    await limiter.start(request('a', { plan: 'solo' }))
    expect(await limiter.heartbeat(request('a'))).toMatchObject({ limit: { max: 1 } })
    expect(await limiter.list(USER)).toMatchObject({ limit: { max: 1 } })
    expect(await limiter.heartbeat(request('a', { plan: 'standard' }))).toMatchObject({ limit: { max: 3 } })
  })
})

function generationOf(result: object): unknown {
  return 'lease' in result ? (result.lease as { generation: unknown }).generation : undefined
}
