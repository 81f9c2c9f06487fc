/** The contract of streams that have finished, for every user at once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation } from './conversation.ts'
import type { TargetMaker } from './target.ts'

export function describeFinishing(maker: TargetMaker): void {
  describe('a stream that has finished', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker)
    })
    afterAll(() => service.close())
    const finish = (streamId: string) =>
      service.send({ method: 'POST', path: `/streams/${encodeURIComponent(streamId)}/finish` })
    const finishByDelete = (path: string, headers: Readonly<Record<string, string>> = {}) =>
      service.send({ method: 'DELETE', path, headers })

    it('counts for no user, and can be neither started nor renewed', async () => {
      const game = { streamId: 'game', deviceId: 'tv' }
      for (const user of ['one', 'two']) {
        for (const stream of [{ streamId: 'a' }, { streamId: 'b' }, game]) await service.start(user, stream)
        expect((await service.start(user, { streamId: 'c' })).status).toBe(409)
      }
      expect((await finish('game')).status).toBe(204)
      for (const user of ['one', 'two']) {
        expect(await service.running(user)).toEqual(['a', 'b'])
        const beat = await service.heartbeat(user, 'game@tv')
        expect([beat.status, beat.body['type']]).toEqual([410, '/problems/stream-finished'])
        const start = await service.start(user, { streamId: 'game' })
        expect([start.status, start.body['type']]).toEqual([410, '/problems/stream-finished'])
        expect((await service.start(user, { streamId: 'c' })).status).toBe(201)
        expect((await service.stop(user, 'game@tv')).status).toBe(204)
        expect(await service.running(user)).toEqual(['a', 'b', 'c'])
      }
    })

    it('may finish again, and so may one that was never started', async () => {
      for (let count = 0; count < 3; count += 1) expect((await finish('nobody’s / game?')).status).toBe(204)
      expect((await service.start('three', { streamId: 'nobody’s / game?' })).status).toBe(410)
    })

    it('is named as any stream is', async () => {
      for (const name of ['', 'a@b', ' a', 'x'.repeat(129), 'a\u0000']) {
        const reply = await finish(name)
        expect([reply.status, reply.body['type']]).toEqual([400, '/problems/invalid-request'])
        expect(reply.body['errors']).toMatchObject([{ pointer: '/streamId' }])
      }
    })

    it('still finishes by the former DELETE, whose answer says that it is deprecated and what comes after it', async () => {
      const { status, headers } = await finishByDelete('/streams/old%20%2Fcup')
      expect(status).toBe(204)
      expect(headers['deprecation']).toMatch(/^@\d{10}$/)
      expect(headers['link']).toBe('<old%20%2Fcup/finish>; rel="successor-version"')
      const successor = new URL('old%20%2Fcup/finish', 'http://a.example/stage/streams/old%20%2Fcup')
      expect(successor.pathname).toBe('/stage/streams/old%20%2Fcup/finish')
      expect((await service.start('four', { streamId: 'old /cup' })).status).toBe(410)
      expect((await finish('new cup')).headers['deprecation']).toBeUndefined()
    })

    it('is not what a stop means whose path lost its user on the way: the former DELETE takes no If-Match', async () => {
      const { headers } = await service.start('five', { streamId: 'shared' })
      const stop = new URL('/users/../streams/shared', 'http://a.example').pathname
      expect(stop).toBe('/streams/shared')
      const refused = await finishByDelete(stop, { 'if-match': String(headers['etag']) })
      expect(refused.status).toBe(400)
      expect(refused.body['errors']).toMatchObject([{ pointer: '/If-Match' }])
      expect(await service.running('five')).toEqual(['shared'])
    })
  })
}
