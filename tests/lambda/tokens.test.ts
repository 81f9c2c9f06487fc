/**
 * Behind a gateway that checks tokens, a token covers what players do for its own user, and nothing
 * else.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Composition } from '../../service/src/compose.ts'
import {
  requestOf,
  resultOf,
  type GatewayResult,
  type HttpApiEvent,
} from '../../service/src/servers/api-gateway.ts'
import type { Route } from '../../service/src/api/route.ts'
import { ROUTES } from '../../service/src/api/routes/index.ts'
import { composeTarget } from '../http-contract/target.ts'

type Claims = Readonly<Record<string, unknown>>
type Sent = {
  readonly line: string
  readonly routeKey?: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly query?: string
  readonly claims?: Claims
  readonly body?: string
}

/** What probes and readers may call without a token. */
const OPEN = [
  'GET /livez',
  'GET /readyz',
  'GET /version',
  'GET /openapi.json',
  'GET /docs',
  'GET /policy.schema.json',
  'GET /decision.schema.json',
  'GET /problems',
  'GET /problems/{type}',
]
/** The same, in a service that gives playback tokens. This one gives none. */
const OPEN_FOR_VERIFIERS = ['GET /.well-known/jwks.json', 'GET /check']
const ALICE = { sub: 'alice' }
const MALLORY = { sub: 'mallory' }
const START = '/users/alice/streams'

describe('behind a gateway that checks tokens', () => {
  let composition: Composition
  beforeAll(async () => {
    composition = await composeTarget({ jwtUserClaim: 'sub' })
  })
  afterAll(() => composition.close())

  async function ask(sent: Sent): Promise<GatewayResult> {
    const { request, prefix } = requestOf(eventOf(sent))
    return resultOf(await composition.app.handle(request), prefix)
  }

  it.each(ROUTES.map((route) => [keyOf(route), route] as const))('%s', async (key, route) => {
    const sent = { line: `${route.method} ${pathFor(route)}` }
    const withoutToken = await ask(sent)
    const ofAnother = await ask({ ...sent, claims: MALLORY })
    const ofUser = await ask({ ...sent, claims: ALICE })
    if (OPEN.includes(key)) {
      expect([withoutToken, ofAnother].map(({ statusCode }) => statusCode)).toEqual([200, 200])
      return
    }
    if (OPEN_FOR_VERIFIERS.includes(key)) {
      expect([withoutToken, ofAnother].map(({ statusCode }) => statusCode)).toEqual([404, 404])
      return
    }
    expect([withoutToken, ofAnother].map(({ statusCode }) => statusCode)).toEqual([401, 403])
    expect(withoutToken.headers['www-authenticate']).toBe('Bearer')
    expect(JSON.parse(ofAnother.body)).toMatchObject({ type: '/test/problems/forbidden', status: 403 })
    const isForPlayers = route.audience === 'viewer'
    expect(ofUser.statusCode === 403).toBe(!isForPlayers)
  })

  it('a user watches with their own token', async () => {
    const started = await ask({ line: `POST ${START}`, claims: ALICE, body: '{"streamId":"film"}' })
    expect(started.statusCode).toBe(201)
    expect((await ask({ line: `GET ${START}`, claims: ALICE })).statusCode).toBe(200)
    expect((await ask({ line: `GET ${START}`, claims: MALLORY })).statusCode).toBe(403)
    expect((await ask({ line: `DELETE ${START}/film`, claims: MALLORY })).statusCode).toBe(403)
    expect(JSON.parse((await ask({ line: `GET ${START}`, claims: ALICE })).body)).toMatchObject({ active: 1 })
  })

  it.each(['by=operator', 'by=operator&reason=support', 'reason=x&b%79=operator', 'by=OPERATOR', 'by='])(
    "a stop with ?%s is not a player's stop",
    async (query) => {
      expect((await ask({ line: `DELETE ${START}/film`, claims: ALICE, query })).statusCode).toBe(403)
      expect((await ask({ line: `POST ${START}/film/stop`, claims: ALICE, query })).statusCode).toBe(403)
    },
  )

  it.each([
    [`POST ${START}`, '{"streamId":"film","plan":"standard"}', 403],
    [`PUT ${START}/film`, '{"plan":"standard"}', 403],
    [`PUT ${START}/film`, '\ufeff{"plan":"standard"}', 403],
    [`POST ${START}`, '{"streamId":"film","plan":null}', 200],
    [`POST ${START}`, '{"streamId":"film","label":"plan"}', 200],
    [`POST ${START}`, '{"plan":', 400],
  ])('%s with %s: a player does not choose its plan', async (line, body, status) => {
    await ask({ line: `POST ${START}`, claims: ALICE, body: '{"streamId":"film"}' })
    expect((await ask({ line, claims: ALICE, body })).statusCode).toBe(status)
  })

  it.each<[string, Claims, string]>([
    ['no such claim', { name: 'alice' }, 'alice'],
    ['a claim that is no text', { sub: ['alice'] }, 'alice'],
    ['another case', { sub: 'Alice' }, 'alice'],
    ['another Unicode form', { sub: 'e\u0301' }, '\u00e9'],
    ['an empty claim', { sub: '' }, 'alice'],
    ['a path that says more', { sub: 'alice' }, 'alice/'],
    ['a claim that every object has', {}, 'undefined'],
  ])('a token with %s belongs to another user', async (_what, claims, user) => {
    const parameters = { userId: user }
    const routeKey = 'ANY /users/{userId}/streams'
    const answer = await ask({ line: `GET /users/${user}/streams`, routeKey, parameters, claims })
    expect(answer.statusCode).toBe(403)
  })

  it('an id in the path is compared after decoding', async () => {
    const routeKey = 'ANY /users/{userId}/streams'
    const parameters = { userId: 'a/b é' }
    const sent = { line: 'GET /users/a/b é/streams', routeKey, parameters }
    expect((await ask({ ...sent, claims: { sub: 'a/b é' } })).statusCode).toBe(200)
  })

  it('a claim with another name may hold the user', async () => {
    const other = await composeTarget({ jwtUserClaim: 'https://id.example/user' })
    const { request } = requestOf(
      eventOf({ line: `GET ${START}`, claims: { sub: 'mallory', 'https://id.example/user': 'alice' } }),
    )
    expect((await other.app.handle(request)).status).toBe(200)
    await other.close()
  })

  it('a REST API that checks tokens passes their claims on too', () => {
    const { request } = requestOf({
      httpMethod: 'GET',
      path: START,
      headers: null,
      body: null,
      isBase64Encoded: false,
      requestContext: { authorizer: { claims: ALICE } },
    })
    expect(request.claims).toEqual(ALICE)
  })
})

function keyOf({ method, path }: Route): string {
  return `${method} ${path}`
}

/** A path of Alice's. */
function pathFor({ path }: Route): string {
  return path
    .replace('{userId}', 'alice')
    .replace('{type}', 'forbidden')
    .replace(/\{\w+\}/g, 'film')
}

/** Uses the API's fallback route by default, since that is the way around all others. */
function eventOf({ line, routeKey = '$default', parameters, query = '', claims, body }: Sent): HttpApiEvent {
  const space = line.indexOf(' ')
  return {
    version: '2.0',
    routeKey,
    rawPath: `/test${line.slice(space + 1)}`,
    rawQueryString: query,
    headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
    ...(parameters !== undefined && { pathParameters: parameters }),
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
    requestContext: {
      http: { method: line.slice(0, space) },
      stage: 'test',
      ...(claims !== undefined && { authorizer: { jwt: { claims } } }),
    },
  }
}
