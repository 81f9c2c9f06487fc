import { describe, expect, it } from 'vitest'
import type { Call } from './call.ts'
import { answerOf } from './gateway.ts'
import { Role } from './role.ts'
import { matchRoute } from './route-tree.ts'
import { TokenBucket } from './token-bucket.ts'

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

  it('a star is told, even where it is used', () => {
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

function call(operation: string, TableName: string): Call {
  const body = Buffer.from(JSON.stringify({ TableName }))
  return { accessKeyId: 'a', service: 'dynamodb', operation, method: 'POST', path: '/', body }
}

function arnOf(table: string): string {
  return `arn:aws:dynamodb:eu-central-1:123456789012:table/${table}`
}
