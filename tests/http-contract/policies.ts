/** The contract under each kind of policy: several limits, evictions, exemptions, grace, trials. */
import { setTimeout as pause } from 'node:timers/promises'
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, idsIn } from './conversation.ts'
import { shadowsCounted } from './counted.ts'
import type { TargetMaker } from './target.ts'

const GRACE_SECONDS = 1
const ONE = [{ max: 1 }]
const TWO = [{ max: 2 }]

const POLICY = parsePolicy({
  defaultPlan: 'standard',
  plans: {
    standard: { limits: [{ max: 3 }] },
    family: {
      limits: [
        { max: 4 },
        { max: 2, deviceType: ['tv', 'console'] },
        { max: 1, where: { contentId: 'final' } },
        { max: 1, per: 'contentId' },
        { max: 2, per: 'deviceId' },
      ],
      sameDeviceReplaces: false,
    },
    oldest: { limits: TWO, whenFull: 'evict-oldest' },
    idle: { limits: TWO, whenFull: 'evict-idle' },
    zapping: { limits: TWO, sameDeviceReplaces: true },
    trailers: { limits: ONE, ignore: [{ contentId: 'trailer' }, { deviceType: 'signage' }] },
    grace: { limits: ONE, graceStreams: { streams: 1, seconds: GRACE_SECONDS } },
    trial: { limits: TWO, shadow: 'solo' },
    solo: { limits: ONE },
    nobody: { limits: ONE, enforcePercent: 0 },
    half: { limits: ONE, enforcePercent: 50 },
  },
})

export function describePolicies(maker: TargetMaker): void {
  describe('a policy', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, { policy: { policy: POLICY } })
    })
    afterAll(() => service.close())
    const starter =
      (user: string, plan: string) =>
      (streamId: string, rest: object = {}) =>
        service.start(user, { streamId, plan, ...rest })
    /** How a start of each of many users under a plan that holds for half of them came out. */
    const startHalf = async (streamId: string) => {
      const users = Array.from({ length: 60 }, (_, index) => `half-${index}`)
      const replies = users.map((user) => service.start(user, { streamId, plan: 'half' }))
      return (await Promise.all(replies)).map(({ status }) => status)
    }

    describe('of several limits', () => {
      it('holds all of them, and a denial names the one in the way and those whom it counts', async () => {
        const start = starter('all', 'family')
        await start('a', { deviceType: 'tv', contentId: 'film-1' })
        await start('b', { deviceType: 'console', contentId: 'film-2' })
        await start('c', { deviceType: 'web', contentId: 'final' })
        const television = await start('d', { deviceType: 'tv' })
        expect([television.status, idsIn(television)]).toEqual([409, ['a', 'b']])
        expect(television.body).toMatchObject({
          limit: 2,
          active: 2,
          rule: { max: 2, deviceType: ['tv', 'console'] },
        })
        expect(television.body['detail']).toBe(
          'all is watching 2 of 2 streams with deviceType tv or console.',
        )
        const final = await start('d', { contentId: 'final' })
        expect([final.status, idsIn(final)]).toEqual([409, ['c']])
        expect(final.body['rule']).toEqual({ max: 1, where: { contentId: 'final' } })
        const film = await start('d', { contentId: 'film-1' })
        expect([film.status, idsIn(film)]).toEqual([409, ['a']])
        expect(film.body['rule']).toEqual({ max: 1, per: 'contentId' })
        expect((await start('d', { contentId: 'film-3' })).body).toMatchObject({ limit: 4, active: 4 })
        const account = await start('e', {})
        expect([account.status, idsIn(account)]).toEqual([409, ['a', 'b', 'c', 'd']])
        expect(account.body['rule']).toEqual({ max: 4 })
      })

      it('counts each device by itself', async () => {
        const start = starter('each', 'family')
        await start('a', { deviceId: 'tv' })
        await start('b', { deviceId: 'tv' })
        const denied = await start('c', { deviceId: 'tv' })
        expect([denied.status, idsIn(denied)]).toEqual([409, ['a@tv', 'b@tv']])
        expect((await start('c', { deviceId: 'phone' })).status).toBe(201)
      })

      it('lets the viewer choose, among those that stand in the way', async () => {
        const start = starter('choice', 'family')
        await start('a', { deviceType: 'tv' })
        await start('b', { deviceType: 'tv' })
        await service.start('choice', { streamId: 'c', plan: 'family', deviceType: 'web' })
        expect((await start('d', { deviceType: 'tv', replaces: 'c' })).status).toBe(409)
        const chosen = await start('d', { deviceType: 'tv', replaces: 'a' })
        expect([chosen.status, chosen.body['ended']]).toEqual([201, ['a']])
        expect(await service.running('choice')).toEqual(['b', 'c', 'd'])
      })
    })

    describe('that evicts', () => {
      it('ends the oldest, which learns by whom and when, and does not come back by itself', async () => {
        const start = (streamId: string, rest: object = {}) =>
          service.start('oldest', { streamId, plan: 'oldest', ...rest })
        await start('a')
        await start('b')
        await service.heartbeat('oldest', 'a')
        const newcomer = await start('c', { deviceId: 'tv-1', deviceType: 'tv', label: 'Living room TV' })
        expect([newcomer.status, newcomer.body['ended']]).toEqual([201, ['a']])
        const evicted = await service.heartbeat('oldest', 'a')
        expect([evicted.status, evicted.body['type']]).toEqual([410, '/problems/stream-evicted'])
        expect(evicted.body).toMatchObject({
          by: { id: 'c@tv-1', deviceId: 'tv-1', deviceType: 'tv', label: 'Living room TV' },
          at: newcomer.body['startedAt'],
        })
        expect(await service.running('oldest')).toEqual(['b', 'c@tv-1'])
        expect((await service.heartbeat('oldest', 'b')).status).toBe(200)
      })

      it('ends the one least recently heard of, where the plan says so', async () => {
        const start = starter('idle', 'idle')
        await start('a')
        await start('b')
        await pause(5)
        await service.heartbeat('idle', 'a')
        expect((await start('c')).body['ended']).toEqual(['b'])
        expect((await service.heartbeat('idle', 'b')).body['by']).toEqual({ id: 'c' })
      })

      it('lets newcomers at one instant settle, and never holds more than the limit', async () => {
        const newcomers = Array.from({ length: 5 }, (_, index) => `s${index}`)
        const replies = await Promise.all(
          newcomers.map((streamId) => service.start('storm', { streamId, plan: 'oldest' })),
        )
        expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
        expect(await service.running('storm')).toHaveLength(2)
      })
    })

    it('under which a device replaces its own stream never fills the account by zapping', async () => {
      const start = starter('zapping', 'zapping')
      await start('a', { deviceId: 'tv' })
      expect((await start('b', { deviceId: 'tv' })).body).toMatchObject({ ended: ['a@tv'], active: 1 })
      await start('c', { deviceId: 'phone' })
      expect((await start('d', { deviceId: 'tv' })).body).toMatchObject({ ended: ['b@tv'], active: 2 })
      expect((await start('e', { deviceId: 'web' })).status).toBe(409)
      expect((await start('e')).status).toBe(409)
      expect((await service.heartbeat('zapping', 'a@tv')).body['type']).toBe('/problems/stream-evicted')
    })

    it('may ignore streams, which are then shown apart and not counted', async () => {
      const start = (streamId: string, rest: object = {}) =>
        service.start('ignored', { streamId, plan: 'trailers', ...rest })
      expect((await start('t', { contentId: 'trailer' })).body).toMatchObject({
        ignored: true,
        active: 0,
        streams: [],
      })
      await start('s', { deviceType: 'signage' })
      expect((await start('a')).body).toMatchObject({ active: 1, streams: ['a'] })
      const denied = await start('b')
      expect([denied.status, idsIn(denied)]).toEqual([409, ['a']])
      const { body } = await service.list('ignored')
      expect(body).toMatchObject({ active: 1, streams: [{ id: 'a' }], ignored: [{ id: 't' }, { id: 's' }] })
    })

    it('with grace lets one more in for a while, and then denies it', async () => {
      const start = starter('grace', 'grace')
      await start('a')
      const extra = await start('b')
      expect([extra.status, typeof extra.body['graceUntil']]).toEqual([201, 'string'])
      expect((await start('c')).status).toBe(409)
      expect((await service.heartbeat('grace', 'b')).status).toBe(200)
      await pause(GRACE_SECONDS * 1000 + 20)
      expect((await service.heartbeat('grace', 'b')).status).toBe(409)
      expect(await service.running('grace')).toEqual(['a'])
    })

    it('with a lower limit than before ends no stream: newcomers are denied until there is room', async () => {
      for (const streamId of ['a', 'b', 'c']) await service.start('lowered', { streamId })
      const denied = await service.start('lowered', { streamId: 'd', plan: 'solo' })
      expect([denied.status, idsIn(denied)]).toEqual([409, ['a', 'b', 'c']])
      expect(denied.body).toMatchObject({ limit: 1, active: 3 })
      for (const id of ['a', 'b', 'c']) expect((await service.heartbeat('lowered', id)).status).toBe(200)
      for (const id of ['a', 'b']) await service.stop('lowered', id)
      expect((await service.start('lowered', { streamId: 'd', plan: 'solo' })).status).toBe(409)
      await service.stop('lowered', 'c')
      expect((await service.start('lowered', { streamId: 'd', plan: 'solo' })).status).toBe(201)
    })

    it('without the plan that a start names refuses it, among its other faults', async () => {
      const refused = await service.start('unknown', { streamId: 'a', plan: 'gold', label: 1 })
      expect(refused.status).toBe(400)
      expect(refused.body['errors']).toContainEqual({
        pointer: '/plan',
        detail: 'must name a plan of the policy',
      })
      expect(refused.body['errors']).toHaveLength(2)
    })

    describe('on trial', () => {
      it('decides nothing, and is counted', async () => {
        const counted = () => shadowsCounted(service)
        const before = await counted()
        for (const streamId of ['a', 'b']) {
          expect((await service.start('trial', { streamId, plan: 'trial' })).status).toBe(201)
        }
        const denied = await service.start('trial', { streamId: 'c', plan: 'trial' })
        expect([denied.status, denied.body['rule']]).toEqual([409, { max: 2 }])
        await expect.poll(counted).toEqual({
          'admitted,admitted': (before['admitted,admitted'] ?? 0) + 1,
          'admitted,denied': (before['admitted,denied'] ?? 0) + 1,
          'denied,denied': (before['denied,denied'] ?? 0) + 1,
        })
      })

      it('holds for no user at 0 percent, and for a stable share in between', async () => {
        for (const streamId of ['a', 'b', 'c']) {
          const { status, body } = await service.start('nobody', { streamId, plan: 'nobody' })
          expect([status, body['limit']]).toEqual([201, 1])
        }
        expect(new Set(await startHalf('s1'))).toEqual(new Set([201]))
        const second = await startHalf('s2')
        const denied = second.filter((status) => status === 409).length
        expect(denied).toBeGreaterThan(10)
        expect(denied).toBeLessThan(50)
        // Those who were denied are those who are denied again.
        expect(await startHalf('s3')).toEqual(second)
      })
    })
  })
}
