/** Pools, and players that call long after they should have. */
import type { LeaseId, Limiter, StreamDescription, UserId } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { poolWorld } from './pool-world.ts'

const ADMITTED = { outcome: 'admitted' }

describe('a pool', () => {
  it.each([3, 6, 20])(
    'lets a viewer start again in a full pool, with leases of %i s',
    async (leaseSeconds) => {
      const { limiters, start, startInstead } = poolWorld({ max: 1 }, 2, { leaseSeconds })
      const [one, other] = limiters as [Limiter, Limiter]
      expect(await start(one, 'a')).toMatchObject(ADMITTED)
      expect(await startInstead(one, 'a', 'reloaded')).toMatchObject(ADMITTED)
      const again = { user: 'a' as UserId, replaces: 'reloaded' as LeaseId }
      expect(
        await other.start({ ...again, stream: { streamId: 'third' } as StreamDescription }),
      ).toMatchObject(ADMITTED)
    },
  )

  it.each([1, 2])('does not revive streams whose slots others have, with %i processes', async (processes) => {
    const { limiters, start, beat, pass, running } = poolWorld({ max: 10 }, processes, { leaseSeconds: 3 })
    const [one] = limiters as [Limiter]
    const late = limiters.at(-1) as Limiter
    const users = Array.from({ length: 10 }, (_, index) => `u${index}`)
    for (const user of users) expect(await start(one, user)).toMatchObject(ADMITTED)
    await pass(4000)
    for (const user of users) expect(await start(one, `new-${user}`)).toMatchObject(ADMITTED)
    for (const user of users) expect(await beat(late, user)).toBe('pool-full')
    expect(await running()).toBe(10)
    expect(await one.pool('match')).toMatchObject({ used: 10 })
  })

  it('does not revive a stream of a process that is long dead', async () => {
    const { limiters, addLimiter, start, beat, pass, running } = poolWorld({ max: 1 }, 2)
    const [dying, other] = limiters as [Limiter, Limiter]
    expect(await start(dying, 'a')).toMatchObject(ADMITTED)
    limiters.splice(0, 1)
    await pass(300_000)
    expect(await start(other, 'b')).toMatchObject(ADMITTED)
    expect(await beat(addLimiter(), 'a')).toBe('pool-full')
    expect(await running()).toBe(1)
  })
})
