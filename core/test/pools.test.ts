import type { Limiter, StreamDescription, UserId } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { poolWorld, seeded } from './pool-world.ts'

const ADMITTED = { outcome: 'admitted' }

describe('a pool', () => {
  it('admits as many streams of all users as it has slots, and then says that it is full', async () => {
    const { limiters, start, running } = poolWorld({ max: 3 }, 1)
    const [limiter] = limiters as [Limiter]
    for (const user of ['a', 'b', 'c'])
      expect(await start(limiter, user)).toMatchObject({ outcome: 'admitted' })
    expect(await start(limiter, 'd')).toMatchObject({ outcome: 'pool-full', pool: { name: 'match', max: 3 } })
    expect(await start(limiter, 'a')).toMatchObject({ outcome: 'renewed' })
    expect(await running()).toBe(3)
    expect(await limiter.pool('match')).toEqual({ name: 'match', max: 3, used: 3 })
    expect(await limiter.pool('other')).toBeUndefined()
  })

  it('gives a slot back when a stream stops, lapses, or is ended by another process', async () => {
    const { limiters, start, stop, pass } = poolWorld({ max: 2 }, 2)
    const [one, other] = limiters as [Limiter, Limiter]
    for (const user of ['a', 'b']) await start(one, user)
    await stop(one, 'a')
    expect(await start(one, 'c')).toMatchObject({ outcome: 'admitted' })
    await stop(other, 'b')
    expect(await start(other, 'd')).toMatchObject({ outcome: 'pool-full' })
    await pass(76_000)
    for (const user of ['d', 'e']) expect(await start(other, user)).toMatchObject({ outcome: 'admitted' })
    expect(await start(one, 'f')).toMatchObject({ outcome: 'pool-full' })
  })

  it('counts each value of an attribute, and only the streams that it describes', async () => {
    const { limiters, start } = poolWorld({ max: 1, per: 'contentId', where: { deviceType: 'tv' } }, 1)
    const [limiter] = limiters as [Limiter]
    const on = (user: string, contentId: string) => start(limiter, user, { contentId, deviceType: 'tv' })
    expect(await on('a', 'film')).toMatchObject({ outcome: 'admitted' })
    expect(await on('b', 'film')).toMatchObject({ outcome: 'pool-full', pool: { name: 'match:film' } })
    expect(await on('b', 'news')).toMatchObject({ outcome: 'admitted' })
    expect(await start(limiter, 'c', { contentId: 'film' })).toMatchObject({ outcome: 'admitted' })
    expect(await limiter.pool('match:film')).toMatchObject({ used: 1 })
  })

  it('does not lose a slot to a start that the user’s own limit denies', async () => {
    const { limiters, start, pass } = poolWorld({ max: 4 }, 1)
    const [limiter] = limiters as [Limiter]
    for (const id of ['1', '2', '3']) await start(limiter, 'a', { streamId: id })
    for (const id of ['4', '5'])
      expect(await start(limiter, 'a', { streamId: id })).toMatchObject({ outcome: 'denied' })
    expect(await start(limiter, 'b')).toMatchObject({ outcome: 'admitted' })
    expect(await start(limiter, 'c')).toMatchObject({ outcome: 'pool-full' })
    await pass(1000)
    expect(await limiter.pool('match')).toMatchObject({ used: 4 })
  })

  it('lets a viewer start again in a full pool, in the slot of the stream that ends for it', async () => {
    const { limiters, start, beat, running, pass } = poolWorld({ max: 2 }, 2)
    const [one, other] = limiters as [Limiter, Limiter]
    const on = (limiter: Limiter, streamId: string, user = 'a') =>
      start(limiter, user, { streamId, deviceId: `tv-of-${user}` })
    expect([await on(one, '1'), await on(one, '1', 'b')]).toMatchObject([ADMITTED, ADMITTED])
    expect(await on(one, '2')).toMatchObject({ ...ADMITTED, ends: [{ id: '1@tv-of-a' }] })
    expect(await on(other, '3')).toMatchObject({ ...ADMITTED, ends: [{ id: '2@tv-of-a' }] })
    expect(await start(other, 'c')).toMatchObject({ outcome: 'pool-full' })
    for (let seconds = 0; seconds < 200; seconds += 25) {
      for (const user of ['a', 'b']) {
        const stream = { streamId: user === 'a' ? '3' : '1', deviceId: `tv-of-${user}` } as StreamDescription
        expect((await other.heartbeat({ user: user as UserId, stream })).outcome).toBe('renewed')
      }
      expect(await start(seconds % 50 === 0 ? one : other, 'c')).toMatchObject({ outcome: 'pool-full' })
      expect(await running()).toBe(2)
      await pass(25_000)
    }
    expect(await beat(one, 'd')).toBe('pool-full')
  })

  it('admits a forgotten stream again only into a free slot', async () => {
    const { limiters, start, beat, pass } = poolWorld({ max: 1 }, 1)
    const [limiter] = limiters as [Limiter]
    expect(await beat(limiter, 'a')).toBe('admitted')
    expect(await beat(limiter, 'b')).toBe('pool-full')
    await pass(80_000)
    expect(await start(limiter, 'b')).toMatchObject({ outcome: 'admitted' })
  })
})

describe('a process that dies', () => {
  it('gives its free slots back after its block, and those of its streams when others have them', async () => {
    const { limiters, start, beat, pass, running } = poolWorld({ max: 10 }, 2)
    const [dying, other] = limiters as [Limiter, Limiter]
    for (const user of ['a', 'b', 'c']) await start(dying, user)
    limiters.splice(0, 1)
    for (let seconds = 0; seconds < 300; seconds += 25) {
      for (const user of ['a', 'b']) expect(await beat(other, user)).toBe('renewed')
      await pass(25_000)
    }
    expect(await other.pool('match')).toMatchObject({ used: 2 })
    let admitted = 0
    for (let index = 0; index < 12; index += 1) {
      const { outcome } = await start(other, `new-${index}`)
      if (outcome === 'admitted') admitted += 1
    }
    expect([admitted, await running()]).toEqual([8, 10])
  })

  it('leaves its streams to one other process each, though several hear from them', async () => {
    const { limiters, start, beat, pass } = poolWorld({ max: 100 }, 4)
    const [dying] = limiters as [Limiter]
    const users = Array.from({ length: 50 }, (_, index) => `u${index}`)
    for (const user of users) await start(dying, user)
    limiters.splice(0, 1)
    for (let seconds = 0; seconds < 400; seconds += 25) {
      for (const [index, user] of users.entries()) {
        await beat(limiters[(index + seconds / 25) % 3] as Limiter, user)
      }
      await pass(25_000)
    }
    expect(await (limiters[0] as Limiter).pool('match')).toMatchObject({ used: 50 })
  })

  it('gives its free slots back at once if it ends in order', async () => {
    const { limiters, start } = poolWorld({ max: 100 }, 2)
    const [ending, other] = limiters as [Limiter, Limiter]
    await start(ending, 'a')
    await ending.leavePools()
    limiters.splice(0, 1)
    let admitted = 0
    for (let index = 0; index < 120; index += 1) {
      if ((await start(other, `u${index}`)).outcome === 'admitted') admitted += 1
    }
    expect(admitted).toBe(99)
  })
})

describe('any mixture of processes, starts, stops, heartbeats and deaths', () => {
  it.each([
    [10, 4, 1],
    [10, 4, 2],
    [100, 3, 3],
    [100, 8, 4],
    [1000, 4, 5],
  ])('never exceeds a pool of %i with %i processes (seed %i)', async (max, processes, seed) => {
    const world = poolWorld({ max }, processes)
    const random = seeded(seed)
    const pick = () => world.limiters[Math.floor(random() * world.limiters.length)] as Limiter
    const playing = new Set<string>()
    const silent = new Set<string>()
    let started = 0
    let most = 0
    let inherited = 0
    for (let round = 0; round < 60; round += 1) {
      const asked = Array.from({ length: Math.ceil(max / 4) }, () => `u${(started += 1)}`)
      await Promise.all(
        asked.map(async (user) => {
          if ((await world.start(pick(), user)).outcome === 'admitted') playing.add(user)
        }),
      )
      for (const user of playing) {
        const dice = random()
        if (dice < 0.15) {
          const { outcome } = await world.startInstead(pick(), user, `next-${round}`)
          if (outcome === 'admitted') inherited += 1
          playing.delete(user)
        } else if (dice < 0.2) {
          playing.delete(user)
          await world.stop(pick(), user)
        } else if (dice < 0.25) {
          playing.delete(user)
          silent.add(user)
        } else if ((await world.beat(pick(), user)) !== 'renewed') playing.delete(user)
      }
      // Players that slept call again: before, at and long after the end of their lease.
      for (const user of silent) {
        if (random() < 0.8) continue
        silent.delete(user)
        const outcome = await world.beat(pick(), user)
        if (outcome === 'renewed' || outcome === 'admitted') playing.add(user)
      }
      if (random() < 0.1 && world.limiters.length > 1) {
        world.limiters.splice(Math.floor(random() * world.limiters.length), 1)
        world.addLimiter()
      }
      const running = await world.running()
      expect(running).toBeLessThanOrEqual(max)
      most = Math.max(most, running)
      await world.pass(25_000)
    }
    expect(most).toBeGreaterThan(max * 0.8)
    expect(inherited).toBeGreaterThan(10)
  })
})

describe('the cost of a pool', () => {
  it('is at most one write in a hundred starts, and no start is denied below 95 percent', async () => {
    const max = 5000
    const world = poolWorld({ max }, 4)
    const random = seeded(7)
    const pick = () => world.limiters[Math.floor(random() * 4)] as Limiter
    let denied = 0
    const starts = Math.floor(max * 0.95)
    for (let index = 0; index < starts; index += 1) {
      if ((await world.start(pick(), `u${index}`)).outcome === 'pool-full') denied += 1
      if (index % 100 === 0) await world.pass(1000)
    }
    const writes = world.store.taken().filter((verb) => verb === 'writeShared').length
    expect(denied).toBe(0)
    expect(writes / starts).toBeLessThanOrEqual(0.01)
    let last = 0
    for (let index = 0; index < max; index += 1) {
      if ((await world.start(pick(), `v${index}`)).outcome === 'pool-full') break
      last += 1
      if (index % 10 === 0) await world.pass(1000)
    }
    // The first denial comes when nearly all slots are in use.
    expect((starts + last) / max).toBeGreaterThan(0.99)
  })

  it('is nothing for streams in no pool', async () => {
    const { limiters, start, store } = poolWorld({ max: 1, where: { contentType: 'live' } }, 1)
    const [limiter] = limiters as [Limiter]
    await start(limiter, 'a')
    await limiter.tendPools()
    expect(store.taken()).toEqual(['add'])
  })
})
