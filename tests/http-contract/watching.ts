/** What comes after a start: heartbeats, stops, looks. */
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, idsIn, streamPath } from './conversation.ts'
import { unknownPlansCounted } from './counted.ts'
import type { TargetMaker } from './target.ts'

const POLICY = parsePolicy({
  leaseSeconds: 75,
  defaultPlan: 'standard',
  plans: { standard: { limits: [{ max: 3 }] }, solo: { limits: [{ max: 1 }] } },
})

export function describeWatching(maker: TargetMaker): void {
  let service: Conversation
  beforeAll(async () => {
    service = await Conversation.with(maker, { policy: { policy: POLICY }, samples: true })
  })
  afterAll(() => service.close())

  describe('a heartbeat', () => {
    it('renews the third stream of three', async () => {
      for (const streamId of ['a', 'b', 'c']) await service.start('beat', { streamId })
      const { status, body } = await service.heartbeat('beat', 'c')
      expect(status).toBe(200)
      expect(body).toMatchObject({ id: 'c', active: 3, limit: 3 })
    })

    it('reports the limit of the plan its stream was admitted under', async () => {
      await service.start('planned', { streamId: 'a', plan: 'solo' })
      expect((await service.heartbeat('planned', 'a')).body['limit']).toBe(1)
      expect((await service.list('planned')).body['limit']).toBe(1)
    })

    it('that names an unknown plan is judged as if it named none, and is counted', async () => {
      const heartbeat = (id: string, label: unknown = 'TV') =>
        service.send({
          method: 'PUT',
          path: streamPath('removed', id),
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ plan: 'gold', label }),
        })
      const before = await unknownPlansCounted(service)
      await service.start('removed', { streamId: 'a', plan: 'solo' })
      const renewed = await heartbeat('a')
      expect([renewed.status, renewed.body['limit']]).toEqual([200, 1])
      expect((await heartbeat('b')).status).toBe(409)
      const faulty = await heartbeat('a', 1)
      expect([faulty.status, faulty.body['errors']]).toMatchObject([400, [{ pointer: '/label' }]])
      expect(await unknownPlansCounted(service)).toBe(before + 2)
    })

    it('of a stream that is not held is admitted again, with what its body says', async () => {
      const reply = await service.send({
        method: 'PUT',
        path: streamPath('anew', 'a@tv'),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ deviceType: 'tv', label: 'TV' }),
      })
      expect(reply.status).toBe(201)
      expect(reply.body).toMatchObject({
        id: 'a@tv',
        streamId: 'a',
        deviceId: 'tv',
        deviceType: 'tv',
        label: 'TV',
      })
      expect(reply.headers['location']).toBe('/users/anew/streams/a%40tv')
    })

    it('of a stream that is not held is denied if the limit is reached', async () => {
      for (const streamId of ['a', 'b', 'c']) await service.start('late', { streamId })
      const denied = await service.heartbeat('late', 'd')
      expect(denied.status).toBe(409)
      expect(idsIn(denied)).toEqual(['a', 'b', 'c'])
    })

    it('with the ETag of its start is renewed, weakened on its way or not', async () => {
      const { headers } = await service.start('match', { streamId: 'a' })
      const etag = String(headers['etag'])
      expect((await service.heartbeat('match', 'a', { 'if-match': etag })).status).toBe(200)
      expect((await service.heartbeat('match', 'a', { 'if-match': `W/${etag}` })).status).toBe(200)
    })

    it('with a stale ETag is over, and changes nothing', async () => {
      const { headers } = await service.start('stale', { streamId: 'a' })
      await service.stop('stale', 'a')
      const ended = await service.heartbeat('stale', 'a', { 'if-match': String(headers['etag']) })
      expect(ended.status).toBe(410)
      expect(ended.body['type']).toBe('/problems/stream-ended')
      expect(await service.running('stale')).toEqual([])
    })

    it('takes null for each member that is absent', async () => {
      const members = ['streamId', 'deviceId', 'deviceType', 'contentId', 'label', 'plan', 'replaces']
      const reply = await service.send({
        method: 'PUT',
        path: streamPath('nulls', 'b@tv'),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(members.map((name) => [name, null]))),
      })
      expect([reply.status, reply.body['id'], reply.body['limit']]).toEqual([201, 'b@tv', 3])
      expect(reply.body).toMatchObject({ streamId: 'b', deviceId: 'tv' })
      expect(reply.body).not.toHaveProperty('label')
    })

    it('may say again what its path says, but nothing else', async () => {
      const headers = { 'content-type': 'application/json' }
      const request = { method: 'PUT', path: streamPath('same', 'a@tv'), headers }
      expect((await service.send({ ...request, body: '{"streamId":"a","deviceId":"tv"}' })).status).toBe(201)
      const other = await service.send({ ...request, body: '{"streamId":"b","deviceId":"phone"}' })
      expect(other.status).toBe(400)
      expect((other.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
        '/streamId',
        '/deviceId',
      ])
    })
  })

  describe('a stop', () => {
    it('is answered alike whether or not the stream was held', async () => {
      await service.start('stop', { streamId: 'a' })
      expect((await service.stop('stop', 'a')).status).toBe(204)
      expect((await service.stop('stop', 'a')).status).toBe(204)
      expect((await service.stop('nobody', 'a')).status).toBe(204)
      expect(await service.running('stop')).toEqual([])
    })

    it('with a stale ETag changes nothing', async () => {
      const { headers } = await service.start('newer', { streamId: 'a' })
      await service.stop('newer', 'a')
      await service.start('newer', { streamId: 'a' })
      expect((await service.stop('newer', 'a', { 'if-match': String(headers['etag']) })).status).toBe(204)
      expect(await service.running('newer')).toEqual(['a'])
    })

    it('of two players that share an id ends the stream of both, because they share its ETag', async () => {
      const one = await service.start('tabs', { streamId: 'film' })
      const other = await service.start('tabs', { streamId: 'film' })
      expect([one.status, other.status]).toEqual([201, 200])
      expect(other.headers['etag']).toBe(one.headers['etag'])
      const ifMatch = { 'if-match': String(one.headers['etag']) }
      expect((await service.heartbeat('tabs', 'film', ifMatch)).status).toBe(200)
      expect((await service.stop('tabs', 'film', ifMatch)).status).toBe(204)
      const reply = await service.heartbeat('tabs', 'film', ifMatch)
      expect([reply.status, reply.body['type']]).toEqual([410, '/problems/stream-ended'])
    })

    it('by beacon takes any type and any body, and none', async () => {
      for (const [type, body] of [
        ['text/plain', 'bye'],
        ['application/octet-stream', '\u0000'],
        ['', ''],
      ] as const) {
        await service.start('beacon', { streamId: 'a' })
        const path = `${streamPath('beacon', 'a')}/stop`
        const headers = type === '' ? {} : { 'content-type': type }
        expect((await service.send({ method: 'POST', path, headers, body })).status).toBe(204)
        expect(await service.running('beacon')).toEqual([])
      }
    })
  })

  describe('a look', () => {
    it('shows nothing for an unknown user', async () => {
      const { status, body } = await service.list('unknown')
      expect(status).toBe(200)
      expect(body).toEqual({ userId: 'unknown', limit: 3, active: 0, streams: [] })
    })

    it('shows what runs, oldest first, and what is left', async () => {
      for (const streamId of ['z', 'a']) await service.start('look', { streamId })
      const reply = await service.list('look')
      expect(idsIn(reply)).toEqual(['z', 'a'])
      expect(reply.headers['ratelimit']).toBe('"streams";r=1')
    })
  })

  it('an erased user holds nothing', async () => {
    await service.start('gone', { streamId: 'a' })
    expect((await service.send({ method: 'DELETE', path: '/users/gone' })).status).toBe(204)
    expect(await service.running('gone')).toEqual([])
  })

  it('a sample user with one stream may start two more', async () => {
    for (const streamId of ['x', 'y']) expect((await service.start('user1', { streamId })).status).toBe(201)
    expect((await service.start('user1', { streamId: 'z' })).status).toBe(409)
  })

  it('users and streams whose ids need encoding are kept apart and given back as they came', async () => {
    for (const name of [
      'a/b',
      'ä',
      'a\u0308',
      '50%',
      '%41',
      '?#',
      ' a ',
      '漢字',
      '👪',
      '...',
      '+',
      'a+b',
      '~',
    ]) {
      const stream = name.trim()
      const { status, body, headers } = await service.start(name, { streamId: stream })
      expect([status, body['userId'], body['id']]).toEqual([201, name, stream])
      expect(headers['location']).toBe(streamPath(name, stream))
      expect((await service.heartbeat(name, stream)).status).toBe(200)
      expect(await service.running(name)).toEqual([stream])
    }
  })
}
