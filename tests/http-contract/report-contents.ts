/** Whose end a CMCD report tells: the film's, or an advert's under the same id. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation } from './conversation.ts'
import type { TargetMaker } from './target.ts'

export function describeReportContents(maker: TargetMaker): void {
  describe('a CMCD report that something has ended', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker)
    })
    afterAll(() => service.close())

    it('of an advert under the film’s id never ends the film', async () => {
      for (const [user, film] of Object.entries({ 'ad-1': {}, 'ad-2': { contentId: 'film' } })) {
        await service.start(user, { streamId: 's', ...film })
        expect((await service.report(user, 'e=t,sid="s",cid="film",sta=p')).status).toBe(204)
        expect((await service.report(user, 'e=ps,sid="s",cid="ad-7",sta=e')).status).toBe(204)
        expect(await service.running(user)).toEqual(['s'])
        expect((await service.report(user, 'e=ps,sid="s",cid="film",sta=e')).status).toBe(204)
        expect(await service.running(user)).toEqual([])
      }
    })

    it.each([
      ['by an end that is the first to name it', [], []],
      ['by an end after a report without it', [], ['sta=p']],
      ['by a heartbeat', [{ method: 'PUT', path: '/users/told/streams/s' }], []],
      ['by a repeated start', [{ method: 'POST', path: '/users/told/streams' }], []],
    ])('ends a stream whose content is told only %s', async (_how, calls, reports) => {
      await service.start('told', { streamId: 's' })
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ streamId: 's', contentId: 'film' })
      for (const call of calls) expect((await service.send({ ...call, headers, body })).status).toBe(200)
      for (const keys of reports)
        expect((await service.report('told', `e=ps,sid="s",${keys}`)).status).toBe(204)
      if (calls.length > 0) {
        expect((await service.report('told', 'e=ps,sid="s",cid="ad-7",sta=e')).status).toBe(204)
        expect(await service.running('told')).toEqual(['s'])
      }
      expect((await service.report('told', 'e=ps,sid="s",cid="film",sta=e')).status).toBe(204)
      expect(await service.running('told')).toEqual([])
    })

    it('of an advert’s end leaves a stream of unknown content if the same request says what goes on', async () => {
      await service.start('ad-3', { streamId: 's' })
      const lines = ['cid="film",sta=p,ts=1', 'cid="ad",sta=e,ts=2', 'cid="film",sta=p,ts=3']
      const all = lines.map((line) => `e=ps,sid="s",${line}`).join('\n')
      expect((await service.report('ad-3', all)).status).toBe(204)
      expect(await service.running('ad-3')).toEqual(['s'])
      expect((await service.report('ad-3', 'e=ps,sid="s",cid="film",sta=e,ts=4')).status).toBe(204)
      expect(await service.running('ad-3')).toEqual([])
    })

    it('takes a pre-roll for the film if the start named no content', async () => {
      await service.start('pre-roll', { streamId: 's' })
      const report = (keys: string) => service.report('pre-roll', `e=ps,sid="s",${keys}`)
      expect((await report('cid="ad",sta=p')).status).toBe(204)
      expect((await report('cid="ad",sta=e')).status).toBe(204)
      expect(await service.running('pre-roll')).toEqual([])
      expect((await report('cid="film",sta=p')).status).toBe(204)
      expect((await report('cid="film",sta=e')).status).toBe(204)
      expect(await service.running('pre-roll')).toEqual(['s'])
    })
  })
}
