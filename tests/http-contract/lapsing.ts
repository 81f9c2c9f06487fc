/** The contract over time, on the real clock with leases of one second. */
import { setTimeout as pause } from 'node:timers/promises'
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const LEASE_MS = 1000
const POLICY = parsePolicy({ leaseSeconds: 1, plans: { solo: { limits: [{ max: 1 }] } } })

export function describeLapsing(maker: TargetMaker): void {
  describe.concurrent('a lease that lapses', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, { policy: { policy: POLICY } })
    })
    afterAll(() => service.close())

    it('frees its place at its end, and not before', async () => {
      await service.start('one', { streamId: 'a' })
      const denied = await service.start('one', { streamId: 'b' })
      expect([denied.status, denied.headers['retry-after']]).toEqual([409, '1'])
      await pause(LEASE_MS + 50)
      expect(await service.running('one')).toEqual([])
      expect((await service.start('one', { streamId: 'b' })).status).toBe(201)
    })

    it('is revived by a heartbeat, or by a repeated start, under the same ETag if its slot is still free', async () => {
      const { headers } = await service.start('two', { streamId: 'a' })
      await pause(LEASE_MS + 50)
      const revived = await service.heartbeat('two', 'a', { 'if-match': String(headers['etag']) })
      expect([revived.status, revived.headers['etag']]).toEqual([200, headers['etag']])
      await pause(LEASE_MS + 50)
      const again = await service.start('two', { streamId: 'a' })
      expect([again.status, again.headers['etag']]).toEqual([200, headers['etag']])
    })

    it('is denied its return where another took its place, and gets a new ETag once there is room', async () => {
      const { headers } = await service.start('three', { streamId: 'a' })
      await pause(LEASE_MS + 50)
      await service.start('three', { streamId: 'b' })
      expect((await service.heartbeat('three', 'a')).status).toBe(409)
      await service.stop('three', 'b')
      const anew = await service.heartbeat('three', 'a')
      expect(anew.status).toBe(201)
      expect(anew.headers['etag']).not.toBe(headers['etag'])
    })

    it('stays alive as long as heartbeats come', async () => {
      await service.start('four', { streamId: 'a' })
      for (let beat = 0; beat < 4; beat += 1) {
        await pause(LEASE_MS / 2)
        expect((await service.heartbeat('four', 'a')).status).toBe(200)
      }
      expect((await service.start('four', { streamId: 'b' })).status).toBe(409)
    })
  })

  it('a stream held without a lease is there until it is stopped', async () => {
    const policy = parsePolicy({ leaseSeconds: null })
    const service = await Conversation.with(maker, { policy: { policy } })
    const { body } = await service.start('held', { streamId: 'a' })
    expect(body).toMatchObject({ expiresAt: null, heartbeatSeconds: null })
    expect((await service.heartbeat('held', 'a')).body['expiresAt']).toBeNull()
    await service.close()
  })
}
