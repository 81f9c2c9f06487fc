/** What is stored about a user: handed out in one call, and forgotten in another. */
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, type Reply } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const POLICY = parsePolicy({
  defaultPlan: 'standard',
  plans: {
    standard: {
      limits: [{ max: 2 }, { max: 2, distinct: 'network' }],
      devices: { max: 2, whenFull: 'replace-least-recent' },
      whenFull: 'evict-oldest',
    },
  },
})

const NOTHING = { streams: [], ended: [], devices: [], removedDevices: [] }

export function describePersonalData(maker: TargetMaker): void {
  describe('what is stored about a user', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, { policy: { policy: POLICY } })
    })
    afterAll(() => service.close())

    const at = (method: string, path: string): Promise<Reply> => service.send({ method, path })
    const startOn = (deviceId: string, streamId: string) =>
      service.start('123', {
        streamId,
        deviceId,
        deviceType: 'tv',
        label: `${deviceId} in the hall`,
        contentId: 'film',
        attributes: { profile: 'kids' },
        clientAddress: '192.0.2.7',
        plan: 'standard',
      })

    it('is handed out whole: streams, how others ended, and devices', async () => {
      for (const deviceId of ['a', 'b']) expect((await startOn(deviceId, 'film')).status).toBe(201)
      expect((await at('DELETE', '/users/123/streams/film@a?by=operator&reason=Fraud')).status).toBe(204)
      expect((await service.stop('123', 'film@b')).status).toBe(204)
      expect((await startOn('c', 'film')).status).toBe(201)
      const { status, body } = await at('GET', '/users/123')
      expect(status).toBe(200)
      expect(body).toMatchObject({
        userId: '123',
        streams: [
          {
            id: 'film@c',
            streamId: 'film',
            deviceId: 'c',
            deviceType: 'tv',
            label: 'c in the hall',
            contentId: 'film',
            attributes: { profile: 'kids' },
            plan: 'standard',
            network: expect.stringMatching(/^[\w-]{16}$/),
          },
        ],
        ended: expect.arrayContaining([
          expect.objectContaining({ id: 'film@a', how: 'ended', reason: 'Fraud' }),
          expect.objectContaining({ id: 'film@b', how: 'stopped' }),
        ]),
        devices: [{ deviceId: 'b' }, { deviceId: 'c', label: 'c in the hall' }],
        removedDevices: [expect.stringMatching(/Z$/)],
      })
      expect(JSON.stringify(body)).not.toContain('192.0.2')
    })

    it('tells which stream took the place of another', async () => {
      for (const id of ['x', 'y', 'z']) await service.start('evicted', { streamId: id, deviceId: 'tv' })
      const { body } = await at('GET', '/users/evicted')
      expect(body['ended']).toContainEqual(
        expect.objectContaining({ id: 'y@tv', how: 'evicted', by: { id: 'z@tv', deviceId: 'tv' } }),
      )
    })

    it('is forgotten wholly', async () => {
      expect((await at('DELETE', '/users/123')).status).toBe(204)
      expect((await at('GET', '/users/123')).body).toEqual({ userId: '123', ...NOTHING })
    })

    it('is nothing for an unknown user, and for a bad id a 400', async () => {
      expect((await at('GET', '/users/nobody')).body).toEqual({ userId: 'nobody', ...NOTHING })
      expect((await at('GET', '/users/a%00b')).status).toBe(400)
    })
  })
}
