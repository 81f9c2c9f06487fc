/** The contract as players and the backends behind them see it. */
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, idsIn, streamPath } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const POLICY = parsePolicy({
  leaseSeconds: 75,
  defaultPlan: 'standard',
  plans: { standard: { limits: [{ max: 3 }] }, solo: { limits: [{ max: 1 }] } },
})
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

export function describeViewers(maker: TargetMaker): void {
  let service: Conversation
  beforeAll(async () => {
    service = await Conversation.with(maker, { policy: POLICY, samples: true })
  })
  afterAll(() => service.close())

  describe('a start', () => {
    it('is admitted three times, then denied by exactly those three, and admitted once one has stopped', async () => {
      for (const id of ['1', '2', '3'])
        expect((await service.start('walk', { streamId: id })).status).toBe(201)
      const denied = await service.start('walk', { streamId: '4' })
      expect(denied.status).toBe(409)
      expect(idsIn(denied)).toEqual(['1', '2', '3'])
      expect((await service.start('walk', { streamId: '1' })).status).toBe(200)
      expect((await service.stop('walk', '1')).status).toBe(204)
      expect((await service.start('walk', { streamId: '4' })).status).toBe(201)
      expect(await service.running('walk')).toEqual(['2', '3', '4'])
    })

    it('answers with the stream, where it lies, which taking it is, and what is left', async () => {
      const { status, headers, body } = await service.start('whole', {
        streamId: '456',
        deviceId: 'tv-1',
        deviceType: 'tv',
        contentId: 'film',
        label: 'Wohnzimmer 📺',
        plan: 'standard',
        somethingElse: { nested: true },
      })
      expect(status).toBe(201)
      expect(body).toEqual({
        id: '456@tv-1',
        userId: 'whole',
        streamId: '456',
        deviceId: 'tv-1',
        deviceType: 'tv',
        contentId: 'film',
        label: 'Wohnzimmer 📺',
        startedAt: expect.stringMatching(INSTANT),
        expiresAt: expect.stringMatching(INSTANT),
        heartbeatSeconds: 25,
        limit: 3,
        active: 1,
        streams: ['456@tv-1'],
      })
      expect(Date.parse(String(body['expiresAt'])) - Date.parse(String(body['startedAt']))).toBe(75_000)
      expect(headers).toMatchObject({
        etag: expect.stringMatching(/^"[^"]+"$/),
        location: '/users/whole/streams/456%40tv-1',
        'ratelimit-policy': '"streams";q=3',
        ratelimit: '"streams";r=2',
        'cache-control': 'no-store',
      })
    })

    it('that is repeated is renewed under the same ETag, and takes one place', async () => {
      const first = await service.start('again', { streamId: 'a' })
      const second = await service.start('again', { streamId: 'a' })
      expect([first.status, second.status]).toEqual([201, 200])
      expect(second.headers['etag']).toBe(first.headers['etag'])
      expect(second.headers['location']).toBeUndefined()
      expect(second.body['active']).toBe(1)
    })

    it('takes a place for each device on one stream', async () => {
      for (const deviceId of ['tv', 'phone']) await service.start('devices', { streamId: 'a', deviceId })
      expect(await service.running('devices')).toEqual(['a@tv', 'a@phone'])
    })

    it('goes by the plan it names', async () => {
      await service.start('solo', { streamId: 'a', plan: 'solo' })
      const denied = await service.start('solo', { streamId: 'b', plan: 'solo' })
      expect(denied.status).toBe(409)
      expect(denied.body).toMatchObject({ limit: 1, active: 1, rule: { max: 1 } })
    })

    it('that replaces a stream takes its place, and that stream is told by whom', async () => {
      for (const streamId of ['a', 'b', 'c']) await service.start('swap', { streamId })
      const swapped = await service.start('swap', {
        streamId: 'd',
        deviceId: 'tv',
        label: 'TV',
        replaces: 'b',
      })
      expect(swapped.status).toBe(201)
      expect(swapped.body['streams']).toEqual(['a', 'c', 'd@tv'])
      const evicted = await service.heartbeat('swap', 'b')
      expect(evicted.status).toBe(410)
      expect(evicted.body).toMatchObject({
        type: '/problems/stream-evicted',
        by: { id: 'd@tv', label: 'TV', deviceId: 'tv' },
        at: expect.stringMatching(INSTANT),
      })
    })

    it('of a stream that was evicted is judged as any other, and its heartbeat then is too', async () => {
      await service.start('return', { streamId: 'a' })
      await service.start('return', { streamId: 'b', replaces: 'a' })
      expect((await service.start('return', { streamId: 'a' })).status).toBe(201)
      expect((await service.heartbeat('return', 'a')).status).toBe(200)
      await service.stop('return', 'a')
      expect((await service.heartbeat('return', 'a')).status).toBe(201)
    })
  })

  describe('a denial', () => {
    it('names the holders as a viewer knows them, and when the first of them can lapse', async () => {
      await service.start('full', { streamId: 'a', label: 'Living room TV', deviceType: 'tv' })
      for (const streamId of ['b', 'c']) await service.start('full', { streamId })
      const { headers, body } = await service.start('full', { streamId: 'd' })
      expect(body).toMatchObject({
        type: '/problems/stream-limit-reached',
        title: 'Stream limit reached',
        status: 409,
        detail: 'full is watching 3 of 3 streams.',
        limit: 3,
        active: 3,
        rule: { max: 3 },
      })
      expect((body['streams'] as unknown[])[0]).toEqual({
        id: 'a',
        streamId: 'a',
        label: 'Living room TV',
        deviceType: 'tv',
        startedAt: expect.stringMatching(INSTANT),
        lastSeenAt: expect.stringMatching(INSTANT),
        expiresAt: expect.stringMatching(INSTANT),
      })
      expect(Number(headers['retry-after'])).toBeGreaterThan(70)
      expect(headers['retry-after']).toBe(String(body['retryAfterSeconds']))
      expect(headers['ratelimit']).toBe('"streams";r=0')
    })

    it('by streams that never lapse gives no time to retry', async () => {
      const { status, headers, body } = await service.start('user2', { streamId: 'x' })
      expect(status).toBe(409)
      expect(idsIn({ status, headers, body, text: '' })).toEqual(['abc', 'def', 'ghi'])
      expect((body['streams'] as { expiresAt: unknown }[])[0]?.expiresAt).toBeNull()
      expect(headers['retry-after']).toBeUndefined()
      expect(body['retryAfterSeconds']).toBeUndefined()
    })
  })

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

    it('of a stream nobody holds is admitted anew, with what its body says', async () => {
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

    it('of a stream nobody holds is denied where the limit is reached', async () => {
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

    it('may say again what its path says, but nothing else', async () => {
      const send = (body: object) =>
        service.send({
          method: 'PUT',
          path: streamPath('same', 'a@tv'),
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      expect((await send({ streamId: 'a', deviceId: 'tv' })).status).toBe(201)
      const other = await send({ streamId: 'b', deviceId: 'phone' })
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
    it('shows nothing for a user nobody knows', async () => {
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
      '..',
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
