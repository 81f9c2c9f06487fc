import { describe, expect, it } from 'vitest'
import type { Call } from './aws-call.ts'
import { answerOf, type GatewayAnswer } from './gateway-server.ts'
import { HttpApi } from './http-api.ts'
import { Role } from './role.ts'
import { matchRoute } from './route-tree.ts'
import { TokenBucket } from './token-bucket.ts'
import { checkToken, TokenIssuer } from './token-issuer.ts'

describe('a role is held to its policy', () => {
  const table = 'arn:aws:dynamodb:eu-central-1:123456789012:table/Users'
  const makeRole = (Action: string | string[], Resource = table): Role =>
    new Role([{ Statement: [{ Effect: 'Allow', Action, Resource }] }], arnOf)

  it('an action on the table it names passes, another is refused as DynamoDB would', () => {
    const role = makeRole(['dynamodb:GetItem', 'dynamodb:UpdateItem'])
    expect(role.refusalOf(call('GetItem', 'Users'))).toBeUndefined()
    expect(role.refusalOf(call('Scan', 'Users'))?.status).toBe(400)
    expect(role.refusalOf(call('GetItem', 'Others'))?.body).toContain('AccessDeniedException')
    expect(role.refused).toEqual([`dynamodb:Scan on ${table}`, `dynamodb:GetItem on ${arnOf('Others')}`])
  })

  it('what is allowed and never done is told', () => {
    const role = makeRole(['dynamodb:GetItem', 'dynamodb:Scan'])
    role.refusalOf(call('GetItem', 'Users'))
    expect(role.unused).toEqual([`dynamodb:Scan on ${table}`])
  })

  it('reports a star, even if it is used', () => {
    const role = makeRole('dynamodb:*', '*')
    expect(role.refusalOf(call('Scan', 'Users'))).toBeUndefined()
    expect(role.wide).toEqual(['dynamodb:* on *'])
  })

  it('a name that only begins alike is another', () => {
    const role = makeRole('dynamodb:GetItem')
    expect(role.refusalOf(call('GetItem', 'Users-finished'))).toBeDefined()
  })

  it.each([{ Effect: 'Deny' }, { Condition: {} }, { NotAction: 'x' }])(
    'a policy with %j is not guessed at',
    (more) => {
      const statement = { Effect: 'Allow', Action: 'a', Resource: 'r', ...more }
      expect(() => new Role([{ Statement: [statement] }], arnOf)).toThrow('not understood')
    },
  )
})

describe('a route is found as API Gateway finds it', () => {
  const paths = ['/', '/users/{userId}', '/users/{userId}/streams', '/users/all', '/{proxy+}']
  const routes = paths.map((path) => ({ path }))

  it.each([
    ['/', '/', {}],
    ['/users/a%2Fb', '/users/{userId}', { userId: 'a%2Fb' }],
    ['/users/all', '/users/all', {}],
    ['/users/u/streams', '/users/{userId}/streams', { userId: 'u' }],
    ['/users/u/other', '/{proxy+}', { proxy: 'users/u/other' }],
    ['/users//streams', '/{proxy+}', { proxy: 'users//streams' }],
  ])('%s by %s', (path, route, parameters) => {
    expect(matchRoute(routes, path)).toEqual({ route: { path: route }, parameters })
  })

  it('or not at all', () => {
    expect(matchRoute([{ path: '/users' }], '/user')).toBeUndefined()
  })
})

describe('a throttle', () => {
  it('lets a burst through at once, and then as many a second as its rate', () => {
    const bucket = new TokenBucket(2, 3, 0)
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false])
    expect([bucket.take(499), bucket.take(500), bucket.take(501)]).toEqual([false, true, false])
    expect([1, 2, 3, 4].map(() => bucket.take(60_000))).toEqual([true, true, true, false])
  })
})

describe('a token is checked as API Gateway checks it', () => {
  const issuer = new TokenIssuer('https://id.example')
  const configuration = { issuer: issuer.url, audience: ['streamgate'] }
  const check = (token: string) => checkToken(`Bearer ${token}`, configuration, [issuer])
  const nowSeconds = Math.floor(Date.now() / 1000)

  it('and its claims are handed over as texts', () => {
    const token = issuer.sign({ sub: 'u', aud: ['other', 'streamgate'], level: 3, exp: nowSeconds + 60 })
    expect(check(token)?.claims).toMatchObject({ sub: 'u', aud: '[other streamgate]', level: '3' })
    expect(check(issuer.sign({ sub: 'u', client_id: 'streamgate' }))?.claims).toMatchObject({ sub: 'u' })
  })

  it.each([
    ['over', issuer.sign({ aud: 'streamgate', exp: nowSeconds - 1 })],
    ['for later', issuer.sign({ aud: 'streamgate', nbf: nowSeconds + 60 })],
    ['for others', issuer.sign({ aud: 'others' })],
    ['for nobody', issuer.sign({})],
    ['by another issuer', new TokenIssuer('https://other.example').sign({ aud: 'streamgate' })],
    ['by somebody who calls himself the issuer', new TokenIssuer(issuer.url).sign({ aud: 'streamgate' })],
    [
      'changed',
      issuer
        .sign({ aud: 'streamgate' })
        .replace(/\.[^.]+\./, `.${part({ iss: issuer.url, aud: 'streamgate', exp: nowSeconds + 60 })}.`),
    ],
    [
      'not signed',
      `${part({ alg: 'none' })}.${part({ iss: issuer.url, aud: 'streamgate', exp: nowSeconds + 60 })}.`,
    ],
    ['none', ''],
  ])('and refused if it is %s', (_what, token) => {
    expect(check(token)).toBeUndefined()
  })
})

describe('an HTTP API asks for the token first', () => {
  const issuer = new TokenIssuer('https://id.example')
  const guarded = { routeKey: 'ANY /users/{userId}/streams', authorizationType: 'JWT', authorizerId: 'a' }
  const preflight = { routeKey: 'OPTIONS /users/{userId}/streams', authorizationType: 'NONE' }
  const closed = { routeKey: 'ANY /users/{userId}', authorizationType: 'AWS_IAM' }
  const events: unknown[] = []
  const deployed = (routes: readonly object[]): Promise<HttpApi> => {
    const answers: Readonly<Record<string, object>> = {
      '': { corsConfiguration: { allowOrigins: ['https://watch.example'], allowMethods: ['POST'] } },
      '/routes': { items: routes },
      '/authorizers/a': {
        authorizerId: 'a',
        jwtConfiguration: { issuer: issuer.url, audience: ['streamgate'] },
      },
      '/stages/test': { stageName: 'test' },
    }
    return HttpApi.read({
      apiId: 'api',
      stage: 'test',
      issuers: [issuer],
      emulator: {
        get: async <Answer>(_service: string, path: string) =>
          answers[path.slice('/v2/apis/api'.length)] as Answer,
      },
      function: {
        admits: async () => true,
        invoke: async (event) => {
          events.push(event)
          return { kind: 'answered', result: { statusCode: 204 } }
        },
      },
    })
  }
  const origin = { origin: 'https://watch.example', 'access-control-request-method': 'POST' }

  it('of a preflight too, unless its route asks for none', async () => {
    const without = await deployed([guarded])
    expect((await ask(without, 'OPTIONS /users/u/streams', origin)).status).toBe(401)
    const answer = await ask(await deployed([guarded, preflight]), 'OPTIONS /users/u/streams', origin)
    expect(answer).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'https://watch.example' },
    })
  })

  it('and hands its claims over', async () => {
    const api = await deployed([guarded, closed])
    const authorization = `Bearer ${issuer.sign({ sub: 'u', aud: 'streamgate' })}`
    expect((await ask(api, 'POST /users/u/streams')).status).toBe(401)
    expect((await ask(api, 'POST /users/u/streams', { authorization })).status).toBe(204)
    expect(events.at(-1)).toMatchObject({ requestContext: { authorizer: { jwt: { claims: { sub: 'u' } } } } })
    expect((await ask(api, 'DELETE /users/u', { authorization })).status).toBe(403)
  })
})

describe('a function’s result', () => {
  it.each([undefined, null, 'text', {}, { statusCode: '200' }, { statusCode: 200, body: {} }])(
    'that is %j is no answer',
    (result) => {
      expect(answerOf(result)).toBeUndefined()
    },
  )

  it('in base64 is decoded', () => {
    const answer = answerOf({ statusCode: 200, body: 'eA==', isBase64Encoded: true })
    expect(answer?.body).toEqual(Buffer.from('x'))
  })
})

async function ask(
  api: HttpApi,
  line: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<GatewayAnswer> {
  const [method = '', path = ''] = line.split(' ')
  return api.answer({ method, path: `/test${path}`, query: '', headers, body: Buffer.from('') })
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function call(operation: string, TableName: string): Call {
  const body = Buffer.from(JSON.stringify({ TableName }))
  return { accessKeyId: 'a', service: 'dynamodb', operation, method: 'POST', path: '/', body }
}

function arnOf(table: string): string {
  return `arn:aws:dynamodb:eu-central-1:123456789012:table/${table}`
}
