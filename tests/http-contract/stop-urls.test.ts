/** The stop of a page that is being left, which can send no header. */
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCOPES } from '../../service/src/auth/scope.ts'
import { OpenApiCheck } from './openapi-check.ts'
import { openApiDocument } from '../../service/src/api/openapi.ts'
import { ROUTES } from '../../service/src/api/routes/index.ts'
import { requestOf, resultOf } from '../../service/src/servers/api-gateway.ts'
import { APP_TARGET, composeTarget, type Target, type TargetRequest } from './target.ts'
import { TestKeys } from './test-keys.ts'

const ONE = { limits: [{ max: 9 }] }
const POLICY = parsePolicy({
  plans: { standard: ONE },
  tenants: { a: { plans: { basic: ONE } }, 'b.c': { plans: { basic: ONE } } },
})

describe('a stop URL', () => {
  const keys = new TestKeys()
  const authorization = `Bearer ${keys.make(SCOPES)}`
  const check = new OpenApiCheck(openApiDocument(ROUTES, '0'))
  let service: Target
  beforeAll(async () => {
    service = await APP_TARGET.make({ policy: { policy: POLICY }, ...keys.settings })
  })
  afterAll(() => service.close())

  const send = async (request: TargetRequest) => {
    const answer = await service.send(request)
    check.check(request, answer)
    return { status: answer.status, body: JSON.parse(answer.text || '{}') as Record<string, unknown> }
  }
  const start = async (user: string, body: object) => {
    const path = `/users/${encodeURIComponent(user)}/streams`
    const answer = await send({
      method: 'POST',
      path,
      headers: { authorization },
      body: JSON.stringify(body),
    })
    return String(answer.body['stopUrl'])
  }
  const leave = (path: string) => send({ method: 'POST', path, body: 'any' })
  const activeOf = async (user: string, tenant?: string) => {
    const headers = { authorization, ...(tenant !== undefined && { 'x-tenant': tenant }) }
    const { body } = await send({
      method: 'GET',
      path: `/users/${encodeURIComponent(user)}/streams`,
      headers,
    })
    return body['active']
  }

  it('ends its stream without a header, as often as it is called', async () => {
    const stopUrl = await start('ann', { streamId: 'film', deviceId: 'tv/1' })
    expect(stopUrl).toMatch(/^\/users\/ann\/streams\/film%40tv%2F1\/stop\?token=[\w-]{22}$/)
    expect(await activeOf('ann')).toBe(1)
    expect((await leave(stopUrl)).status).toBe(204)
    expect(await activeOf('ann')).toBe(0)
    expect((await leave(stopUrl)).status).toBe(204)
  })

  it('is in the answer to a repeated start, and to a heartbeat that admits, but not to each one', async () => {
    const first = await start('bob', { streamId: 'film' })
    expect(await start('bob', { streamId: 'film' })).toBe(first)
    const beat = { method: 'PUT', path: '/users/bob/streams/film', headers: { authorization } }
    expect((await send(beat)).body).not.toHaveProperty('stopUrl')
    const again = await send({ ...beat, path: '/users/bob/streams/other' })
    expect([again.status, typeof again.body['stopUrl']]).toEqual([201, 'string'])
  })

  it('ends no other stream, no stream of another user, and nothing as an operator', async () => {
    const stopUrl = await start('cid', { streamId: 'film' })
    await start('cid', { streamId: 'match' })
    await start('dan', { streamId: 'film' })
    for (const [from, to] of [
      ['/film/', '/match/'],
      ['/cid/', '/dan/'],
      ['token=', 'token=A'],
      ['token=', 'token=&token='],
      [/token=.*/, 'token='],
      [/$/, '.a'],
      [/$/, '.'],
      [/$/, '&token=x'],
      [/\?.*/, ''],
    ] as const) {
      expect((await leave(stopUrl.replace(from, to))).status, `${from} -> ${to}`).toBe(401)
    }
    expect((await leave(`${stopUrl}&by=operator`)).status).toBe(403)
    expect([await activeOf('cid'), await activeOf('dan')]).toEqual([2, 1])
  })

  it('works for its own call alone', async () => {
    const stopUrl = await start('eve', { streamId: 'film' })
    const query = stopUrl.slice(stopUrl.indexOf('?'))
    for (const [method, path] of [
      ['DELETE', '/users/eve/streams/film'],
      ['PUT', '/users/eve/streams/film'],
      ['GET', '/users/eve/streams'],
      ['POST', '/users/eve/streams'],
      ['DELETE', '/users/eve'],
    ] as const) {
      expect((await send({ method, path: path + query })).status, `${method} ${path}`).toBe(401)
    }
  })

  it('knows its tenant, and does not let the page choose one', async () => {
    const ofA = await start('fay', { streamId: 'film', tenant: 'a' })
    const ofB = await start('fay', { streamId: 'film', tenant: 'b.c' })
    const plain = await start('fay', { streamId: 'film' })
    expect(new Set([ofA, ofB, plain].map((url) => url.slice(url.indexOf('=')))).size).toBe(3)
    const headers = { 'x-tenant': 'a' }
    expect((await send({ method: 'POST', path: plain, headers })).status).toBe(403)
    expect((await leave(plain)).status).toBe(204)
    expect([await activeOf('fay'), await activeOf('fay', 'a')]).toEqual([0, 1])
    expect((await leave(ofA)).status).toBe(204)
    expect(await activeOf('fay', 'a')).toBe(0)
    expect((await leave(ofB)).status).toBe(204)
  })

  it('has the prefix of the gateway in front', async () => {
    const { app, close } = await composeTarget(keys.settings)
    const { request, prefix } = requestOf({
      httpMethod: 'POST',
      path: '/users/ann/streams',
      headers: { authorization },
      body: '{"streamId":"film","label":"\\"stopUrl\\":\\"/users/"}',
      isBase64Encoded: false,
      requestContext: { path: '/prod/users/ann/streams' },
    })
    const { body } = resultOf(await app.handle(request), prefix)
    expect(JSON.parse(body)).toMatchObject({
      stopUrl: expect.stringMatching(/^\/prod\/users\/ann\/streams\/film\/stop\?token=/),
      label: '"stopUrl":"/users/',
    })
    await close()
  })
})

describe('the key of stop tokens', () => {
  const keys = new TestKeys()
  const authorization = `Bearer ${keys.make(SCOPES)}`
  const tokenBy = async (settings: object) => {
    const service = await APP_TARGET.make({ ...keys.settings, ...settings })
    const answer = await service.send({
      method: 'POST',
      path: '/users/ann/streams',
      headers: { authorization },
      body: '{"streamId":"film"}',
    })
    await service.close()
    return (JSON.parse(answer.text) as { stopUrl?: string }).stopUrl
  }

  it('comes from the settings, or is made for each store', async () => {
    const stopKey = 'k'.repeat(32)
    expect(await tokenBy({ stopKey })).toBe(await tokenBy({ stopKey }))
    expect(await tokenBy({ stopKey: 'l'.repeat(32) })).not.toBe(await tokenBy({ stopKey }))
    expect(await tokenBy({})).not.toBe(await tokenBy({}))
  })

  it('is not needed if callers are not checked: there is no stop URL then', async () => {
    expect(await tokenBy({ auth: [], apiKeys: undefined })).toBeUndefined()
  })
})
