import { Limiter, parsePolicy, type LeaseId, type Policy, type StreamId, type UserId } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { describe, expect, it } from 'vitest'
import { USER } from './specimens.ts'

const POLICY = parsePolicy({
  defaultPlan: 'standard',
  plans: {
    standard: { limits: [{ max: 3 }] },
    nobody: { limits: [{ max: 1 }], enforcePercent: 0 },
    watched: { limits: [{ max: 3 }], shadow: { limits: [{ max: 1 }], whenFull: 'evict-oldest' } },
  },
})

function limiterUnder(policy: Policy): Limiter {
  let nowMs = 1_000_000
  return new Limiter({
    store: new MemoryStore(),
    policy,
    now: () => nowMs,
    newGeneration: () => `generation-${(nowMs += 1)}`,
    pause: async () => {},
    random: () => 0.5,
  })
}

const request = (plan: string, streamId: string, user = USER) => ({
  user,
  plan,
  stream: { streamId: streamId as StreamId },
})

/**
 * Which of a thousand users are denied their second stream where the limit of one holds for so many
 * percent.
 */
async function deniedAt(enforcePercent: number): Promise<ReadonlySet<UserId>> {
  const limiter = limiterUnder(parsePolicy({ plans: { trial: { limits: [{ max: 1 }], enforcePercent } } }))
  const denied = new Set<UserId>()
  for (let index = 0; index < 1000; index += 1) {
    const user = `user-${index}` as UserId
    await limiter.start(request('trial', 'a', user))
    if ((await limiter.start(request('trial', 'b', user))).outcome === 'denied') denied.add(user)
  }
  return denied
}

describe('a policy on trial', () => {
  it('denies no user outside its share, and says what it would have done', async () => {
    const limiter = limiterUnder(POLICY)
    await limiter.start(request('nobody', 'a'))
    expect(await limiter.start(request('nobody', 'b'))).toMatchObject({
      outcome: 'admitted',
      limit: { max: 1 },
      shadow: { plan: 'nobody', outcome: 'denied' },
    })
  })

  it('holds for the same users at every share above theirs', async () => {
    const [tenth, half] = [await deniedAt(10), await deniedAt(50)]
    expect(tenth.size).toBeGreaterThan(60)
    expect(tenth.size).toBeLessThan(140)
    expect(half.size).toBeGreaterThan(430)
    expect(half.size).toBeLessThan(570)
    expect([...tenth].filter((user) => !half.has(user))).toEqual([])
  })

  it('has a shadow that changes nothing', async () => {
    const limiter = limiterUnder(POLICY)
    expect(await limiter.start(request('watched', 'a'))).toMatchObject({
      shadow: { outcome: 'admitted', ends: [] },
    })
    expect(await limiter.start(request('watched', 'b'))).toMatchObject({
      ends: [],
      live: [{ id: 'a' }, { id: 'b' }],
      shadow: { plan: 'watched (shadow)', outcome: 'admitted', ends: ['a'] },
    })
    expect(await limiter.start(request('watched', 'b'))).toMatchObject({
      outcome: 'renewed',
      shadow: undefined,
    })
    await limiter.start(request('watched', 'c'))
    expect(await limiter.start(request('watched', 'd'))).toMatchObject({
      outcome: 'denied',
      shadow: { outcome: 'admitted' },
    })
  })

  it('may change in mid-run: what is held lives on, and newcomers wait for room', async () => {
    const limiter = limiterUnder(POLICY)
    for (const id of ['a', 'b', 'c']) await limiter.start(request('standard', id))
    limiter.usePolicy(parsePolicy({ plans: { standard: { limits: [{ max: 1 }] } } }))
    for (const id of ['a', 'b', 'c'])
      expect((await limiter.heartbeat(request('standard', id))).outcome).toBe('renewed')
    for (const id of ['a', 'b']) {
      expect((await limiter.start(request('standard', 'd'))).outcome).toBe('denied')
      await limiter.stop({ user: USER, id: id as LeaseId })
    }
    expect(await limiter.start(request('standard', 'd'))).toMatchObject({
      outcome: 'denied',
      holders: [{ id: 'c' }],
    })
    await limiter.stop({ user: USER, id: 'c' as LeaseId })
    expect((await limiter.start(request('standard', 'd'))).outcome).toBe('admitted')
  })
})
