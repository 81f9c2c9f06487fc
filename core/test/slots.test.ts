import {
  Limiter,
  parsePolicy,
  type LeaseId,
  type StartResult,
  type StreamDescription,
} from '@streamgate/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { USER } from './specimens.ts'

const POLICY = parsePolicy({
  attributes: ['seat'],
  defaultPlan: 'home',
  plans: {
    home: { limits: [{ max: 2 }, { max: 1, distinct: 'network' }], sameDeviceReplaces: false },
    homes: { limits: [{ max: 2, distinct: 'network' }] },
    away: { limits: [{ max: 2, per: 'network' }] },
    live: {
      limits: [{ max: 1, distinct: 'deviceId', where: { contentType: 'live' } }],
      sameDeviceReplaces: false,
    },
    strict: { limits: [{ max: 2, distinct: 'network', missing: 'deny' }] },
    seats: { limits: [{ max: 100 }, { max: 2, distinct: 'seat' }] },
    titles: {
      limits: [{ max: 100 }, { max: 1, where: { contentId: 'f2' } }, { max: 2, distinct: 'seat' }],
    },
    lastSeat: { limits: [{ max: 100 }, { max: 2, distinct: 'seat' }], whenFull: 'evict-oldest' },
    channel: { limits: [{ max: 9 }, { max: 1, distinct: 'seat' }] },
    newest: { limits: [{ max: 1, distinct: 'seat' }], whenFull: 'evict-oldest' },
  },
})

let limiter: Limiter
let nowMs = 1_000_000

beforeEach(() => {
  let generations = 0
  nowMs = 1_000_000
  limiter = new Limiter({
    store: new CountingStore(),
    policy: POLICY,
    now: () => nowMs,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: async () => {},
    random: () => 0.5,
  })
})

function start(plan: string, streamId: string, members: object = {}): Promise<StartResult> {
  return limiter.start({ user: USER, plan, stream: { streamId, ...members } as StreamDescription })
}

function seat(name: string): object {
  return { attributes: { seat: name } }
}

function idsIn(result: StartResult, member: 'holders' | 'makesRoom'): readonly string[] {
  return result.outcome === 'denied' ? result[member].map(({ id }) => id) : [result.outcome]
}

describe('a limit with "distinct"', () => {
  it('counts all streams of one value as one, and names the others as the ones in the way', async () => {
    expect(await start('home', 'a', { network: 'n1' })).toMatchObject({ outcome: 'admitted' })
    const away = await start('home', 'b', { network: 'n2' })
    expect(away).toMatchObject({ outcome: 'denied', limit: { max: 1, distinct: 'network' } })
    expect(idsIn(away, 'holders')).toEqual(['a'])
    expect(await start('home', 'b', { network: 'n1' })).toMatchObject({ outcome: 'admitted' })
    expect(await start('home', 'c', { network: 'n1' })).toMatchObject({ limit: { max: 2 } })
  })

  it('gives a stream that lacks the attribute a slot of its own', async () => {
    expect(await start('home', 'a', { network: 'n1' })).toMatchObject({ outcome: 'admitted' })
    expect(await start('home', 'b')).toMatchObject({ outcome: 'denied', limit: { distinct: 'network' } })
  })

  it('says which streams together make room: the fewest that free a slot', async () => {
    for (const id of ['a', 'b', 'c']) await start('homes', id, { network: 'n1' })
    nowMs += 1000
    await start('homes', 'd', { network: 'n2' })
    const third = await start('homes', 'e', { network: 'n3' })
    expect(idsIn(third, 'holders')).toEqual(['a', 'b', 'c', 'd'])
    expect(idsIn(third, 'makesRoom')).toEqual(['d'])
    const taken = { plan: 'homes', stream: { streamId: 'e', network: 'n3' } as StreamDescription, user: USER }
    expect(await limiter.start({ ...taken, replaces: ['a', 'b'] as LeaseId[] })).toMatchObject({
      outcome: 'denied',
    })
    const admitted = await limiter.start({ ...taken, replaces: ['a', 'b', 'c'] as LeaseId[] })
    expect(admitted).toMatchObject({ outcome: 'admitted', ends: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] })
  })

  it('counts only the streams that "where" describes', async () => {
    const live = { attributes: { contentType: 'live' } }
    for (const id of ['a', 'b']) {
      expect(await start('live', id, { deviceId: 'tv', ...live })).toMatchObject({ outcome: 'admitted' })
    }
    expect(await start('live', 'c', { deviceId: 'phone', ...live })).toMatchObject({ outcome: 'denied' })
    expect(await start('live', 'c', { deviceId: 'phone' })).toMatchObject({ outcome: 'admitted' })
  })

  it('evicts all streams of another value, and none of the own one', async () => {
    for (const id of ['a', 'b']) await start('newest', id, seat('1'))
    expect(await start('newest', 'c', seat('1'))).toMatchObject({ outcome: 'admitted', ends: [] })
    const other = await start('newest', 'd', seat('2'))
    expect(other).toMatchObject({ outcome: 'admitted', ends: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] })
  })
})

describe('a limit with "per"', () => {
  it('holds for each value, and does not count a stream that lacks the attribute', async () => {
    for (const id of ['a', 'b']) await start('away', id, { network: 'n1' })
    expect(await start('away', 'c', { network: 'n1' })).toMatchObject({ outcome: 'denied' })
    expect(await start('away', 'c', { network: 'n2' })).toMatchObject({ outcome: 'admitted' })
    expect(await start('away', 'd')).toMatchObject({ outcome: 'admitted' })
  })
})

describe('a limit with "missing": "deny"', () => {
  it('denies a start that lacks the attribute, whatever runs, and names no stream', async () => {
    const denied = { outcome: 'denied', holders: [], makesRoom: [], retryAfterMs: null }
    expect(await start('strict', 'a')).toMatchObject({ ...denied, limit: { missing: 'deny' } })
    expect(await start('strict', 'a', { network: 'n1' })).toMatchObject({ outcome: 'admitted' })
  })
})

describe('a heartbeat of a lease that was forgotten', () => {
  it('is judged by the network of the start', async () => {
    await start('home', 'a', { network: 'n1' })
    nowMs += 76_000
    await start('home', 'b', { network: 'n1' })
    await limiter.start({
      user: USER,
      plan: 'home',
      stream: { streamId: 'c', network: 'n1' } as StreamDescription,
      replaces: 'b' as LeaseId,
    })
    const stream = { streamId: 'a', network: 'n9' } as StreamDescription
    expect(await limiter.heartbeat({ user: USER, plan: 'home', stream })).toMatchObject({
      outcome: 'admitted',
      lease: { network: 'n1' },
    })
  })
})

/** Seventeen streams in one slot are more than one start may end. */
async function crowd(plan: string): Promise<void> {
  for (let index = 0; index < 17; index += 1) await start(plan, `a${index}`, seat('A'))
  await start(plan, 'b', seat('B'))
}

describe('many streams that share a slot', () => {
  it('do not keep a newcomer out if another slot has fewer', async () => {
    await crowd('seats')
    expect(idsIn(await start('seats', 'c', seat('C')), 'makesRoom')).toEqual(['b'])
  })

  it('are spared if another limit has its own stream in the way', async () => {
    await start('titles', 'x', { ...seat('A'), contentId: 'f2' })
    await crowd('titles')
    const denied = await start('titles', 'c', { ...seat('C'), contentId: 'f2' })
    expect(idsIn(denied, 'makesRoom').toSorted()).toEqual(['b', 'x'])
  })

  it('are spared by a plan that evicts, although they come first in turn', async () => {
    await crowd('lastSeat')
    expect(await start('lastSeat', 'c', seat('C'))).toMatchObject({
      outcome: 'admitted',
      ends: [{ id: 'b' }],
    })
  })
})

describe('a refusal', () => {
  it('does not name the stream that would end anyway', async () => {
    await start('channel', '1', { deviceId: 'tv', ...seat('A') })
    await start('channel', '2', { deviceId: 'phone', ...seat('A') })
    const denied = await start('channel', '3', { deviceId: 'tv', ...seat('B') })
    expect(idsIn(denied, 'holders')).toEqual(['2@phone'])
    expect(idsIn(denied, 'makesRoom')).toEqual(['2@phone'])
  })
})
