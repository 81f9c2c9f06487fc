import { Limiter, parsePolicy, type LeaseId, type StreamId } from '@streamgate/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { USER } from './specimens.ts'

const ROOM_LEASE_MS = 375_000
const FULL_LEASE_MS = 99_000

let nowMs: number
let chance: number
let store: CountingStore
let limiter: Limiter

beforeEach(() => {
  nowMs = 1_000_000
  chance = 0.5
  store = new CountingStore()
  limiter = limiterUnder({
    heartbeatSeconds: { whenRoom: 300, whenFull: 60 },
    plans: { pair: { limits: [{ max: 2 }] } },
  })
})

function limiterUnder(policy: unknown): Limiter {
  let generations = 0
  return new Limiter({
    store,
    policy: parsePolicy(policy),
    now: () => nowMs,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: async () => {},
    random: () => chance,
  })
}

const request = (streamId: string) => ({ user: USER, stream: { streamId: streamId as StreamId } })

describe('heartbeats by room', () => {
  it('are rare while the user may start one more stream', async () => {
    expect(await limiter.start(request('a'))).toMatchObject({
      heartbeatSeconds: 300,
      lease: { expiresAtMs: nowMs + ROOM_LEASE_MS },
    })
    expect(await limiter.heartbeat(request('a'))).toMatchObject({ heartbeatSeconds: 300 })
    expect(store.taken()).toEqual(['add', 'renew'])
  })

  it('are frequent once the user may not, and the lease is as short as they say', async () => {
    await limiter.start(request('a'))
    store.taken()
    expect(await limiter.start(request('b'))).toMatchObject({
      heartbeatSeconds: 60,
      lease: { id: 'b', expiresAtMs: nowMs + FULL_LEASE_MS },
      live: [{ id: 'a' }, { id: 'b', expiresAtMs: nowMs + FULL_LEASE_MS }],
    })
    expect(store.taken()).toEqual(['add', 'renew'])
  })

  it('are one call each while nothing changes for the user', async () => {
    await limiter.start(request('a'))
    await limiter.start(request('b'))
    store.taken()
    nowMs += 60_000
    for (const id of ['a', 'b']) {
      expect(await limiter.heartbeat(request(id))).toMatchObject({
        lease: { expiresAtMs: nowMs + FULL_LEASE_MS },
      })
    }
    expect(store.taken()).toEqual(['renew', 'renew'])
  })

  it('give the long lease back before they tell of the long wait', async () => {
    await limiter.start(request('a'))
    await limiter.start(request('b'))
    await limiter.stop({ user: USER, id: 'a' as LeaseId })
    expect(await limiter.heartbeat(request('b'))).toMatchObject({
      heartbeatSeconds: 300,
      lease: { expiresAtMs: nowMs + ROOM_LEASE_MS },
    })
  })

  it('come up to a tenth earlier or later, and always before the lease ends', async () => {
    chance = 0
    expect(await limiter.start(request('a'))).toMatchObject({ heartbeatSeconds: 270 })
    chance = 0.999_999
    expect(await limiter.start(request('a'))).toMatchObject({ heartbeatSeconds: 330 })
    expect(await limiter.start(request('b'))).toMatchObject({ heartbeatSeconds: 66 })
  })

  it('have the lease that the file says, if it says one', async () => {
    const both = limiterUnder({ leaseSeconds: 400, heartbeatSeconds: { whenRoom: 300, whenFull: 60 } })
    expect(await both.start(request('a'))).toMatchObject({ lease: { expiresAtMs: nowMs + 400_000 } })
  })
})

describe('a lease that follows its interval', () => {
  it.each([
    [{ heartbeatSeconds: 25 }, 25, 75],
    [{ heartbeatSeconds: 60 }, 60, 99],
    [{ heartbeatSeconds: 300 }, 300, 375],
    [{ leaseSeconds: 90 }, 30, 90],
  ])('%j: every %i s, for %i s', (policy, heartbeatSeconds, leaseSeconds) => {
    expect(parsePolicy(policy).paces.whenRoom).toEqual({ heartbeatSeconds, leaseMs: leaseSeconds * 1000 })
  })
})
