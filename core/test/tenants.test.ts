import {
  Limiter,
  parsePolicy,
  PolicyError,
  type DeviceId,
  type LeaseId,
  type StreamDescription,
  type StreamId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { USER } from './specimens.ts'

const ONE = { limits: [{ max: 1 }], sameDeviceReplaces: false }
const POLICY = {
  plans: { standard: ONE },
  tenants: {
    'brand-a': { plans: { basic: ONE } },
    'brand-b': { defaultPlan: 'two', plans: { two: { limits: [{ max: 2 }] }, basic: ONE } },
    'app-1': { plans: { all: { ...ONE, sharedWith: ['app-1', 'app-2'] } } },
    'app-2': {
      plans: { all: { limits: [{ max: 2 }, { max: 1, per: 'tenant' }], sharedWith: ['app-2', 'app-1'] } },
    },
  },
}

let store: MemoryStore
let limiter: Limiter

beforeEach(() => {
  let generations = 0
  store = new MemoryStore()
  limiter = new Limiter({
    store,
    policy: parsePolicy(POLICY),
    now: () => 1_000_000,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: async () => {},
    random: () => 0.5,
  })
})

function start(tenant: string | undefined, streamId: string, rest: object = {}) {
  const stream = { streamId, ...rest } as StreamDescription
  return limiter.start({ user: USER, tenant, stream })
}

function shared(...names: string[]): object {
  return { plans: { p: { limits: [{ max: 1 }], sharedWith: names } } }
}

async function running(tenant?: string): Promise<readonly string[]> {
  return (await limiter.list(USER, tenant)).live.map(({ id }) => id)
}

describe('two tenants', () => {
  it('have users of their own, with the plans of each', async () => {
    for (const tenant of [undefined, 'brand-a', 'brand-b']) {
      expect(await start(tenant, 'film')).toMatchObject({ outcome: 'admitted' })
    }
    expect(await start('brand-a', 'news')).toMatchObject({ outcome: 'denied', plan: 'basic' })
    expect(await start('brand-b', 'news')).toMatchObject({ outcome: 'admitted', plan: 'two' })
    expect([await running(), await running('brand-a')]).toEqual([['film'], ['film']])
    await limiter.stop({ user: USER, tenant: 'brand-a', id: 'film' as LeaseId })
    expect([await running(), await running('brand-a')]).toEqual([['film'], []])
    await limiter.erase(USER, 'brand-b')
    expect([await running(), await running('brand-b')]).toEqual([['film'], []])
  })

  it('have streams of their own: one finishes for its tenant alone', async () => {
    for (const tenant of [undefined, 'brand-a', 'brand-b']) await start(tenant, 'match')
    await limiter.finish('match' as StreamId, 'brand-a')
    const stream = { streamId: 'match' } as StreamDescription
    const outcomes = await Promise.all(
      [undefined, 'brand-a', 'brand-b'].map((tenant) => limiter.heartbeat({ user: USER, tenant, stream })),
    )
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['renewed', 'finished', 'renewed'])
    expect([await running(), await running('brand-a')]).toEqual([['match'], []])
    await limiter.finish('match' as StreamId)
    expect([await running(), await running('brand-b')]).toEqual([[], ['match']])
  })

  it('have a plan of one name each', () => {
    expect([limiter.hasPlan('basic'), limiter.hasPlan('basic', 'brand-a')]).toEqual([false, true])
    expect([limiter.hasPlan('standard', 'brand-a'), limiter.hasPlan('basic', 'x')]).toEqual([false, false])
  })
})

describe('tenants that share', () => {
  it('have the same users and streams', async () => {
    expect(await start('app-1', 'film')).toMatchObject({ outcome: 'admitted' })
    expect(await running('app-2')).toEqual(['film'])
    expect(await start('app-1', 'news')).toMatchObject({ outcome: 'denied', holders: [{ id: 'film' }] })
    expect(await start('app-2', 'news')).toMatchObject({ outcome: 'admitted' })
    expect(await start('app-2', 'more')).toMatchObject({ limit: { max: 2 } })
    await limiter.finish('film' as StreamId, 'app-2')
    expect(await running('app-1')).toEqual(['news'])
    expect(await start('app-2', 'more')).toMatchObject({
      limit: { per: 'tenant' },
      holders: [{ id: 'news' }],
    })
  })
})

describe('an unknown tenant', () => {
  it('is refused by every call', async () => {
    const tenant = 'brand-c'
    const stream = { streamId: 'film' } as StreamDescription
    const calls = [
      limiter.start({ user: USER, tenant, stream }),
      limiter.heartbeat({ user: USER, tenant, stream }),
      limiter.stop({ user: USER, tenant, id: 'film' as LeaseId }),
      limiter.list(USER, tenant),
      limiter.erase(USER, tenant),
      limiter.finish('film' as StreamId, tenant),
      limiter.devices(USER, tenant),
      limiter.removeDevice({ user: USER, tenant, deviceId: 'd' as DeviceId }),
      limiter.nameDevice({ user: USER, tenant, deviceId: 'd' as DeviceId, label: null }),
    ]
    const codes = await Promise.allSettled(calls)
    for (const one of codes)
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'TENANT_UNKNOWN' } })
    expect((await store.scan({ pageSize: 10 })).users).toEqual([])
  })
})

describe('a policy with tenants', () => {
  const alone = { plans: { p: { limits: [{ max: 1 }] } } }

  it.each<[object, string, RegExp]>([
    [{ a: {} }, '/tenants/a/plans', /must be an object, got nothing/],
    [{ a: { plans: {} } }, '/tenants/a/plans', /must hold at least one plan/],
    [{ 'a b': alone }, '/tenants/a b', /must have a name of 1 to 64 letters/],
    [{ ['a'.repeat(65)]: alone }, `/tenants/${'a'.repeat(65)}`, /must have a name of 1 to 64 letters/],
    [{ a: { ...alone, defaultPlan: 'q' } }, '/tenants/a/defaultPlan', /must name one of the plans \("p"\)/],
    [{ a: shared('a', 'b'), b: alone }, '/tenants/b/plans/p/sharedWith', /must be there/],
    [{ a: shared('a', 'c') }, '/tenants/a/plans/p/sharedWith', /must be a list of tenants \("a"\)/],
    [{ a: shared('b'), b: shared('b') }, '/tenants/a/plans/p/sharedWith', /must name its own tenant/],
    [
      { a: shared('a', 'b'), b: shared('a', 'b', 'c'), c: shared('b', 'c') },
      '/tenants/b/plans/p/sharedWith',
      /must name the same tenants/,
    ],
  ])('is refused: %j, at %s', (tenants, pointer, detail) => {
    try {
      parsePolicy({ tenants })
    } catch (error) {
      const { faults } = error as PolicyError
      expect(faults).toContainEqual({ pointer, detail: expect.stringMatching(detail) })
      return
    }
    throw new Error('the policy has no fault')
  })
})
