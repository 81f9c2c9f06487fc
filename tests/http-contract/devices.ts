import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, type Reply } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const POLICY = parsePolicy({
  defaultPlan: 'standard',
  plans: {
    standard: { limits: [{ max: 9 }], devices: { max: 2, changes: { max: 3, days: 30 } } },
    many: { limits: [{ max: 99 }], devices: { max: 25 } },
    none: { limits: [{ max: 3 }] },
  },
})

export function describeDevices(maker: TargetMaker): void {
  describe('registered devices', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, { policy: { policy: POLICY } })
    })
    afterAll(() => service.close())

    const at = (method: string, path: string, body?: object): Promise<Reply> =>
      service.send({
        method,
        path,
        ...(body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      })
    const startOn = (user: string, deviceId: string, rest: object = {}) =>
      service.start(user, { streamId: `film-${deviceId}`, deviceId, ...rest })

    it('come with the starts on them, and an unknown one is refused if there are enough', async () => {
      const tv = await startOn('123', 'tv-1', { deviceType: 'tv', label: 'Living room TV' })
      expect(tv.status).toBe(201)
      await startOn('123', 'phone')
      const denied = await startOn('123', 'tablet')
      expect(denied.status).toBe(409)
      expect(denied.body).toMatchObject({
        type: '/problems/device-limit-reached',
        detail: '123 has registered 2 of 2 devices.',
        limit: 2,
        registered: 2,
        devices: [{ deviceId: 'tv-1', deviceType: 'tv', label: 'Living room TV' }, { deviceId: 'phone' }],
      })
      expect(denied.headers).not.toHaveProperty('retry-after')
      expect(Date.parse(String(denied.body['nextChangeAt']))).toBeLessThanOrEqual(Date.now())
    })

    it('are listed, looked at, named and removed', async () => {
      await startOn('a b', 'tv 1')
      const path = '/users/a%20b/devices/tv%201'
      expect((await at('PATCH', path, { label: 'Bedroom' })).body).toMatchObject({ label: 'Bedroom' })
      expect((await at('GET', path)).body).toMatchObject({ deviceId: 'tv 1', label: 'Bedroom' })
      const list = await at('GET', '/users/a%20b/devices')
      expect(list.body).toMatchObject({ userId: 'a b', limit: 2, devices: [{ deviceId: 'tv 1' }] })
      expect((await at('PATCH', path, { label: null })).body).not.toHaveProperty('label')
      expect((await at('DELETE', path)).status).toBe(204)
      expect((await at('DELETE', path)).status).toBe(204)
      expect((await at('GET', path)).status).toBe(404)
      expect((await at('PATCH', path, { label: 'x' })).status).toBe(404)
      expect((await service.heartbeat('a b', 'film-tv 1@tv 1')).body).toMatchObject({
        status: 410,
        detail: 'This stream was stopped: This device was removed from the account.',
      })
      expect((await service.running('a b')).length).toBe(0)
    })

    it('cannot change too often, and the answer says when the next change is possible', async () => {
      for (const id of ['a', 'b', 'c']) {
        expect((await startOn('7', id)).status).toBe(201)
        await at('DELETE', `/users/7/devices/${id}`)
      }
      const denied = await startOn('7', 'd')
      expect(denied.body).toMatchObject({ status: 409, registered: 0, devices: [] })
      const next = Date.parse(String(denied.body['nextChangeAt'])) - Date.now()
      expect(next / 86_400_000).toBeCloseTo(30, 2)
      expect(denied.body['detail']).toContain('has registered too many devices lately')
    })

    it('are all removed at once, and with the user', async () => {
      for (const id of ['a', 'b']) await startOn('8', id)
      expect((await at('DELETE', '/users/8/devices')).status).toBe(204)
      expect((await at('GET', '/users/8/devices')).body).toMatchObject({ devices: [] })
      await startOn('9', 'a')
      await at('DELETE', '/users/9')
      expect((await at('GET', '/users/9/devices')).body).toMatchObject({ devices: [] })
    })

    it('are required by the plan, and only by it', async () => {
      const refused = await service.start('10', { streamId: 'film' })
      expect(refused.body).toMatchObject({ status: 400, errors: [{ pointer: '/deviceId' }] })
      expect((await service.start('10', { streamId: 'film', plan: 'none' })).status).toBe(201)
      const list = await at('GET', '/users/10/devices')
      expect(list.body).toMatchObject({ devices: [] })
      expect(list.body).not.toHaveProperty('limit')
    })

    it('fill a refusal of 4 kB at most', async () => {
      for (let index = 0; index < 25; index += 1) {
        await startOn('11', `device-${index}-${'x'.repeat(30)}`, { plan: 'many', label: 'é'.repeat(64) })
      }
      const denied = await startOn('11', 'another', { plan: 'many' })
      expect(denied.status).toBe(409)
      expect(Buffer.byteLength(denied.text)).toBeLessThanOrEqual(4096)
      const { devices, more } = denied.body as { devices: unknown[]; more: number }
      expect(devices.length + more).toBe(25)
    })

    it.each([
      [{}, '/label'],
      [{ label: 7 }, '/label'],
      [{ label: 'x'.repeat(65) }, '/label'],
    ])('are not named by %j', async (body, pointer) => {
      await startOn('12', 'a')
      const refused = await at('PATCH', '/users/12/devices/a', body)
      expect(refused.body).toMatchObject({ status: 400, errors: [{ pointer }] })
    })
  })
}
