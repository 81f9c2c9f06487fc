/** CMCD event reports as heartbeats and stops. */
import { setTimeout as pause } from 'node:timers/promises'
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation } from './conversation.ts'
import { decisionsCounted } from './counted.ts'
import type { TargetMaker } from './target.ts'

/**
 * States of a player in which its stream goes on: playing, seeking, rebuffering, paused, waiting,
 * starting, preloading.
 */
const ALIVE = ['p', 'k', 'r', 'a', 'w', 's', 'd']

export function describeReporting(maker: TargetMaker): void {
  describe('a CMCD event report', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker)
    })
    afterAll(() => service.close())

    const report = (user: string, lines: string | Uint8Array, type?: string) =>
      service.report(user, lines, type)
    /** Starts streams, and waits until a renewal can be told from the start. */
    const startAll = async (user: string, ...streamIds: string[]) => {
      for (const streamId of streamIds) await service.start(user, { streamId })
      await service.start(`clock-of-${user}`, { streamId: 'tick' })
      const startedAtMs = Math.max(...Object.values(await service.lastSeen(user)))
      while (Date.now() <= startedAtMs) await service.list(user)
      return startedAtMs
    }

    it('keeps a stream alive in every state in which it goes on', async () => {
      for (const state of ALIVE) {
        const startedAtMs = await startAll(`alive-${state}`, 'a')
        const reply = await report(`alive-${state}`, `e=ps,sid="a",sta=${state},ts=1790000000000,v=2`)
        expect([reply.status, reply.text]).toEqual([204, ''])
        expect((await service.lastSeen(`alive-${state}`))['a']).toBeGreaterThan(startedAtMs)
      }
    })

    it('keeps a stream alive by its interval alone, under any type a player or a beacon sends', async () => {
      for (const [index, type] of [
        'application/cmcd',
        'Application/CMCD; charset=utf-8',
        'text/plain;charset=UTF-8',
        'text/cmcd',
        '',
      ].entries()) {
        const startedAtMs = await startAll(`type-${index}`, 'a')
        expect((await report(`type-${index}`, 'e=t,sid="a",v=2\n', type)).status, type).toBe(204)
        expect((await service.lastSeen(`type-${index}`))['a'], type).toBeGreaterThan(startedAtMs)
      }
    })

    it('stops a stream that has ended, or that the viewer quit', async () => {
      for (const state of ['e', 'q']) {
        await service.start(`over-${state}`, { streamId: 'a', deviceId: 'tv' })
        expect((await report(`over-${state}`, `e=ps,sid="a@tv",sta=${state}`)).status).toBe(204)
        expect((await report(`over-${state}`, `e=t,sid="a@tv",sta=${state}`)).status).toBe(204)
        expect(await service.running(`over-${state}`)).toEqual([])
      }
    })

    it('neither stops a stream after an error, from which a player may recover, nor keeps it alive', async () => {
      const startedAtMs = await startAll('error', 'a')
      expect((await report('error', 'e=ps,sid="a",sta=f\ne=e,sid="a",sta=f,ec=("x")')).status).toBe(204)
      expect(await service.lastSeen('error')).toEqual({ a: startedAtMs })
      expect((await report('error', 'e=e,sid="a",sta=p,ec=("x")')).status).toBe(204)
      expect((await service.lastSeen('error'))['a']).toBeGreaterThan(startedAtMs)
    })

    it('goes by the newest event of a stream, by time and then by line', async () => {
      await startAll('order', 'a', 'b', 'c')
      const lines = [
        'e=ps,sid="a",sta=e,ts=2000',
        'e=ps,sid="a",sta=p,ts=1000',
        'e=ps,sid="b",sta=e,ts=3000',
        'e=ps,sid="b",sta=p,ts=3000',
        'e=ps,sid="c",sta=p',
        'e=ps,sid="c",sta=e',
      ]
      expect((await report('order', lines.join('\r\n'))).status).toBe(204)
      expect(await service.running('order')).toEqual(['b'])
    })

    it('of a stream that is not held is judged like a heartbeat: 204 if there is room, else 409', async () => {
      expect((await report('slept', 'e=t,sid="a",sta=p')).status).toBe(204)
      expect(await service.running('slept')).toEqual(['a'])
      for (const streamId of ['b', 'c']) await service.start('slept', { streamId })
      const { status, body } = await report('slept', 'e=t,sid="d",sta=p')
      expect([status, body['type']]).toEqual([409, '/problems/stream-limit-reached'])
      expect(await service.running('slept')).toEqual(['a', 'b', 'c'])
    })

    it('of a stream that was stopped is answered so, and takes no slot', async () => {
      await service.start('stopped', { streamId: 'a' })
      await service.stop('stopped', 'a')
      const { status, body } = await report('stopped', `e=t,sid="a",sta=p,ts=${Date.now()}`)
      expect([status, body['type']]).toEqual([410, '/problems/stream-ended'])
      expect(await service.running('stopped')).toEqual([])
    })

    it('after the end of its film holds a slot again, or is refused', async () => {
      await service.start('rewound', { streamId: 'a' })
      expect((await report('rewound', 'e=ps,sid="a",sta=e,ts=5000')).status).toBe(204)
      expect((await report('rewound', 'e=t,sid="a",sta=p,ts=4000')).status).toBe(204)
      expect(await service.running('rewound')).toEqual([])
      expect((await report('rewound', 'e=ps,sid="a",sta=p,ts=6000')).status).toBe(204)
      expect(await service.running('rewound')).toEqual(['a'])
      expect((await report('rewound', 'e=ps,sid="a",sta=e,ts=7000')).status).toBe(204)
      for (const streamId of ['b', 'c', 'd']) await service.start('rewound', { streamId })
      expect((await report('rewound', 'e=ps,sid="a",sta=p,ts=8000')).status).toBe(409)
    })

    it('of an end from before the last renewal does nothing', async () => {
      await service.start('early', { streamId: 'a' })
      expect((await report('early', 'e=ps,sid="a",sta=p,ts=2000')).status).toBe(204)
      expect((await report('early', 'e=ps,sid="a",sta=e,ts=1999')).status).toBe(204)
      const minuteAgo = Date.now() - 60_000
      await service.heartbeat('early', 'a')
      expect((await report('early', `e=ps,sid="a",sta=q,ts=${minuteAgo}`)).status).toBe(204)
      expect(await service.running('early')).toEqual(['a'])
    })

    it('of an evicted stream is answered by who took its slot, so that the player stops reporting', async () => {
      await service.start('evicted', { streamId: 'old' })
      await service.start('evicted', { streamId: 'new', replaces: 'old', label: 'Kitchen' })
      const reply = await report('evicted', 'e=t,sid="old",sta=p')
      expect([reply.status, reply.body['type']]).toEqual([410, '/problems/stream-evicted'])
      expect(reply.body['by']).toMatchObject({ id: 'new', label: 'Kitchen' })
      expect((await report('evicted', 'e=ps,sid="old",sta=e')).status).toBe(204)
      expect(await service.running('evicted')).toEqual(['new'])
    })

    it('of a stream that has finished is answered so', async () => {
      for (const streamId of ['match', 'film']) await service.start('finished', { streamId })
      expect((await service.send({ method: 'POST', path: '/streams/match/finish' })).status).toBe(204)
      const reply = await report('finished', 'e=t,sid="match",sta=p')
      expect([reply.status, reply.body['type']]).toEqual([410, '/problems/stream-finished'])
      expect((await report('finished', 'e=ps,sid="match",sta=e')).status).toBe(204)
      expect(await service.running('finished')).toEqual(['film'])
    })

    it('of a stream whose grace is over is answered by who stands in its way', async () => {
      const graceStreams = { streams: 1, seconds: 1 }
      const policy = parsePolicy({ plans: { solo: { limits: [{ max: 1 }], graceStreams } } })
      const graceful = await Conversation.with(maker, { policy: { policy } })
      for (const streamId of ['a', 'b']) await graceful.start('grace', { streamId })
      const send = () =>
        graceful.send({ method: 'POST', path: '/users/grace/cmcd', body: 'e=t,sid="b",sta=p' })
      expect((await send()).status).toBe(204)
      await pause(1050)
      const reply = await send()
      expect([reply.status, reply.body['type']]).toEqual([409, '/problems/stream-limit-reached'])
      await graceful.close()
    })

    it('is a decision for each of its streams', async () => {
      for (const streamId of ['a', 'b']) await service.start('several', { streamId })
      const before = await decisionsCounted(service)
      const lines = ['e=t,sid="a",sta=p', 'e=ps,sid="b",sta=e', 'e=t,sid="c"', 'e=t,sid="d",sta=f']
      expect((await report('several', lines.join('\n'))).status).toBe(204)
      const after = await decisionsCounted(service)
      const added = Object.entries(after).map(([labels, count]) => [labels, count - (before[labels] ?? 0)])
      expect(Object.fromEntries(added.filter(([, count]) => count !== 0))).toEqual({
        'verb="heartbeat",outcome="renewed"': 1,
        'verb="heartbeat",outcome="admitted"': 1,
        'verb="stop",outcome="stopped"': 1,
      })
    })

    it('counts by its good lines', async () => {
      const startedAtMs = await startAll('mixed', 'a')
      const lines = ['e=t,sid="a"', 'nonsense', 'e=t,sid=', 'e=t,sid="@"', '', 'sid="b"']
      expect((await report('mixed', Buffer.from(`${lines.join('\n')}\n\u00ff`, 'latin1'))).status).toBe(204)
      expect((await service.lastSeen('mixed'))['a']).toBeGreaterThan(startedAtMs)
    })

    it('without one good line is refused, naming each', async () => {
      const lines = [
        'nonsense here',
        '',
        'sid=a',
        'e=t',
        'e=t,sid="a"x',
        'e="",sid=""',
        'e=t,sid=5',
        'sid="x",e=1',
      ]
      const latin1 = Buffer.from(`${lines.join('\n')}\nsid="\u00ff"`, 'latin1')
      const { status, body } = await report('bad', latin1)
      expect(status).toBe(400)
      expect(body['errors']).toEqual([
        { pointer: '/lines/0', detail: 'must be a structured dictionary (RFC 9651)' },
        { pointer: '/lines/2', detail: 'must have a token "e", the kind of event' },
        { pointer: '/lines/3', detail: 'must have a string "sid", the id of the lease' },
        { pointer: '/lines/4', detail: 'must be a structured dictionary (RFC 9651)' },
        { pointer: '/lines/5', detail: '"sid" must be 1 to 128 bytes, got 0' },
        { pointer: '/lines/6', detail: 'must have a string "sid", the id of the lease' },
        { pointer: '/lines/7', detail: 'must have a token "e", the kind of event' },
        { pointer: '/lines/8', detail: 'must be UTF-8' },
      ])
    })

    it('that is empty, too long, of another kind, or of too many streams is refused', async () => {
      expect((await report('bad', '')).body['errors']).toEqual([
        { pointer: '', detail: 'must have one line for each event, got none' },
      ])
      expect((await report('bad', '\n \r\n')).status).toBe(400)
      const line = `e=t,sid="a",url="https://cdn.example.com/${'x'.repeat(4000)}"\n`
      expect((await report('long', line.repeat(15))).status).toBe(204)
      expect((await report('bad', 'e=t,sid="a"\n'.repeat(5462))).status).toBe(413)
      expect((await report('bad', '{"sid":"a"}', 'application/json')).status).toBe(415)
      expect((await report('bad', 'e=t,sid="a"', 'application/cmcd; charset=utf-16')).status).toBe(415)
      const many = Array.from({ length: 17 }, (_none, index) => `e=t,sid="${index}"`)
      expect((await report('bad', many.join('\n'))).status).toBe(400)
      expect((await report('bad', many.slice(1).join('\n'))).status).toBe(409)
      const faulty = await report('%00', 'nonsense')
      expect((faulty.body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
        '/userId',
        '/lines/0',
      ])
    })
  })
}
