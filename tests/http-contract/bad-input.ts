/** Everything that callers get wrong: a clear 4xx problem, and nothing changed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badMembers, type BadRequest } from './bad-members.ts'
import { Conversation, type Reply } from './conversation.ts'
import type { TargetMaker, TargetRequest } from './target.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const post = (
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): TargetRequest => ({
  method: 'POST',
  path: '/users/bad/streams',
  headers,
  body,
})
const start = (members: object): TargetRequest => post(JSON.stringify({ streamId: 's', ...members }))
const on = (method: string, path: string): TargetRequest => ({ method, path })
const times = (text: string, count: number) => text.repeat(count)

const BAD: Readonly<Record<string, BadRequest>> = {
  ...badMembers(start),
  'no body': [post(''), 400, ['']],
  'not JSON': [post('{"streamId":'), 400, ['']],
  'JSON and more': [post('{"streamId":"a"} x'), 400, ['']],
  'single quotes': [post("{'streamId':'a'}"), 400, ['']],
  'a list': [post('["a"]'), 400, ['']],
  null: [post('null'), 400, ['']],
  'a text': [post('"a"'), 400, ['']],
  'a number': [post('1'), 400, ['']],
  'a body that is not UTF-8': [post(Uint8Array.of(0x7b, 0xff, 0x7d)), 400, ['']],
  'no streamId': [post('{}'), 400, ['/streamId']],
  'a null streamId': [start({ streamId: null }), 400, ['/streamId']],
  'a number as streamId': [start({ streamId: 5 }), 400, ['/streamId']],
  'an object as streamId': [start({ streamId: {} }), 400, ['/streamId']],
  'an empty streamId': [start({ streamId: '' }), 400, ['/streamId']],
  'a blank streamId': [start({ streamId: '  ' }), 400, ['/streamId']],
  'a streamId with a blank before it': [start({ streamId: ' a' }), 400, ['/streamId']],
  'a streamId with a no-break blank after it': [start({ streamId: 'a\u00a0' }), 400, ['/streamId']],
  'a streamId with @': [start({ streamId: 'a@b' }), 400, ['/streamId']],
  'a streamId with a line break': [start({ streamId: 'a\nb' }), 400, ['/streamId']],
  'a streamId with NUL': [start({ streamId: 'a\u0000b' }), 400, ['/streamId']],
  'a streamId with a C1 control': [start({ streamId: 'a\u0085b' }), 400, ['/streamId']],
  'a streamId of 129 bytes': [start({ streamId: times('a', 129) }), 400, ['/streamId']],
  'a streamId of 65 characters and 130 bytes': [start({ streamId: times('ä', 65) }), 400, ['/streamId']],
  'a streamId with half a character': [post('{"streamId":"a\\ud83d"}'), 400, ['/streamId']],
  'an empty deviceId': [start({ deviceId: '' }), 400, ['/deviceId']],
  'a deviceId of 129 bytes': [start({ deviceId: times('d', 129) }), 400, ['/deviceId']],
  'a deviceType that is a list': [start({ deviceType: ['tv'] }), 400, ['/deviceType']],
  'an empty contentId': [start({ contentId: '' }), 400, ['/contentId']],
  'a label of 65 characters': [start({ label: times('📺', 65) }), 400, ['/label']],
  'a label with an escape': [start({ label: '\u001b[31mred' }), 400, ['/label']],
  'a label that is true': [start({ label: true }), 400, ['/label']],
  'an unknown plan': [start({ plan: 'gold' }), 400, ['/plan']],
  'a plan from the prototype': [start({ plan: 'constructor' }), 400, ['/plan']],
  'a replaces that is no id': [start({ replaces: '@tv' }), 400, ['/replaces']],
  'a replaces that is a number': [start({ replaces: 7 }), 400, ['/replaces']],
  'several faults at once': [
    { ...start({ streamId: '', deviceId: 7, plan: 'gold' }), path: '/users/%00/streams' },
    400,
    ['/userId', '/streamId', '/deviceId', '/plan'],
  ],
  'an empty userId': [{ ...start({}), path: '/users//streams' }, 400, ['/userId']],
  'a userId of 257 bytes': [{ ...start({}), path: `/users/${times('u', 257)}/streams` }, 400, ['/userId']],
  'a userId with a control character': [{ ...start({}), path: '/users/a%0Ab/streams' }, 400, ['/userId']],
  'a userId cut in its encoding': [{ ...start({}), path: '/users/a%4/streams' }, 400, ['/userId']],
  'a userId that is not UTF-8': [{ ...start({}), path: '/users/%ff%fe/streams' }, 400, ['/userId']],
  'an overlong encoding in a userId': [{ ...start({}), path: '/users/%c0%af/streams' }, 400, ['/userId']],
  'a stop by beacon of an empty id': [on('POST', '/users/bad/streams//stop'), 400, ['/id']],
  'a stop of an id with nothing before @': [on('DELETE', '/users/bad/streams/%40tv'), 400, ['/id']],
  'a stop of an id with nothing after @': [on('DELETE', '/users/bad/streams/a%40'), 400, ['/id']],
  'a heartbeat of an id of 129 bytes': [on('PUT', `/users/bad/streams/${times('a', 129)}`), 400, ['/id']],
  'a heartbeat with an If-Match that is no tag': [
    { ...on('PUT', '/users/bad/streams/a'), headers: { 'if-match': 'abc' } },
    400,
    ['/If-Match'],
  ],
  'a heartbeat with several tags': [
    { ...on('PUT', '/users/bad/streams/a'), headers: { 'if-match': '"a", "b"' } },
    400,
    ['/If-Match'],
  ],
  'an erase without a user': [on('DELETE', '/users/'), 404],
  'a form': [post('streamId=a', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
  'plain text': [post('{"streamId":"a"}', { 'content-type': 'text/plain' }), 415],
  'JSON in another charset': [
    post('{"streamId":"a"}', { 'content-type': 'application/json; charset=utf-16' }),
    415,
  ],
  'a compressed body': [post('x', { ...JSON_TYPE, 'content-encoding': 'gzip' }), 415],
  'a body of 8193 bytes': [start({ label: times('x', 8193 - 27) }), 413],
  'a body of a megabyte': [start({ label: times('x', 1_000_000) }), 413],
  'an unknown path': [on('GET', '/nothing'), 404],
  'an unknown path with a slash at its end': [on('GET', '/nothing/'), 404],
  'a path with a slash too many': [on('GET', '/users/bad/streams//'), 404],
  'an unknown problem': [on('GET', '/problems/toString'), 404],
  'PATCH on streams': [on('PATCH', '/users/bad/streams'), 405],
  'POST on a probe': [on('POST', '/livez'), 405],
  'GET on one stream': [on('GET', '/users/bad/streams/a'), 405],
}

/** Every way in which an id comes, holding this one. */
const IDS: Readonly<Record<string, (id: string) => TargetRequest>> = {
  'the user of a start': (id) => ({ ...start({}), path: `/users/${id}/streams` }),
  'the user of a list': (id) => on('GET', `/users/${id}/streams`),
  'the user of a report': (id) => on('POST', `/users/${id}/cmcd`),
  'an erased user': (id) => on('DELETE', `/users/${id}`),
  'a streamId': (id) => start({ streamId: decodeURIComponent(id) }),
  'a deviceId': (id) => start({ deviceId: decodeURIComponent(id) }),
  'a replaced stream': (id) => start({ replaces: decodeURIComponent(id) }),
  'a replaced device': (id) => start({ replaces: `s@${decodeURIComponent(id)}` }),
  'a heartbeat': (id) => on('PUT', `/users/bad/streams/${id}`),
  'a stop': (id) => on('DELETE', `/users/bad/streams/${id}`),
  'a stop of a device': (id) => on('DELETE', `/users/bad/streams/held@${id}`),
  'a stop by beacon': (id) => on('POST', `/users/bad/streams/${id}/stop`),
  'a finished stream': (id) => on('POST', `/streams/${id}/finish`),
  'a reported stream': (id) => ({
    ...post(`e=ps,sid="${decodeURIComponent(id)}"`, { 'content-type': 'application/cmcd' }),
    path: '/users/bad/cmcd',
  }),
}

export function describeBadInput(maker: TargetMaker): void {
  describe('bad input', () => {
    let service: Conversation
    beforeAll(async () => {
      service = await Conversation.with(maker)
      await service.start('bad', { streamId: 'held' })
    })
    afterAll(() => service.close())

    it.each(Object.entries(BAD))(
      '%s is refused with a problem that says what is wrong',
      async (_name, expected) => {
        const [request, status, pointers] = expected
        const reply = await service.send(request)
        expect(reply.status, reply.text).toBe(status)
        expect(reply.headers['content-type']).toBe('application/problem+json')
        expect(reply.body).toMatchObject({ status, type: expect.stringMatching(/^\/problems\//) })
        expect(reply.headers['x-request-id']).toMatch(/^\S+$/)
        if (pointers !== undefined) expect(pointersIn(reply)).toEqual(expect.arrayContaining([...pointers]))
        expect(await service.running('bad')).toEqual(['held'])
      },
    )

    it.each(Object.entries(IDS))(
      '%s is never a dot or two, which many clients would take for a step in the path',
      async (_name, requestOf) => {
        for (const id of ['.', '..', '%2e', '%2e%2E', '.%2E']) {
          const reply = await service.send(requestOf(id))
          expect([reply.status, reply.body['type']], id).toEqual([400, '/problems/invalid-request'])
          expect(reply.text).toContain('must not be \\".\\" or \\"..\\"')
        }
        expect(await service.running('bad')).toEqual(['held'])
        expect((await service.start('dots', { streamId: '...', deviceId: '..a' })).status).toBeLessThan(300)
      },
    )

    it('a fault names the bound and what came', async () => {
      const { body } = await service.start('bad', { streamId: '', label: 'x'.repeat(70) })
      expect(body['errors']).toEqual([
        { pointer: '/streamId', detail: 'must be 1 to 128 bytes, got 0' },
        { pointer: '/label', detail: 'must be at most 64 characters, got 70' },
      ])
    })

    it.each([
      'POST /users/bad/streams/',
      'GET /users/bad/streams/',
      'DELETE /users/bad/streams/',
      'PUT /users/bad/streams/held/',
      'PATCH /users/bad/streams/held/',
      'DELETE /users/bad/',
      'GET /livez/',
    ])('%s is not found, and the answer says to remove the slash at the end', async (line) => {
      const [method = '', path = ''] = line.split(' ')
      const reply = await service.send(method === 'POST' ? { ...start({}), path } : on(method, path))
      expect(reply.status).toBe(404)
      expect(reply.body['detail']).toBe('This path does not exist. Remove the slash at the end.')
      expect(await service.running('bad')).toEqual(['held'])
    })

    it('a path that is unknown with and without a slash at its end gets no such hint', async () => {
      for (const path of ['/', '//', '/nothing/', '/users/bad/streams//']) {
        const { body } = await service.send(on('GET', path))
        expect(body['detail'], path).toBe('This path does not exist.')
      }
    })

    it('a 405 lists what the path has', async () => {
      const { headers } = await service.send(on('PATCH', '/users/bad/streams'))
      expect(headers['allow']).toBe('POST, GET, HEAD')
    })

    it('what is just within the bounds is taken', async () => {
      const user = 'ü'.repeat(128)
      const streamId = 'ä'.repeat(64)
      const reply = await service.start(user, { streamId, deviceId: '@'.repeat(128), label: '📺'.repeat(64) })
      expect(reply.status).toBe(201)
      expect((await service.heartbeat(user, String(reply.body['id']))).status).toBe(200)
      const full = JSON.stringify({ streamId: 'pad', x: '' })
      const padded = JSON.stringify({ streamId: 'pad', x: 'y'.repeat(8192 - full.length) })
      expect((await service.send({ ...post(padded), path: '/users/pad/streams' })).status).toBe(201)
    })

    it('JSON comes under any name of its type', async () => {
      const types = [
        'application/json; charset=utf-8',
        'Application/JSON',
        'application/vnd.api+json',
        undefined,
      ]
      for (const type of types) {
        const headers = type === undefined ? {} : { 'content-type': type }
        const reply = await service.send({
          ...post('\ufeff{"streamId":"a"}', headers),
          path: '/users/types/streams',
        })
        expect([200, 201], type).toContain(reply.status)
      }
    })
  })
}

function pointersIn({ body }: Reply): string[] {
  return (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)
}
