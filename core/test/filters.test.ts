import { Limiter, parsePolicy, type StartResult, type StreamDescription } from '@streamgate/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { USER } from './specimens.ts'

const POLICY = parsePolicy({
  defaultPlan: 'other',
  plans: {
    other: {
      limits: [{ max: 3 }, { max: 1, deviceType: 'tv' }, { max: 1, where: { deviceType: { not: 'tv' } } }],
    },
    some: { limits: [{ max: 3 }, { max: 1, where: { contentId: { in: ['a', 'b'] } } }] },
    films: { limits: [{ max: 1 }], ignore: [{ contentId: { not: ['film-1', 'film-2'] } }] },
  },
})

let limiter: Limiter

beforeEach(() => {
  let generations = 0
  limiter = new Limiter({
    store: new CountingStore(),
    policy: POLICY,
    now: () => 1_000_000,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: async () => {},
    random: () => 0.5,
  })
})

function start(plan: string, streamId: string, members: object = {}): Promise<StartResult> {
  return limiter.start({ user: USER, plan, stream: { streamId, ...members } as StreamDescription })
}

describe('a filter', () => {
  it('with "not" matches other values, and streams that lack the member', async () => {
    await start('other', 'a', { deviceType: 'tv' })
    expect(await start('other', 'b', { deviceType: 'web' })).toMatchObject({ outcome: 'admitted' })
    for (const members of [{ deviceType: 'phone' }, {}]) {
      expect(await start('other', 'c', members)).toMatchObject({
        outcome: 'denied',
        limit: { max: 1, where: { deviceType: { not: 'tv' } } },
        holders: [{ id: 'b' }],
      })
    }
  })

  it('with "not" and a list matches what is none of them', async () => {
    expect(await start('films', 'a', { contentId: 'film-1' })).toMatchObject({ outcome: 'admitted' })
    expect(await start('films', 'b', { contentId: 'film-2' })).toMatchObject({ outcome: 'denied' })
    expect(await start('films', 'c', { contentId: 'trailer' })).toMatchObject({ outcome: 'admitted' })
    expect(await start('films', 'd')).toMatchObject({ outcome: 'admitted' })
  })

  it('with "in" matches what a list matches', async () => {
    await start('some', 'a', { contentId: 'a' })
    expect(await start('some', 'b', { contentId: 'b' })).toMatchObject({
      outcome: 'denied',
      limit: { where: { contentId: { in: ['a', 'b'] } } },
    })
    expect(await start('some', 'c', { contentId: 'c' })).toMatchObject({ outcome: 'admitted' })
    expect(await start('some', 'd')).toMatchObject({ outcome: 'admitted' })
  })
})
