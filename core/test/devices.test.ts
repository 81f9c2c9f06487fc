/** A device's new stream takes the slot of its own former one. */
import {
  Limiter,
  parsePolicy,
  type DeviceId,
  type LeaseId,
  type Policy,
  type StreamId,
} from '@streamgate/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { LEASE_MS, USER } from './specimens.ts'

let nowMs: number
let store: CountingStore
let limiter: Limiter

function limiterWith(policy: Policy): Limiter {
  let generations = 0
  return new Limiter({
    store,
    policy,
    now: () => nowMs,
    newGeneration: () => String((generations += 1)),
    pause: async () => {},
    random: () => 0,
  })
}

beforeEach(() => {
  nowMs = 1_000_000
  store = new CountingStore()
  limiter = limiterWith(parsePolicy({}))
})

const streamOf = (streamId: string, deviceId: string) => ({
  streamId: streamId as StreamId,
  deviceId: deviceId as DeviceId,
})
const start = (streamId: string, deviceId: string) =>
  limiter.start({ user: USER, stream: streamOf(streamId, deviceId) })
const running = async () => (await limiter.list(USER)).live.map(({ id }) => id)

describe('a start with a device', () => {
  it('is one call if the device holds nothing', async () => {
    for (const device of ['tv', 'phone', 'tablet']) {
      expect((await start('film', device)).outcome).toBe('admitted')
      expect(store.taken()).toEqual(['add'])
    }
  })

  it('takes the slot of the device’s own former stream, in two calls', async () => {
    const outcomes: string[] = []
    for (const channel of ['1', '2', '3', '4']) outcomes.push((await start(channel, 'tv')).outcome)
    expect(outcomes).toEqual(['admitted', 'admitted', 'admitted', 'admitted'])
    expect(store.taken()).toEqual(['add', 'add', 'replace', 'add', 'replace', 'add', 'replace'])
    expect(await running()).toEqual(['4@tv'])
    expect(await limiter.heartbeat({ user: USER, stream: streamOf('3', 'tv') })).toMatchObject({
      outcome: 'evicted',
      eviction: { by: { id: '4@tv' } },
    })
  })

  it('takes it on a full roster as well, and ends no other device’s', async () => {
    for (const device of ['tv', 'phone', 'tablet']) await start('film', device)
    expect(await start('match', 'tv')).toMatchObject({ outcome: 'admitted', ends: [{ id: 'film@tv' }] })
    expect(await running()).toEqual(['film@phone', 'film@tablet', 'match@tv'])
    expect((await start('match', 'web')).outcome).toBe('denied')
  })

  it('lets a device hold several if the plan says so', async () => {
    const plans = { multi: { limits: [{ max: 3 }], sameDeviceReplaces: false } }
    limiter = limiterWith(parsePolicy({ plans }))
    for (const channel of ['1', '2', '3']) expect((await start(channel, 'tv')).outcome).toBe('admitted')
    expect(store.taken()).toEqual(['add', 'add', 'add'])
    expect((await start('4', 'tv')).outcome).toBe('denied')
  })

  it('that its plan does not count neither ends the device’s stream nor is ended by it', async () => {
    const plans = { home: { limits: [{ max: 1 }], ignore: [{ contentId: 'trailer' }] } }
    limiter = limiterWith(parsePolicy({ plans }))
    const startOf = (streamId: string, contentId: string) =>
      limiter.start({ user: USER, stream: { ...streamOf(streamId, 'tv'), contentId } })
    await startOf('film', 'film-1')
    expect(await startOf('teaser', 'trailer')).toMatchObject({ outcome: 'admitted', ends: [] })
    expect(await startOf('match', 'film-2')).toMatchObject({ ends: [{ id: 'film@tv' }] })
    expect(await running()).toEqual(['teaser@tv', 'match@tv'])
  })

  it('tells the first of 40 zaps that it was evicted or has ended, and never revives it', async () => {
    for (let channel = 0; channel < 40; channel += 1) await start(String(channel), 'tv')
    for (let channel = 0; channel < 39; channel += 1) {
      const { outcome } = await limiter.heartbeat({ user: USER, stream: streamOf(String(channel), 'tv') })
      expect(outcome).toBe(channel < 23 ? 'ended' : 'evicted')
    }
    expect(await running()).toEqual(['39@tv'])
  })
})

const startOn = (streamId: string, plan: string) =>
  limiter.start({ user: USER, stream: { streamId: streamId as StreamId }, plan })
const heartbeatOf = (streamId: string) =>
  limiter.heartbeat({ user: USER, stream: { streamId: streamId as StreamId } })

describe('a heartbeat of a lease that expired and was removed', () => {
  beforeEach(() => {
    const plans = { basic: { limits: [{ max: 1 }] }, premium: { limits: [{ max: 4 }] } }
    limiter = limiterWith(parsePolicy({ plans, defaultPlan: 'basic' }))
  })
  it('is judged under the plan it was admitted under', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await startOn(id, 'premium')
    nowMs += LEASE_MS
    for (const id of ['e', 'f']) await startOn(id, 'premium')
    expect(await heartbeatOf('a')).toMatchObject({ outcome: 'admitted', plan: 'premium' })
  })

  it('is judged under the plan of the newest lease once its own is forgotten', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await startOn(id, 'premium')
    nowMs += 2 * LEASE_MS
    for (const id of ['e', 'f', 'g']) await startOn(id, 'premium')
    expect(await heartbeatOf('a')).toMatchObject({ outcome: 'admitted', limit: { max: 4 } })
    expect(await heartbeatOf('b')).toMatchObject({ outcome: 'denied', limit: { max: 4 } })
  })
})

const streamOn = (streamId: string, deviceType?: string, profile?: string) => ({
  streamId: streamId as StreamId,
  ...(deviceType !== undefined && { deviceType }),
  ...(profile !== undefined && { attributes: { profile } }),
})

describe('what a heartbeat says of a stream that expired and was removed', () => {
  it('changes nothing by which its start was judged', async () => {
    const limits = [{ max: 1, where: { deviceType: 'tv' } }, { max: 3 }]
    limiter = limiterWith(parsePolicy({ plans: { solo: { limits, ignore: [{ deviceType: 'web' }] } } }))
    await limiter.start({ user: USER, stream: streamOn('a', 'tv', 'kids') })
    nowMs += LEASE_MS
    await limiter.start({ user: USER, stream: streamOn('b', 'tv') })
    for (const deviceType of ['tv', 'web', 'phone', undefined]) {
      const again = { user: USER, stream: streamOn('a', deviceType, 'grown-ups') }
      expect(await limiter.heartbeat(again)).toMatchObject({ outcome: 'denied', limit: { max: 1 } })
    }
    await limiter.stop({ user: USER, id: 'b' as LeaseId })
    const named = { ...streamOn('a', 'web', 'grown-ups'), label: 'Den' }
    const admitted = await limiter.heartbeat({ user: USER, stream: named })
    const lease = { deviceType: 'tv', attributes: { profile: 'kids' }, label: 'Den' }
    expect(admitted).toMatchObject({ outcome: 'admitted', lease })
  })
})

describe('decisions on one user', () => {
  it('take turns, so that sixty newcomers who evict each other all settle', async () => {
    const plans = { solo: { limits: [{ max: 2 }], whenFull: 'evict-oldest' } }
    limiter = limiterWith(parsePolicy({ plans }))
    const starts = Array.from({ length: 60 }, (_, index) =>
      limiter.start({ user: USER, stream: { streamId: `s${index}` as StreamId } }),
    )
    const outcomes = (await Promise.all(starts)).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(Array.from({ length: 60 }, () => 'admitted'))
    const left = await running()
    expect(left).toHaveLength(2)
    for (let index = 0; index < 60; index += 1) {
      const id = `s${index}` as LeaseId
      const { outcome } = await limiter.heartbeat({
        user: USER,
        stream: { streamId: id as string as StreamId },
      })
      expect(outcome === 'renewed').toBe(left.includes(id))
    }
  })
})
