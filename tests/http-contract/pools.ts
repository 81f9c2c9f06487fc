import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const POLICY = parsePolicy({
  pools: {
    'match-7': { max: 2, where: { contentId: 'match-7' } },
    title: { max: 1, per: 'contentId', where: { contentType: 'loan' } },
  },
})

export function describePools(maker: TargetMaker): void {
  describe('a pool over all users', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, { policy: { policy: POLICY } })
    })
    afterAll(() => service.close())

    const watch = (user: string, contentId: string, rest: object = {}) =>
      service.start(user, { streamId: `stream-of-${user}`, contentId, ...rest })

    it('is full for one more user, and the answer names no viewer', async () => {
      for (const user of ['a', 'b']) expect((await watch(user, 'match-7')).status).toBe(201)
      const denied = await watch('c', 'match-7')
      expect(denied.status).toBe(409)
      expect(denied.body).toEqual({
        type: '/problems/pool-full',
        title: 'Pool full',
        status: 409,
        detail: 'All 2 slots of match-7 are in use.',
        pool: 'match-7',
        limit: 2,
      })
      expect((await watch('a', 'match-7')).status).toBe(200)
      expect((await service.heartbeat('b', 'stream-of-b')).status).toBe(200)
      const path = '/pools/match-7'
      expect((await service.send({ method: 'GET', path })).body).toEqual({ name: 'match-7', max: 2, used: 2 })
      await service.stop('a', 'stream-of-a')
      expect((await watch('c', 'match-7')).status).toBe(201)
      expect((await watch('d', 'film')).status).toBe(201)
    })

    it('has one part for each value of an attribute', async () => {
      const loan = { attributes: { contentType: 'loan' } }
      expect((await watch('e', 'a b/c', loan)).status).toBe(201)
      expect((await watch('f', 'a b/c', loan)).body).toMatchObject({ status: 409, pool: 'title:a b/c' })
      expect((await watch('f', 'other', loan)).status).toBe(201)
      const path = `/pools/${encodeURIComponent('title:a b/c')}`
      expect((await service.send({ method: 'GET', path })).body).toMatchObject({ max: 1, used: 1 })
    })

    it('is unknown if the policy has none of that name', async () => {
      for (const name of ['other', 'title', 'match-7:x', 'constructor']) {
        const reply = await service.send({ method: 'GET', path: `/pools/${name}` })
        expect([reply.status, name]).toEqual([404, name])
      }
    })
  })
}
