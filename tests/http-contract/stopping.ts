/** Stops by players and by operators, and what the player's next call is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, streamPath, type Reply } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const CHARACTERS_MAX = 200

const typeOf = ({ status, body }: Reply) => [status, body['type']]

export function describeStopping(maker: TargetMaker): void {
  describe('a stop', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker)
    })
    afterAll(() => service.close())

    const stopBy = (user: string, query: string, id = 'a'): Promise<Reply> =>
      service.send({ method: 'DELETE', path: `${streamPath(user, id)}?${query}` })
    const ENDED = [410, '/problems/stream-ended']

    it('by its player makes a late heartbeat take no slot', async () => {
      await service.start('late', { streamId: 'a' })
      await service.stop('late', 'a')
      expect(typeOf(await service.heartbeat('late', 'a'))).toEqual(ENDED)
      expect(await service.running('late')).toEqual([])
      expect((await service.start('late', { streamId: 'a' })).status).toBe(201)
      expect((await service.heartbeat('late', 'a')).status).toBe(200)
    })

    it('by a beacon does the same', async () => {
      await service.start('beacon', { streamId: 'a' })
      await service.send({ method: 'POST', path: `${streamPath('beacon', 'a')}/stop` })
      expect(typeOf(await service.heartbeat('beacon', 'a'))).toEqual(ENDED)
    })

    it('by an operator sticks, and its reason reaches the player by heartbeat and by report', async () => {
      await service.start('support', { streamId: 'a' })
      const reason = 'Your card was declined – call us “now” & tell 100 %'
      const { status } = await stopBy('support', `by=operator&reason=${encodeURIComponent(reason)}`)
      expect(status).toBe(204)
      const heartbeat = await service.heartbeat('support', 'a')
      expect(typeOf(heartbeat)).toEqual(ENDED)
      expect(heartbeat.body['reason']).toBe(reason)
      const report = await service.send({
        method: 'POST',
        path: '/users/support/cmcd',
        headers: { 'content-type': 'application/cmcd' },
        body: 'e=t,sid="a",sta=p',
      })
      expect([...typeOf(report), report.body['reason']]).toEqual([...ENDED, reason])
      expect(await service.running('support')).toEqual([])
      expect((await service.start('support', { streamId: 'a' })).status).toBe(201)
    })

    it('by an operator without a reason, of a stream that is not held, and by POST, sticks too', async () => {
      expect((await stopBy('gone', 'by=operator')).status).toBe(204)
      const heartbeat = await service.heartbeat('gone', 'a')
      expect(typeOf(heartbeat)).toEqual(ENDED)
      expect(heartbeat.body).not.toHaveProperty('reason')
      await service.start('posted', { streamId: 'a' })
      await service.send({
        method: 'POST',
        path: `${streamPath('posted', 'a')}/stop?by=operator&reason=Bye`,
      })
      expect((await service.heartbeat('posted', 'a')).body['reason']).toBe('Bye')
    })

    it('with a stale ETag changes nothing, for players and operators', async () => {
      await service.start('stale', { streamId: 'a' })
      for (const query of ['by=player', 'by=operator&reason=x']) {
        const stop = { method: 'DELETE', path: `${streamPath('stale', 'a')}?${query}` } as const
        expect((await service.send({ ...stop, headers: { 'if-match': '"stale"' } })).status).toBe(204)
        expect((await service.heartbeat('stale', 'a')).status).toBe(200)
      }
    })

    it('takes a reason of 200 characters, however many bytes they are', async () => {
      const reason = '📺'.repeat(CHARACTERS_MAX)
      await service.start('long', { streamId: 'a' })
      await stopBy('long', `by=operator&reason=${encodeURIComponent(reason)}`)
      expect((await service.heartbeat('long', 'a')).body['reason']).toBe(reason)
    })

    it.each([
      ['by=robot', '/by', 'must be "operator" or "player", got "robot"'],
      ['by=operator&by=operator', '/by', 'must stand there once, got 2'],
      ['reason=x', '/reason', 'must come with by=operator'],
      ['by=operator&reason=', '/reason', 'must be 1 to 200 characters, got 0'],
      [
        `by=operator&reason=${'x'.repeat(CHARACTERS_MAX + 1)}`,
        '/reason',
        'must be 1 to 200 characters, got 201',
      ],
      ['by=operator&reason=a%0Ab', '/reason', 'must not contain control characters'],
    ])('with %s is refused, and changes nothing', async (query, pointer, detail) => {
      await service.start('bad', { streamId: 'a' })
      const { status, body } = await stopBy('bad', query)
      expect([status, body['errors']]).toEqual([400, [{ pointer, detail }]])
      expect(await service.running('bad')).toEqual(['a'])
    })
  })

  describe('a device', () => {
    it('zaps four channels and holds one slot', async () => {
      const service = await Conversation.with(maker)
      const zap = (streamId: string) => service.start('zapper', { streamId, deviceId: 'tv' })
      const statuses: number[] = []
      for (const channel of ['1', '2', '3', '4']) statuses.push((await zap(channel)).status)
      expect(statuses).toEqual([201, 201, 201, 201])
      expect(await service.running('zapper')).toEqual(['4@tv'])
      expect((await service.heartbeat('zapper', '1@tv')).body['by']).toMatchObject({ id: '2@tv' })
      await service.close()
    })
  })
}
