/** Starts and denials, as players and the backends behind them see them. */
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, idsIn } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const POLICY = parsePolicy({
  leaseSeconds: 75,
  defaultPlan: 'standard',
  plans: { standard: { limits: [{ max: 3 }] }, solo: { limits: [{ max: 1 }] } },
})
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

export function describeStarting(maker: TargetMaker): void {
  let service: Conversation
  beforeAll(async () => {
    service = await Conversation.with(maker, { policy: { policy: POLICY }, samples: true })
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

    it('takes null for an optional member that is absent', async () => {
      const absent = { deviceId: null, deviceType: null, contentId: null, label: null, plan: null }
      const { status, body } = await service.start('nulls', { streamId: 'a', ...absent, replaces: null })
      expect([status, body['id'], body['limit']]).toEqual([201, 'a', 3])
      for (const name of Object.keys(absent)) expect(body).not.toHaveProperty(name)
      const [listed] = (await service.list('nulls')).body['streams'] as object[]
      for (const name of Object.keys(absent)) expect(listed).not.toHaveProperty(name)
      const refused = await service.start('nulls', { ...absent, streamId: null })
      expect([refused.status, refused.body['errors']]).toMatchObject([400, [{ pointer: '/streamId' }]])
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

    it('of a stream that was evicted or stopped is judged as any other', async () => {
      await service.start('return', { streamId: 'a' })
      await service.start('return', { streamId: 'b', replaces: 'a' })
      expect((await service.start('return', { streamId: 'a' })).status).toBe(201)
      expect((await service.heartbeat('return', 'a')).status).toBe(200)
      await service.stop('return', 'a')
      expect((await service.heartbeat('return', 'a')).status).toBe(410)
      expect((await service.start('return', { streamId: 'a' })).status).toBe(201)
      expect((await service.heartbeat('return', 'a')).status).toBe(200)
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
      expect(idsIn({ status, headers, body, text: '' })).toEqual(['abc', 'def', 'hij'])
      expect((body['streams'] as { expiresAt: unknown }[])[0]?.expiresAt).toBeNull()
      expect(headers['retry-after']).toBeUndefined()
      expect(body['retryAfterSeconds']).toBeUndefined()
    })
  })
}
