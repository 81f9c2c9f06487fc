/** Events as AWS sends them, and what callers see of the path in front of the API's. */
import { describe, expect, it } from 'vitest'
import {
  isRequestEvent,
  requestOf,
  resultOf,
  type GatewayEvent,
  type RestApiEvent,
} from '../src/servers/api-gateway.ts'
import { problem } from '../src/api/problem.ts'

type RestSent = {
  readonly path: string
  /** As callers see it. At a custom domain it is the path itself. */
  readonly whole?: string
  readonly resource: string
  readonly proxy?: string
  readonly query?: Partial<RestApiEvent>
}

/** A REST API, called at its own address or at a custom domain with a base path. */
function restEvent({ path, whole = path, resource, proxy, query }: RestSent): GatewayEvent {
  return {
    resource,
    path,
    httpMethod: 'POST',
    headers: { 'Content-Type': 'application/json' },
    multiValueQueryStringParameters: null,
    pathParameters: proxy === undefined ? null : { proxy },
    requestContext: { path: whole, stage: 'test', requestId: 'gateway-1' },
    body: null,
    isBase64Encoded: false,
    ...query,
  }
}

/** An HTTP API with payload 2.0, whose `rawPath` and parameters are decoded. */
function httpEvent(rawPath: string, routeKey: string, userId?: string): GatewayEvent {
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: '',
    headers: {},
    ...(userId !== undefined && { pathParameters: { userId } }),
    requestContext: {
      http: { method: 'POST' },
      stage: 'test',
      requestId: 'gateway-2',
      domainName: 'abc.execute-api.eu-west-1.amazonaws.com',
    },
    isBase64Encoded: false,
  }
}

/** The same with payload 1.0. */
function httpEvent1(path: string, resource: string, pathParameters: { userId: string } | null): GatewayEvent {
  return {
    version: '1.0',
    resource,
    path,
    httpMethod: 'POST',
    headers: {},
    pathParameters,
    requestContext: { path, stage: 'test', requestId: 'gateway-3' },
    body: null,
    isBase64Encoded: false,
  }
}

/** A function URL, whose `rawPath` comes as the caller sent it. */
function urlEvent(rawPath: string): GatewayEvent {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: '',
    headers: {},
    requestContext: {
      http: { method: 'POST' },
      stage: '$default',
      requestId: 'gateway-4',
      domainName: 'abc.lambda-url.eu-west-1.on.aws',
    },
    isBase64Encoded: false,
  }
}

const START = '/users/{userId}/streams'
const STREAM = '/users/{userId}/streams/{id}'

const PLACED: Readonly<Record<string, { event: GatewayEvent; path: string; prefix: string }>> = {
  'REST, its own address': {
    event: restEvent({ path: '/users/u/streams', whole: '/test/users/u/streams', resource: START }),
    path: '/users/u/streams',
    prefix: '/test',
  },
  'REST, a custom domain': {
    event: restEvent({ path: '/users/u/streams', resource: START }),
    path: '/users/u/streams',
    prefix: '',
  },
  'REST, a base path': {
    event: restEvent({ path: '/gate/users/u/streams', resource: START }),
    path: '/users/u/streams',
    prefix: '/gate',
  },
  'REST, a base path of two parts, an id with a slash': {
    event: restEvent({ path: '/tv/gate/users/a%2Fb/streams/s', resource: STREAM }),
    path: '/users/a%2Fb/streams/s',
    prefix: '/tv/gate',
  },
  'REST, a base path that is called like a part of ours': {
    event: restEvent({ path: '/users/users/u/streams', resource: START }),
    path: '/users/u/streams',
    prefix: '/users',
  },
  'REST, a base path, unknown': {
    event: restEvent({ path: '/gate/nothing/a%20b', resource: '/{proxy+}', proxy: 'nothing/a b' }),
    path: '/nothing/a%20b',
    prefix: '/gate',
  },
  'REST, one route for all, an id with a slash': {
    event: restEvent({ path: '/gate/users/a%2Fb', resource: '/{proxy+}', proxy: 'users/a%2Fb' }),
    path: '/users/a%2Fb',
    prefix: '/gate',
  },
  'REST, a base path, the root': {
    event: restEvent({ path: '/gate', resource: '/' }),
    path: '/',
    prefix: '/gate',
  },
  'REST, the root': {
    event: restEvent({ path: '/', whole: '/test/', resource: '/' }),
    path: '/',
    prefix: '/test',
  },
  'REST, a slash too many': {
    event: restEvent({ path: '/users/u/streams/', whole: '/test/users/u/streams/', resource: START }),
    path: '/users/u/streams/',
    prefix: '/test',
  },
  'HTTP 2.0, a stage, an id with a slash': {
    event: httpEvent('/test/users/a/b/streams', `ANY ${START}`, 'a/b'),
    path: '/users/a%2Fb/streams',
    prefix: '/test',
  },
  'HTTP 2.0, a domain of its own': {
    event: httpEvent('/users/u/streams', `ANY ${START}`, 'u'),
    path: '/users/u/streams',
    prefix: '',
  },
  'HTTP 2.0, a mapping': {
    event: httpEvent('/gate/users/u/streams', `ANY ${START}`, 'u'),
    path: '/users/u/streams',
    prefix: '/gate',
  },
  'HTTP 2.0, a mapping that would break lines': {
    event: httpEvent('/a\nb/users/u/streams', `ANY ${START}`, 'u'),
    path: '/users/u/streams',
    prefix: '/a%0Ab',
  },
  'HTTP 2.0, unknown': {
    event: httpEvent('/test/nothing/a|b', '$default'),
    path: '/nothing/a%7Cb',
    prefix: '/test',
  },
  'HTTP 1.0, a stage, an id with a slash': {
    event: httpEvent1('/test/users/a/b/streams', START, { userId: 'a/b' }),
    path: '/users/a%2Fb/streams',
    prefix: '/test',
  },
  'HTTP 1.0, unknown': {
    event: httpEvent1('/test/nothing', '$default', null),
    path: '/nothing',
    prefix: '/test',
  },
  'a function URL': {
    event: urlEvent('/users/a%7Cb%2F%25/streams'),
    path: '/users/a%7Cb%2F%25/streams',
    prefix: '',
  },
  'a function URL with characters that the caller did not encode': {
    event: urlEvent('/users/a|b c%/streams'),
    path: '/users/a%7Cb%20c%25/streams',
    prefix: '',
  },
}

describe('an event', () => {
  it.each(Object.entries(PLACED))('%s: its path and the path before it', (_name, { event, ...placed }) => {
    const { request, prefix } = requestOf(event)
    expect({ path: request.path, prefix }).toEqual(placed)
  })

  it.each([
    [restEvent({ path: '/livez', resource: '/livez' }), 'gateway-1'],
    [httpEvent('/livez', 'ANY /livez'), 'gateway-2'],
    [httpEvent1('/livez', '/livez', null), 'gateway-3'],
    [urlEvent('/livez'), 'gateway-4'],
  ])("names its request as the gateway's log does", (event, requestId) => {
    expect(requestOf(event).request.gatewayRequestId).toBe(requestId)
  })

  it.each([
    ['', {}],
    ['after=a+b', { queryStringParameters: { after: 'a b' } }],
    ['limit=2&limit=3', { multiValueQueryStringParameters: { limit: ['2', '3'] } }],
  ])('of payload 1.0 brings its query: %s', (expected, query) => {
    expect(requestOf(restEvent({ path: '/users/u/streams', resource: START, query })).request.query).toBe(
      expected,
    )
  })

  it.each([
    {},
    null,
    { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} },
    { source: 'serverless-plugin-warmup' },
    { warmer: true, concurrency: 3 },
    'warm up',
  ])('that is not a request is told apart: %j', (event) => {
    expect(isRequestEvent(event)).toBe(false)
  })
})

describe('an answer', () => {
  it('names its paths as callers see them', () => {
    const created = { status: 201, headers: { location: '/users/u/streams/s' }, body: '{}' }
    expect(resultOf(created, '/gate').headers['location']).toBe('/gate/users/u/streams/s')
    const denied = resultOf(problem('stream-limit-reached', 'no "type":"/problems/x" here'), '/gate')
    expect(JSON.parse(denied.body)).toMatchObject({
      type: '/gate/problems/stream-limit-reached',
      detail: 'no "type":"/problems/x" here',
    })
  })

  it('stays as it is without a path before its own', () => {
    const { status, headers, body } = problem('stream-ended', 'over')
    expect(resultOf({ status, headers, body }, '')).toEqual({
      statusCode: status,
      headers,
      body,
      isBase64Encoded: false,
    })
  })
})
