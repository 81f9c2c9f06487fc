import {
  Limiter,
  parsePolicy,
  type DeviceId,
  type LeaseId,
  type StartRequest,
  type StartResult,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { LEASE_MS, USER } from './specimens.ts'

const POLICY = parsePolicy({
  leaseSeconds: 75,
  defaultPlan: 'family',
  plans: {
    family: {
      limits: [{ max: 4 }, { max: 1, deviceType: ['tv', 'console'] }, { max: 1, per: 'contentId' }],
    },
    'per-device': { limits: [{ max: 3 }, { max: 1, per: 'deviceId' }], sameDeviceReplaces: false },
    oldest: { limits: [{ max: 2 }], whenFull: 'evict-oldest' },
    idle: { limits: [{ max: 2 }], whenFull: 'evict-idle' },
    'oldest-tv': { limits: [{ max: 3 }, { max: 1, where: { deviceType: 'tv' } }], whenFull: 'evict-oldest' },
    zapping: { limits: [{ max: 1 }], sameDeviceReplaces: true },
    trailers: { limits: [{ max: 1 }], ignore: [{ contentId: 'trailer' }] },
    grace: { limits: [{ max: 1 }], graceStreams: { streams: 1, seconds: 60 } },
  },
})

let nowMs: number
let store: CountingStore
let limiter: Limiter

beforeEach(() => {
  nowMs = 1_000_000
  store = new CountingStore()
  limiter = limiterUnder(POLICY)
})

function limiterUnder(policy: typeof POLICY): Limiter {
  let generations = 0
  const newGeneration = () => `generation-${(generations += 1)}`
  const parts = { store, policy, now: () => nowMs, newGeneration, pause: async () => {}, random: () => 0.5 }
  return new Limiter(parts)
}

type Extra = {
  deviceType?: string
  contentId?: string
  deviceId?: DeviceId
  replaces?: string
  user?: UserId
}

function asked(plan: string, streamId: string, extra: Extra = {}): StartRequest {
  const { replaces, user = USER, ...description } = extra
  const stream = { streamId: streamId as StreamId, ...description }
  return { user, plan, stream, replaces: replaces as LeaseId | undefined }
}

function start(plan: string, streamId: string, extra?: Extra): Promise<StartResult> {
  return limiter.start(asked(plan, streamId, extra))
}

function heartbeat(plan: string, streamId: string) {
  return limiter.heartbeat(asked(plan, streamId))
}

describe('a plan of several limits', () => {
  it('holds them all at once, and a denial names the first that is reached and its holders', async () => {
    await start('family', 'a', { deviceType: 'tv', contentId: 'film' })
    await start('family', 'b', { deviceType: 'mobile', contentId: 'show' })
    expect(await start('family', 'c', { deviceType: 'console' })).toMatchObject({
      outcome: 'denied',
      limit: { max: 1, deviceType: ['tv', 'console'] },
      holders: [{ id: 'a' }],
    })
    expect(await start('family', 'c', { deviceType: 'web', contentId: 'show' })).toMatchObject({
      outcome: 'denied',
      limit: { max: 1, per: 'contentId' },
      holders: [{ id: 'b' }],
    })
    await start('family', 'c')
    await start('family', 'd')
    const full = await start('family', 'e', { deviceType: 'tv' })
    expect(full).toMatchObject({ outcome: 'denied', limit: { max: 4 } })
    expect(full).toHaveProperty('holders.length', 4)
  })

  it('is one call to the store for an unknown user, and two for all others', async () => {
    await start('family', 'a', { deviceType: 'tv' })
    expect(store.taken()).toEqual(['replace'])
    await start('family', 'b')
    expect(store.taken()).toEqual(['replace', 'replace'])
    await start('family', 'c', { deviceType: 'tv' })
    expect(store.taken()).toEqual(['replace'])
    await start('family', 'b')
    expect(store.taken()).toEqual(['replace', 'renew'])
    await heartbeat('family', 'b')
    expect(store.taken()).toEqual(['renew'])
  })

  it('counts a stream without a device on no device', async () => {
    for (const id of ['a', 'b']) expect((await start('per-device', id)).outcome).toBe('admitted')
    const deviceId = 'd' as DeviceId
    expect((await start('per-device', 'c', { deviceId })).outcome).toBe('admitted')
    await limiter.stop({ user: USER, id: 'a' as LeaseId })
    expect(await start('per-device', 'e', { deviceId })).toMatchObject({ holders: [{ id: 'c@d' }] })
  })
})

describe('a plan that evicts', () => {
  it('evicts the oldest, which is told by which stream and is not revived', async () => {
    await start('oldest', 'a')
    nowMs += 1000
    await start('oldest', 'b')
    nowMs += 1000
    await heartbeat('oldest', 'a')
    store.taken()
    expect(await start('oldest', 'c')).toMatchObject({ outcome: 'admitted', ends: [{ id: 'a' }] })
    expect(store.taken()).toEqual(['add', 'replace'])
    expect(await heartbeat('oldest', 'a')).toMatchObject({
      outcome: 'evicted',
      eviction: { by: { id: 'c' }, atMs: 1_002_000 },
    })
    expect((await heartbeat('oldest', 'b')).outcome).toBe('renewed')
  })

  it('evicts the one whose last heartbeat is oldest', async () => {
    await start('idle', 'a')
    await start('idle', 'b')
    nowMs += 1000
    await heartbeat('idle', 'a')
    expect(await start('idle', 'c')).toMatchObject({ ends: [{ id: 'b' }] })
  })

  it('makes room under every limit, and evicts no other stream', async () => {
    for (const [id, deviceType] of [
      ['a', 'web'],
      ['b', 'tv'],
      ['c', 'web'],
    ] as const) {
      await start('oldest-tv', id, { deviceType })
    }
    expect(await start('oldest-tv', 'd', { deviceType: 'tv' })).toMatchObject({
      ends: [{ id: 'b' }],
      live: [{ id: 'a' }, { id: 'c' }, { id: 'd' }],
    })
  })

  it('evicts no stream for a heartbeat that lost its lease', async () => {
    await start('oldest', 'a')
    await start('oldest', 'b')
    expect((await heartbeat('oldest', 'c')).outcome).toBe('denied')
  })

  it('lets the viewer choose all the same', async () => {
    await start('oldest', 'a')
    await start('oldest', 'b')
    expect(await start('oldest', 'c', { replaces: 'b' })).toMatchObject({ ends: [{ id: 'b' }] })
    expect((await heartbeat('oldest', 'a')).outcome).toBe('renewed')
  })
})

describe('sameDeviceReplaces', () => {
  it('lets a device zap, and no other device', async () => {
    const deviceId = 'tv-1' as DeviceId
    await start('zapping', 'a', { deviceId })
    expect(await start('zapping', 'b', { deviceId })).toMatchObject({ ends: [{ id: 'a@tv-1' }] })
    expect((await start('zapping', 'c', { deviceId: 'tv-2' as DeviceId })).outcome).toBe('denied')
    expect((await start('zapping', 'd')).outcome).toBe('denied')
  })
})

describe('ignore', () => {
  it('lets streams run that do not count, and counts them for no other', async () => {
    for (const id of ['t1', 't2']) {
      expect((await start('trailers', id, { contentId: 'trailer' })).outcome).toBe('admitted')
    }
    expect(await start('trailers', 'a', { contentId: 'film' })).toMatchObject({
      outcome: 'admitted',
      counted: [{ id: 'a' }],
      ignored: [{ id: 't1' }, { id: 't2' }],
    })
    expect(await start('trailers', 'b')).toMatchObject({ outcome: 'denied', holders: [{ id: 'a' }] })
  })

  it('has a bound of its own', async () => {
    for (let index = 0; index < 50; index += 1) {
      await start('trailers', `t${index}`, { contentId: 'trailer' })
    }
    expect(await start('trailers', 'last', { contentId: 'trailer' })).toMatchObject({
      outcome: 'denied',
      limit: { max: 50 },
    })
  })
})

describe('graceStreams', () => {
  const GRACE_MS = 60_000

  it('lets one more in until the window ends, and then denies', async () => {
    await start('grace', 'a')
    const extra = await start('grace', 'b')
    expect(extra).toMatchObject({ outcome: 'admitted', lease: { graceUntilMs: nowMs + GRACE_MS } })
    expect((await start('grace', 'c')).outcome).toBe('denied')
    nowMs += GRACE_MS - 1
    expect(await heartbeat('grace', 'b')).toMatchObject({
      outcome: 'renewed',
      lease: { expiresAtMs: nowMs + 1 },
    })
    expect((await heartbeat('grace', 'a')).outcome).toBe('renewed')
    nowMs += 1
    expect(await heartbeat('grace', 'b')).toMatchObject({ outcome: 'denied', holders: [{ id: 'a' }] })
    expect((await start('grace', 'c')).outcome).toBe('denied')
    expect((await start('grace', 'b')).outcome).toBe('denied')
  })

  it('ends at the latest with the window, whatever the lease', async () => {
    await start('grace', 'a')
    await start('grace', 'b')
    nowMs += GRACE_MS
    await heartbeat('grace', 'a')
    expect(await limiter.list(USER)).toMatchObject({ live: [{ id: 'a' }] })
  })

  it('turns into a stream within the limit if there is room by then', async () => {
    await start('grace', 'a')
    await start('grace', 'b')
    await limiter.stop({ user: USER, id: 'a' as LeaseId })
    const promoted = await heartbeat('grace', 'b')
    expect(promoted).toMatchObject({ outcome: 'renewed', lease: { expiresAtMs: nowMs + LEASE_MS } })
    expect(promoted).not.toHaveProperty('lease.graceUntilMs')
  })

  it('opens again once the user was back within the limit', async () => {
    await start('grace', 'a')
    await start('grace', 'b')
    nowMs += GRACE_MS
    await limiter.stop({ user: USER, id: 'a' as LeaseId })
    expect((await start('grace', 'c')).outcome).toBe('admitted')
    expect(await start('grace', 'd')).toMatchObject({ lease: { graceUntilMs: nowMs + GRACE_MS } })
  })
})
