/** The contract as pages of other origins see it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Conversation, type Reply } from './conversation.ts'
import type { TargetMaker } from './target.ts'

const PAGE = 'https://app.example'
const STRANGER = 'https://evil.example'

export function describeCrossOrigin(maker: TargetMaker): void {
  describe('pages of other origins', () => {
    let closed: Conversation
    let named: Conversation
    let open: Conversation
    beforeAll(async () => {
      closed = await Conversation.with(maker)
      named = await Conversation.with(maker, { corsOrigins: [PAGE, 'capacitor://localhost'] })
      open = await Conversation.with(maker, { corsOrigins: '*' })
    })
    afterAll(() => Promise.all([closed, named, open].map((service) => service.close())))

    it('may ask once in two hours what they may do, and hear the methods of the path', async () => {
      const { status, headers, text } = await preflight(named, PAGE, 'PUT /users/u/streams/a')
      expect([status, text]).toEqual([204, ''])
      expect(headers).toMatchObject({
        'access-control-allow-origin': PAGE,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT, DELETE',
        'access-control-allow-headers':
          'authorization, content-type, if-match, traceparent, tracestate, baggage, x-request-id',
        'access-control-max-age': '7200',
        vary: 'Origin',
      })
    })

    it('may send the headers that are set, and no others', async () => {
      const service = await Conversation.with(maker, {
        corsOrigins: [PAGE],
        corsHeaders: ['content-type', 'x-player-version'],
      })
      const { headers } = await preflight(service, PAGE, 'POST /users/u/streams')
      expect(headers['access-control-allow-headers']).toBe('content-type, x-player-version')
      await service.close()
      const none = await Conversation.with(maker, { corsOrigins: [PAGE], corsHeaders: [] })
      const bare = await preflight(none, PAGE, 'POST /users/u/streams')
      expect(bare.headers).not.toHaveProperty('access-control-allow-headers')
      await none.close()
    })

    it('may read every answer, refusals too, and its headers', async () => {
      const started = await start(named, PAGE, '{"streamId":"a"}')
      const refused = await start(named, PAGE, '{}')
      const lost = await named.send({ method: 'GET', path: '/nothing', headers: { origin: PAGE } })
      expect([started.status, refused.status, lost.status]).toEqual([201, 400, 404])
      for (const { headers } of [started, refused, lost]) {
        expect(headers).toMatchObject({
          'access-control-allow-origin': PAGE,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers':
            'etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id',
          vary: 'Origin',
        })
      }
    })

    it('get no leave where they are not named', async () => {
      const asked = await preflight(named, STRANGER, 'POST /users/u/streams')
      const started = await start(named, STRANGER, '{"streamId":"b"}')
      expect([asked.status, started.status]).toEqual([204, 201])
      for (const reply of [asked, started]) {
        expect(leaveIn(reply)).toEqual([])
        expect(reply.headers['vary']).toBe('Origin')
      }
    })

    it('get no leave at all by default', async () => {
      const asked = await preflight(closed, PAGE, 'POST /users/u/streams')
      expect(asked.status).toBe(405)
      const started = await start(closed, PAGE, '{"streamId":"a"}')
      for (const reply of [asked, started]) expect(leaveIn(reply)).toEqual([])
    })

    it('may all call where any may, but without credentials', async () => {
      const asked = await preflight(open, STRANGER, 'DELETE /users/u')
      const started = await start(open, STRANGER, '{"streamId":"a"}')
      expect([asked.status, started.status]).toEqual([204, 201])
      for (const { headers } of [asked, started]) {
        expect(headers['access-control-allow-origin']).toBe('*')
        expect(headers['access-control-allow-credentials']).toBeUndefined()
      }
    })

    it('OPTIONS is a method like any other where it is no preflight, and where nothing is', async () => {
      const bare = await named.send({ method: 'OPTIONS', path: '/livez', headers: { origin: PAGE } })
      expect([bare.status, bare.headers['allow']]).toEqual([405, 'GET, HEAD'])
      expect((await preflight(named, PAGE, 'GET /nothing')).status).toBe(404)
    })
  })
}

/** Asks for leave to make a request, which is given as `METHOD path`. */
function preflight(service: Conversation, origin: string, wanted: string): Promise<Reply> {
  const [method = '', path = ''] = wanted.split(' ')
  const headers = { origin, 'access-control-request-method': method }
  return service.send({ method: 'OPTIONS', path, headers })
}

function start(service: Conversation, origin: string, body: string): Promise<Reply> {
  const headers = { origin, 'content-type': 'application/json' }
  return service.send({ method: 'POST', path: '/users/u/streams', headers, body })
}

function leaveIn({ headers }: Reply): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'))
}
