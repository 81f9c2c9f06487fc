import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, streamPath } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const ONE = { limits: [{ max: 1 }] }
const POLICY = parsePolicy({
  plans: { standard: ONE },
  tenants: { a: { plans: { basic: ONE } }, b: { plans: { basic: ONE } } },
})
const OF_A = { 'x-tenant': 'a' }

export function describeTenants(maker: TargetMaker): void {
  describe('tenants', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, { policy: { policy: POLICY } })
    })
    afterAll(() => service.close())

    const running = async (user: string, headers: Readonly<Record<string, string>>) => {
      const { body } = await service.send({ method: 'GET', path: `/users/${user}/streams`, headers })
      return (body['streams'] as { id: string }[]).map(({ id }) => id)
    }

    it('are named by the body or the header, and never meet', async () => {
      expect((await service.start('1', { streamId: 's' })).status).toBe(201)
      const inBody = await service.start('1', { streamId: 's', tenant: 'a' })
      expect(inBody.status).toBe(201)
      expect(inBody.body).toMatchObject({ userId: '1', active: 1 })
      expect(inBody.headers['location']).toBe('/users/1/streams/s')
      expect((await service.start('1', { streamId: 's' }, { 'x-tenant': 'b' })).status).toBe(201)
      expect((await service.start('1', { streamId: 'x', plan: 'basic' }, OF_A)).status).toBe(409)
      expect((await service.heartbeat('1', 's', OF_A)).status).toBe(200)
      expect((await service.stop('1', 's', OF_A)).status).toBe(204)
      expect([await running('1', {}), await running('1', OF_A)]).toEqual([['s'], []])
    })

    it('finish their own streams, and forget their own users', async () => {
      for (const headers of [{}, OF_A]) await service.start('2', { streamId: 'match' }, headers)
      await service.send({ method: 'POST', path: '/streams/match/finish', headers: OF_A })
      expect((await service.heartbeat('2', 'match', OF_A)).status).toBe(410)
      expect((await service.heartbeat('2', 'match')).status).toBe(200)
      await service.start('2', { streamId: 'film' }, OF_A)
      await service.send({ method: 'DELETE', path: '/users/2', headers: OF_A })
      expect([await running('2', {}), await running('2', OF_A)]).toEqual([['match'], []])
    })

    it('must be in the policy, be the same in both places, and have the plan', async () => {
      const unknown = await service.start('3', { streamId: 's', tenant: 'c' })
      expect(unknown.body).toMatchObject({ status: 400, errors: [{ pointer: '/tenant' }] })
      const header = await service.heartbeat('3', 's', { 'x-tenant': 'constructor' })
      expect(header.body).toMatchObject({ status: 400, errors: [{ pointer: '/X-Tenant' }] })
      const both = await service.start('3', { streamId: 's', tenant: 'b' }, OF_A)
      expect(both.body).toMatchObject({ status: 400, errors: [{ pointer: '/tenant' }] })
      const plan = await service.start('3', { streamId: 's', plan: 'standard' }, OF_A)
      expect(plan.body).toMatchObject({ status: 400, errors: [{ pointer: '/plan' }] })
      for (const [method, path] of [
        ['GET', '/users/3/streams'],
        ['DELETE', '/users/3'],
        ['DELETE', streamPath('3', 's')],
        ['POST', '/streams/s/finish'],
        ['GET', '/users/3/devices'],
      ] as const) {
        const reply = await service.send({ method, path, headers: { 'x-tenant': 'c' } })
        expect([reply.status, path]).toEqual([400, path])
      }
    })
  })
}
