/** CMCD requests about several streams: all events take effect, and no refusal is hidden. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Conversation } from './conversation.ts'
import type { TargetMaker } from './target.ts'

export function describeReportBatches(maker: TargetMaker): void {
  describe('a CMCD request about several streams', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker)
    })
    afterAll(() => service.close())

    /** How the request is answered, and whether it renewed this stream. */
    const renewing = async (user: string, id: string, lines: string) => {
      const before = (await service.lastSeen(user))[id] ?? Infinity
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(before))
      const { status, body } = await service.report(user, lines)
      return { status, body, isRenewed: ((await service.lastSeen(user))[id] ?? 0) > before }
    }

    it('is answered by an eviction, and still renews the other stream', async () => {
      await service.start('evicted', { streamId: 'old' })
      await service.start('evicted', { streamId: 'new', replaces: 'old' })
      const answer = await renewing('evicted', 'new', playing('new', 'old'))
      expect(answer).toMatchObject({ status: 410, body: { by: { id: 'new' } }, isRenewed: true })
    })

    it('is answered by the end of one, and still renews the other', async () => {
      for (const streamId of ['match-2', 'film']) await service.start('finished', { streamId })
      await service.send({ method: 'POST', path: '/streams/match-2/finish' })
      const answer = await renewing('finished', 'film', playing('match-2', 'film'))
      expect(answer).toMatchObject({ status: 410, isRenewed: true })
    })

    it('is answered by the first 410, or else by the first 409', async () => {
      for (const streamId of ['x', 'y', 'z']) await service.start('batch', { streamId })
      for (const id of ['x', 'y']) {
        const path = `/users/batch/streams/${id}?by=operator&reason=${id}`
        expect((await service.send({ method: 'DELETE', path })).status).toBe(204)
      }
      for (const streamId of ['a', 'b']) await service.start('batch', { streamId })
      const report = (lines: string) => service.report('batch', lines)
      expect((await report(playing('z', 'a', 'b'))).status).toBe(204)
      expect((await report(playing('z', 'v', 'w'))).status).toBe(409)
      const told = await report(playing('z', 'v', 'y', 'x'))
      expect([told.status, told.body['reason']]).toEqual([410, 'y'])
      expect((await report(`${playing('x')}\ne=ps,sid="z",sta=e`)).status).toBe(410)
      expect(await service.running('batch')).toEqual(['a', 'b'])
    })

    it.each(['', '\n'])(
      'of more than 1000 lines is refused, though the last one ends with "%s"',
      async (end) => {
        const lines = (count: number) => Array.from({ length: count }, () => playing('a')).join('\n') + end
        expect((await service.report('lines', lines(1000))).status).toBe(204)
        const { status, body } = await service.report('lines', lines(1001))
        const errors = [{ pointer: '', detail: 'must have at most 1000 lines, got 1001' }]
        expect([status, body['errors']]).toEqual([400, errors])
      },
    )
  })
}

/** One event of each stream, which plays. */
function playing(...ids: readonly string[]): string {
  return ids.map((id) => `e=t,sid="${id}",sta=p`).join('\n')
}
