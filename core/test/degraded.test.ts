import {
  LimiterError,
  Limiter,
  parsePolicy,
  type LimiterErrorCode,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'
import { describe, expect, it } from 'vitest'

const USER = '42' as UserId
const FILM = { streamId: 'film' as StreamId }
const NOW_MS = 1_700_000_000_000

/** A limiter whose store fails with this code while `isAway` says so. */
function limiterOn({ code, policy }: { code: LimiterErrorCode; policy: object }) {
  const state = { isAway: true }
  const store = new WrappedStore(new MemoryStore(), async (_verb, call) => {
    if (state.isAway) throw new LimiterError(code, 'away')
    return call()
  })
  const limiter = new Limiter({
    store,
    policy: parsePolicy(policy),
    now: () => NOW_MS,
    newGeneration: () => 'g',
    pause: async () => {},
    random: () => 0.5,
  })
  return { limiter, state }
}

const ALLOW = { whenStoreFails: 'allow', plans: { basic: { limits: [{ max: 1 }] } } }

describe('a policy that lets streams run while the store is away', () => {
  it.each(['STORE_UNAVAILABLE', 'STORE_TIMED_OUT'] as const)('answers a start after %s', async (code) => {
    const { limiter } = limiterOn({ code, policy: ALLOW })
    expect(await limiter.start({ user: USER, stream: FILM })).toEqual({
      outcome: 'degraded',
      id: 'film',
      stream: FILM,
      plan: 'basic',
      limit: { max: 1 },
      heartbeatSeconds: 25,
      startedAtMs: NOW_MS,
      untilMs: NOW_MS + 75_000,
    })
    expect(await limiter.heartbeat({ user: USER, stream: FILM, plan: 'gone' })).toMatchObject({
      outcome: 'degraded',
      plan: 'basic',
    })
  })

  it.each(['STORE_CONTENDED', 'STORE_CLOSED'] as const)('passes %s on', async (code) => {
    const { limiter } = limiterOn({ code, policy: ALLOW })
    await expect(limiter.start({ user: USER, stream: FILM })).rejects.toMatchObject({ code })
    await expect(limiter.heartbeat({ user: USER, stream: FILM })).rejects.toMatchObject({ code })
  })

  it('refuses a plan that it does not have, with or without the store', async () => {
    const { limiter } = limiterOn({ code: 'STORE_UNAVAILABLE', policy: ALLOW })
    await expect(limiter.start({ user: USER, stream: FILM, plan: 'gone' })).rejects.toMatchObject({
      code: 'PLAN_UNKNOWN',
    })
  })

  it('counts again from the first heartbeat after the store is back', async () => {
    const { limiter, state } = limiterOn({ code: 'STORE_UNAVAILABLE', policy: ALLOW })
    const other = { streamId: 'other' as StreamId }
    for (const stream of [FILM, other]) await limiter.start({ user: USER, stream })
    state.isAway = false
    expect(await limiter.heartbeat({ user: USER, stream: FILM })).toMatchObject({ outcome: 'admitted' })
    expect(await limiter.heartbeat({ user: USER, stream: other })).toMatchObject({ outcome: 'denied' })
  })
})

describe('any other policy', () => {
  it.each([{}, { whenStoreFails: 'deny' }])('%j rejects with the error of the store', async (policy) => {
    const { limiter } = limiterOn({ code: 'STORE_UNAVAILABLE', policy })
    await expect(limiter.start({ user: USER, stream: FILM })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
  })

  it('names the values that it takes', () => {
    expect(() => parsePolicy({ whenStoreFails: 'open' })).toThrow(/whenStoreFails.*deny.*allow.*"open"/)
  })
})
