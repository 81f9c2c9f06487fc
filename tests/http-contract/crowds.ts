/** Users with many streams: refusals stay small, and a look comes in pages. */
import { setTimeout as pause } from 'node:timers/promises'
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, idsIn, type Reply } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const THOUSAND = 1000
const REFUSAL_BYTES_MAX = 4096
const LONG_VALUES = Array.from({ length: 100 }, (_, index) => `${index}"`.padEnd(128, 'v'))

const POLICY = parsePolicy({
  defaultPlan: 'crowd',
  plans: {
    crowd: { limits: [{ max: THOUSAND }], ignore: [{ contentId: 'trailer' }] },
    thirty: { limits: [{ max: 30 }] },
    wordy: {
      limits: [
        { max: 2, deviceType: LONG_VALUES, where: { contentId: [...LONG_VALUES, 'film'].slice(1) } },
        { max: 2, where: { contentId: ['film', ...LONG_VALUES.slice(1)] } },
        { max: 30 },
      ],
      sameDeviceReplaces: false,
    },
  },
})

/**
 * What every member of a stream holds at its longest, once as wide characters and once as
 * characters that JSON escapes.
 */
const longest = (wide: boolean, index: number): Readonly<Record<string, string>> => {
  const text = (bytes: number) => `${index}`.padStart(3, '0').padEnd(bytes, wide ? 'x' : '"')
  return {
    streamId: text(128),
    deviceId: text(128),
    deviceType: text(64),
    label: wide ? '📺'.repeat(64) : '"'.repeat(64),
    contentId: wide ? 'ä'.repeat(64) : text(128),
  }
}

export function describeCrowds(maker: TargetMaker): void {
  describe('a user with many streams', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker, { policy: { policy: POLICY } })
      for (let index = 0; index < THOUSAND; index += 1)
        await service.start('crowd', { streamId: `s${index}` })
    }, 60_000)
    afterAll(() => service.close())
    const look = (user: string, query: string) =>
      service.send({ method: 'GET', path: `/users/${user}/streams${query}` })

    it('is refused by the oldest twenty, and the number of the others, in 4 kB', async () => {
      const denied = await service.start('crowd', { streamId: 'one-more' })
      expect([denied.status, bytesOf(denied)]).toEqual([409, expect.any(Number)])
      expect(bytesOf(denied)).toBeLessThanOrEqual(REFUSAL_BYTES_MAX)
      expect(idsIn(denied)).toEqual(Array.from({ length: 20 }, (_, index) => `s${index}`))
      expect(denied.body).toMatchObject({ limit: THOUSAND, active: THOUSAND, more: THOUSAND - 20 })
      expect(denied.headers['ratelimit']).toBe('"streams";r=0')
    })

    it('is refused by the one whose end makes room too, oldest first', async () => {
      const ids = Array.from({ length: 30 }, (_, index) => `s${index}`)
      for (const streamId of ids) await service.start('thirty', { streamId, plan: 'thirty' })
      // Instants are in milliseconds.
      await pause(2)
      for (const id of ids.filter((one) => one !== 's27')) await service.heartbeat('thirty', id)
      const denied = await service.start('thirty', { streamId: 'x', plan: 'thirty' })
      expect(denied.body).toMatchObject({ makesRoom: ['s27'], more: 10 })
      expect(idsIn(denied)).toEqual([...ids.slice(0, 19), 's27'])
    })

    it.each([
      ['wide', true],
      ['escaped', false],
    ])('with the longest ids and labels, %s, is refused by as many as fit 4 kB', async (name, wide) => {
      for (let index = 0; index < 30; index += 1) {
        await service.start(`long-${name}`, { ...longest(wide, index), plan: 'thirty' })
      }
      const denied = await service.start(`long-${name}`, { streamId: 'x', plan: 'thirty' })
      expect(denied.status).toBe(409)
      expect(bytesOf(denied)).toBeLessThanOrEqual(REFUSAL_BYTES_MAX)
      const named = idsIn(denied)
      expect(named.length).toBeGreaterThanOrEqual(wide ? 3 : 1)
      expect(named).toEqual((await service.running(`long-${name}`)).slice(0, named.length))
      expect(denied.body['more']).toBe(30 - named.length)
    })

    it('is refused in 4 kB where the rule alone is longer', async () => {
      const stream = { ...longest(false, 1), plan: 'wordy', contentId: 'film' }
      const user = '"'.repeat(256)
      for (const streamId of ['a', 'b']) await service.start(user, { ...stream, streamId })
      const denied = await service.start(user, { ...stream, streamId: 'c' })
      expect([denied.status, idsIn(denied).length]).toEqual([409, 2])
      expect(bytesOf(denied)).toBeLessThanOrEqual(REFUSAL_BYTES_MAX)
      const rule = denied.body['rule'] as { max: number; where: { contentId: string[] }; more: number }
      expect([rule.max, rule.where.contentId[0]]).toEqual([2, 'film'])
      expect(rule.more).toBe(100 - rule.where.contentId.length)
      expect(denied.body['detail']).toContain(`with contentId film or `)
      expect(denied.body['detail']).toContain(` or ${rule.more} others.`)
    })

    it('is refused by all holders where they are twenty or fewer and fit', async () => {
      for (let index = 0; index < 3; index += 1) await service.start('few', { streamId: `s${index}` })
      const { body } = await look('few', '')
      expect(body).not.toHaveProperty('more')
    })

    it('is shown a hundred at a time, oldest first, and from any stream on', async () => {
      const first = await look('crowd', '')
      expect(first.body).toMatchObject({ active: THOUSAND, limit: THOUSAND, more: 900 })
      expect(idsIn(first)).toHaveLength(100)
      const small = await look('crowd', '?limit=2')
      expect([idsIn(small), small.body['more']]).toEqual([['s0', 's1'], 998])
      const next = await look('crowd', '?limit=2&after=s1')
      expect([idsIn(next), next.body['more'], next.body['active']]).toEqual([['s2', 's3'], 996, THOUSAND])
      const last = await look('crowd', '?limit=100&after=s997')
      expect(idsIn(last)).toEqual(['s998', 's999'])
      expect(last.body).not.toHaveProperty('more')
      expect(last.headers['link']).toBeUndefined()
    })

    it('is shown completely to a caller who follows the links', async () => {
      const seen: string[] = []
      let query: string | undefined = '?limit=99'
      while (query !== undefined) {
        const page: Reply = await look('crowd', query)
        seen.push(...idsIn(page))
        query = /^<(\?[^>]*)>; rel="next"$/.exec(page.headers['link'] ?? '')?.[1]
      }
      expect(seen).toEqual(Array.from({ length: THOUSAND }, (_, index) => `s${index}`))
    })

    it('is shown in pages whose ids need encoding, and the streams that do not count with the first page alone', async () => {
      for (const [index, streamId] of ['a&b=c', '+ä%', 'z'].entries())
        await service.start('odd', { streamId, deviceId: `tv #${index}` })
      await service.start('odd', { streamId: 't', contentId: 'trailer' })
      const first = await look('odd', '?limit=1')
      expect(first.body).toMatchObject({ active: 3, more: 2, ignored: [{ id: 't' }] })
      const second = await look('odd', `?limit=1&after=${encodeURIComponent('a&b=c@tv #0')}`)
      expect(idsIn(second)).toEqual(['+ä%@tv #1'])
      expect(second.body).not.toHaveProperty('ignored')
      const third = await look('odd', /^<([^>]*)>/.exec(second.headers['link'] ?? '')?.[1] ?? '')
      expect(idsIn(third)).toEqual(['z@tv #2'])
    })

    it('is shown to its end though the last stream of each page stops before the next', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e']
      for (const streamId of ids) await service.start('fading', { streamId })
      const seen: string[] = []
      let query: string | undefined = '?limit=2'
      while (query !== undefined) {
        const page: Reply = await look('fading', query)
        const shown = idsIn(page)
        seen.push(...shown)
        await service.stop('fading', shown.at(-1) ?? '')
        query = /^<(\?[^>]*)>; rel="next"$/.exec(page.headers['link'] ?? '')?.[1]
      }
      expect([...new Set(seen)]).toEqual(ids)
      expect(idsIn(await look('fading', '?after=b'))).toEqual(await service.running('fading'))
    })

    it.each([
      ['?limit=0', '/limit', 'must be a whole number from 1 to 100, got "0"'],
      ['?limit=101', '/limit', 'must be a whole number from 1 to 100, got "101"'],
      ['?limit=ten', '/limit', 'must be a whole number from 1 to 100, got "ten"'],
      ['?limit=', '/limit', 'must be a whole number from 1 to 100, got ""'],
      ['?limit=1&limit=2', '/limit', 'must stand there once, got 2'],
      ['?after=', '/after', 'must be 1 to 128 bytes, got 0'],
      ['?after=@tv', '/after', 'must be 1 to 128 bytes, got 0'],
      ['?startedAt=noon', '/startedAt', 'must be the startedAt of a stream, got "noon"'],
    ])('is shown no page by %s', async (query, pointer, detail) => {
      const { status, body } = await look('few', query)
      expect([status, body['errors']]).toEqual([400, [{ pointer, detail }]])
    })

    it('is shown as before where a query says nothing that is known', async () => {
      expect(idsIn(await look('few', '?x=1'))).toEqual(['s0', 's1', 's2'])
    })
  })
}

function bytesOf({ text }: Reply): number {
  return Buffer.byteLength(text)
}
