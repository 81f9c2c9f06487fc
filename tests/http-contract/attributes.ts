import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseIpRange } from '../../service/src/text/ip-address.ts'
import { Conversation } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const POLICY = parsePolicy({
  defaultPlan: 'home',
  plans: {
    home: { limits: [{ max: 2 }, { max: 1, distinct: 'network' }], sameDeviceReplaces: false },
    profiles: { limits: [{ max: 1, per: 'profile', missing: 'deny' }] },
    games: { limits: [{ max: 1, distinct: 'deviceId', where: { contentType: 'live' } }, { max: 9 }] },
  },
})

const settings = {
  policy: { policy: POLICY },
  trustedProxies: ['127.0.0.0/8'].flatMap((range) => parseIpRange(range) ?? []),
}

export function describeAttributes(maker: TargetMaker): void {
  describe('attributes', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, settings)
    })
    afterAll(() => service.close())

    it('are free members that rules count by', async () => {
      const kids = { plan: 'profiles', attributes: { profile: 'kids', app: 'tv' } }
      const first = await service.start('123', { streamId: 'a', ...kids })
      expect(first.status).toBe(201)
      expect(first.body).toMatchObject({ attributes: { profile: 'kids', app: 'tv' } })
      const same = await service.start('123', { streamId: 'b', ...kids })
      expect(same.body).toMatchObject({
        status: 409,
        rule: { max: 1, per: 'profile', missing: 'deny' },
        detail: '123 is watching 1 of 1 streams on the same profile.',
        makesRoom: ['a'],
        streams: [{ id: 'a', attributes: { profile: 'kids', app: 'tv' } }],
      })
      const { body } = await service.send({ method: 'GET', path: '/users/123/streams' })
      expect(body).toMatchObject({ streams: [{ id: 'a', attributes: { profile: 'kids', app: 'tv' } }] })
      const adults = { plan: 'profiles', attributes: { profile: 'adults' } }
      expect((await service.start('123', { streamId: 'b', ...adults })).status).toBe(201)
    })

    it('may be required: without it a start is denied, and no stream is in its way', async () => {
      const denied = await service.start('7', { streamId: 'a', plan: 'profiles' })
      expect(denied.status).toBe(409)
      expect(denied.headers).not.toHaveProperty('retry-after')
      expect(denied.body).toMatchObject({
        active: 0,
        streams: [],
        detail: 'The plan needs to know the profile of this stream, and the start does not tell it.',
      })
      expect(denied.body).not.toHaveProperty('makesRoom')
    })

    it('that are null are absent, and so are all of them if attributes is null', async () => {
      const attributes = { profile: null, app: 'tv' }
      const { body } = await service.start('nulls', { streamId: 'a', attributes })
      expect(body).toMatchObject({ attributes: { app: 'tv' } })
      expect((await service.start('nulls', { streamId: 'b', attributes: null })).status).toBe(201)
    })

    it('count all streams of a device as one with "distinct"', async () => {
      const live = { plan: 'games', attributes: { contentType: 'live' } }
      const on = (streamId: string, deviceId: string) => service.start('fan', { streamId, deviceId, ...live })
      expect((await on('a', 'tv')).status).toBe(201)
      const denied = await on('b', 'phone')
      expect(denied.body).toMatchObject({
        status: 409,
        detail:
          'fan may watch on 1 device at once with contentType live. Another device is in use by the streams in the way.',
        streams: [{ id: 'a@tv' }],
        makesRoom: ['a@tv'],
      })
    })
  })

  describe('the network of a viewer', () => {
    let service: Conversation
    const at = (clientAddress: string, streamId: string) => service.start('1', { streamId, clientAddress })
    const by = (forwarded: string, streamId: string) =>
      service.start('2', { streamId }, { 'x-forwarded-for': forwarded })
    beforeAll(async () => {
      service = await Conversation.with(maker, settings)
    })
    afterAll(() => service.close())

    it('is that of the address that a trusted caller sends', async () => {
      expect((await at('192.0.2.7', 'a')).status).toBe(201)
      expect((await at('192.0.3.7', 'b')).body).toMatchObject({
        status: 409,
        rule: { max: 1, distinct: 'network' },
        detail: '1 may watch on 1 network at once. Another network is in use by the streams in the way.',
        streams: [{ id: 'a' }],
        makesRoom: ['a'],
      })
      expect((await at('192.0.2.200', 'b')).status).toBe(201)
      expect((await at('192.0.2.9', 'c')).body).toMatchObject({ status: 409, rule: { max: 2 } })
    })

    it('is that of the header which a trusted proxy writes', async () => {
      expect((await by('6.6.6.6, 2001:db8:1::1', 'a')).status).toBe(201)
      expect((await by('2001:db8:2::1', 'b')).status).toBe(409)
      expect((await by('2001:db8:1:ffff::2', 'b')).status).toBe(201)
    })

    it('is that of the start: a heartbeat from another network renews the stream', async () => {
      await service.start('3', { streamId: 'a', clientAddress: '192.0.2.7' })
      const moved = await service.heartbeatWith('3', 'a', { clientAddress: '198.51.100.1' })
      expect(moved.status).toBe(200)
      const second = { streamId: 'b', clientAddress: '198.51.100.1' }
      expect((await service.start('3', second)).status).toBe(409)
    })

    it('is in no answer', async () => {
      const { text } = await service.start('4', { streamId: 'a', clientAddress: '192.0.2.7' })
      expect(text).not.toContain('192.0.2')
      expect(text).not.toContain('network')
    })

    it('is freed by ending all streams of another one together', async () => {
      for (const streamId of ['a', 'b']) await service.start('5', { streamId, clientAddress: '192.0.2.7' })
      const away = { streamId: 'c', clientAddress: '198.51.100.1' }
      const denied = await service.start('5', away)
      const { makesRoom } = denied.body as { makesRoom: readonly string[] }
      expect(makesRoom.toSorted()).toEqual(['a', 'b'])
      const admitted = await service.start('5', { ...away, replaces: makesRoom })
      expect(admitted.body).toMatchObject({ streams: ['c'], ended: ['a', 'b'] })
      expect((await service.heartbeat('5', 'a')).body).toMatchObject({ status: 410, by: { id: 'c' } })
    })
  })
}
