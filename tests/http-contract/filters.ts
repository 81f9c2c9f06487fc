import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const POLICY = parsePolicy({
  plans: { standard: { limits: [{ max: 3 }, { max: 1, deviceType: { not: ['tv', 'console'] } }] } },
})

export function describeFilters(maker: TargetMaker): void {
  describe('a limit on what a device is not', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, { policy: { policy: POLICY } })
    })
    afterAll(() => service.close())

    it('is told as the file has it, and in words', async () => {
      await service.start('123', { streamId: 'a', deviceType: 'web' })
      expect((await service.start('123', { streamId: 'b', deviceType: 'tv' })).status).toBe(201)
      const denied = await service.start('123', { streamId: 'c', deviceType: 'phone' })
      expect(denied.status).toBe(409)
      expect(denied.body).toMatchObject({
        rule: { max: 1, deviceType: { not: ['tv', 'console'] } },
        detail: '123 is watching 1 of 1 streams with deviceType other than tv or console.',
        streams: [{ id: 'a' }],
      })
    })
  })
}
