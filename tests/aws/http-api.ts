/**
 * An HTTP API as it was deployed. It reads routes, stage, throttle, CORS and authorizers from the
 * emulated account. By these it refuses requests, or turns them into events of format 2.0.
 */
import { randomUUID } from 'node:crypto'
import type { DeployedFunction } from './deployed-function.ts'
import { REGION } from './aws-call.ts'
import type { Emulator } from './emulator.ts'
import { answerOf, type GatewayAnswer, type GatewayApi, type GatewayRequest } from './gateway-server.ts'
import { matchRoute } from './route-tree.ts'
import { TokenBucket } from './token-bucket.ts'
import { checkToken, type CheckedToken, type JwtConfiguration, type TokenIssuer } from './token-issuer.ts'

type Route = {
  readonly routeKey: string
  readonly authorizationType?: string
  readonly authorizerId?: string
}
type Authorizer = { readonly authorizerId: string; readonly jwtConfiguration?: JwtConfiguration }
type Cors = {
  readonly allowOrigins?: readonly string[]
  readonly allowMethods?: readonly string[]
  readonly allowHeaders?: readonly string[]
  readonly exposeHeaders?: readonly string[]
  readonly maxAge?: number
}
type Stage = {
  readonly stageName: string
  readonly defaultRouteSettings?: {
    readonly throttlingRateLimit?: number
    readonly throttlingBurstLimit?: number
  }
}
type Deployed = {
  readonly routes: readonly Route[]
  readonly stage: Stage
  readonly cors: Cors | undefined
  readonly authorizers: readonly Authorizer[]
}

/** Where it is, and what it calls. */
export type HttpApiPlace = {
  readonly emulator: Pick<Emulator, 'get'>
  readonly apiId: string
  readonly stage: string
  readonly function: Pick<DeployedFunction, 'admits' | 'invoke'>
  /** Whose tokens there are. */
  readonly issuers: readonly TokenIssuer[]
}

/** Bodies of these types are handed over as text, all others in base64. */
const TEXT_TYPES = /^(?:text\/|application\/(?:json|xml|javascript)\b)/

/** The API at one stage. */
export class HttpApi implements GatewayApi {
  readonly #place: HttpApiPlace
  readonly #deployed: Deployed
  readonly #throttle: TokenBucket | undefined

  private constructor(place: HttpApiPlace, deployed: Deployed) {
    this.#place = place
    this.#deployed = deployed
    const settings = deployed.stage.defaultRouteSettings
    // Settings without both numbers mean zero, and refuse everything.
    const { throttlingRateLimit: rate = 0, throttlingBurstLimit: burst = 0 } = settings ?? {}
    this.#throttle = settings === undefined ? undefined : new TokenBucket(rate, burst, Date.now())
  }

  /** Reads what is deployed now. */
  static async read(place: HttpApiPlace): Promise<HttpApi> {
    const { emulator, apiId, stage } = place
    const get = <Answer>(path: string): Promise<Answer> =>
      emulator.get<Answer>('apigateway', `/v2/apis/${apiId}${path}`)
    const [api, routes, deployedStage] = await Promise.all([
      get<{ corsConfiguration?: Cors }>(''),
      get<{ items: Route[] }>('/routes'),
      get<Stage>(`/stages/${stage}`),
    ])
    const ids = new Set(routes.items.flatMap(({ authorizerId = '' }) => authorizerId || []))
    return new HttpApi(place, {
      routes: routes.items,
      stage: deployedStage,
      cors: api.corsConfiguration,
      authorizers: await Promise.all([...ids].map((id) => get<Authorizer>(`/authorizers/${id}`))),
    })
  }

  async answer(request: GatewayRequest): Promise<GatewayAnswer> {
    const { stage } = this.#place
    const below = this.#pathBelowStage(request.path)
    if (below === undefined) return message(404, 'Not Found')
    const match = this.#routeOf(request.method, below)
    // The token is checked first. A preflight has none, so only a route without a check answers it.
    const admission = match === undefined ? {} : this.#admission(match.route, request)
    if ('refusal' in admission) return admission.refusal
    const preflight =
      match?.route.routeKey.startsWith('OPTIONS ') === true ? undefined : this.#preflight(request)
    if (preflight !== undefined) return preflight
    if (match === undefined) return message(404, 'Not Found')
    if (this.#throttle?.take(Date.now()) === false) return message(429, 'Too Many Requests')
    const event = eventOf(request, { ...match, ...admission, place: this.#place })
    if (event === undefined) return message(400, 'Bad Request')
    const { apiId } = this.#place
    const sourceArn = `arn:aws:execute-api:${REGION}:123456789012:${apiId}/${stage}/${match.route.routeKey}`
    if (!(await this.#place.function.admits(sourceArn))) return message(500, 'Internal Server Error')
    const outcome = await this.#place.function.invoke(event)
    if (outcome.kind === 'timed out') return message(503, 'Service Unavailable')
    const answer = outcome.kind === 'answered' ? answerOf(outcome.result) : undefined
    if (answer === undefined) return message(500, 'Internal Server Error')
    return this.#withCors(answer, request)
  }

  /** Whether a route lets the request in, with the token that it was let in by. */
  #admission(route: Route, { headers }: GatewayRequest): Admission {
    if (route.authorizationType === 'AWS_IAM') return { refusal: message(403, 'Forbidden') }
    if (route.authorizationType !== 'JWT') return {}
    const authorizer = this.#deployed.authorizers.find((one) => one.authorizerId === route.authorizerId)
    const token = checkToken(
      headers['authorization'],
      authorizer?.jwtConfiguration ?? {},
      this.#place.issuers,
    )
    return token === undefined ? { refusal: message(401, 'Unauthorized') } : { token }
  }

  #pathBelowStage(path: string): string | undefined {
    const prefix = this.#place.stage === '$default' ? '' : `/${this.#place.stage}`
    if (path === prefix) return '/'
    return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined
  }

  #routeOf(method: string, path: string): Matched | undefined {
    const routes = this.#deployed.routes.flatMap((route) => {
      const [routeMethod = '', routePath = ''] = route.routeKey.split(' ')
      const isFor = routeMethod === method || routeMethod === 'ANY'
      return isFor ? [{ ...route, path: routePath, isExact: routeMethod === method }] : []
    })
    const match =
      matchRoute(
        routes.filter(({ isExact }) => isExact),
        path,
      ) ?? matchRoute(routes, path)
    if (match !== undefined) return match
    const fallback = this.#deployed.routes.find(({ routeKey }) => routeKey === '$default')
    return fallback === undefined ? undefined : { route: fallback, parameters: {} }
  }

  #preflight({ method, headers }: GatewayRequest): GatewayAnswer | undefined {
    const { cors } = this.#deployed
    if (cors === undefined || method !== 'OPTIONS') return undefined
    const { origin = '' } = headers
    if (!isAllowed(cors, origin)) return { status: 204, headers: {}, body: '' }
    return {
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': (cors.allowMethods ?? []).join(','),
        'access-control-allow-headers': (cors.allowHeaders ?? []).join(','),
        'access-control-max-age': String(cors.maxAge ?? 0),
      },
      body: '',
    }
  }

  /** If the API itself handles CORS, it drops the CORS headers of the function. */
  #withCors(answer: GatewayAnswer, request: GatewayRequest): GatewayAnswer {
    const { cors } = this.#deployed
    if (cors === undefined) return answer
    const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'))
    const preflight = request.method === 'OPTIONS' ? this.#preflight(request)?.headers : undefined
    const { origin = '' } = request.headers
    const exposed = isAllowed(cors, origin) && {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': (cors.exposeHeaders ?? []).join(','),
    }
    return { ...answer, headers: { ...Object.fromEntries(own), ...(preflight ?? exposed) } }
  }
}

/**
 * How a route answers a caller: it refuses, or admits, with the claims of a token if it checks one.
 */
type Admission = { readonly refusal: GatewayAnswer } | { readonly token?: CheckedToken }
type Matched = { readonly route: Route; readonly parameters: Readonly<Record<string, string>> }

/** Paths and parameters come decoded. A path that cannot be decoded is refused. */
function eventOf(
  request: GatewayRequest,
  matched: Matched & { readonly place: HttpApiPlace; readonly token?: CheckedToken },
): object | undefined {
  const { method, headers, query, body } = request
  const { route, parameters, place, token } = matched
  const decoded = decodedPath(request.path)
  if (decoded === undefined) return undefined
  const names = Object.entries(parameters).map(([name, value]) => [name, decodeURIComponent(value)])
  const isBase64Encoded = body.length > 0 && !TEXT_TYPES.test(headers['content-type'] ?? '')
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: decoded,
    rawQueryString: query,
    headers,
    ...(query !== '' && { queryStringParameters: Object.fromEntries(new URLSearchParams(query)) }),
    requestContext: {
      accountId: '123456789012',
      apiId: place.apiId,
      ...(token !== undefined && { authorizer: { jwt: { claims: token.claims, scopes: null } } }),
      domainName: `${place.apiId}.execute-api.${REGION}.amazonaws.com`,
      http: {
        method,
        path: decoded,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: place.stage,
      timeEpoch: Date.now(),
    },
    ...(names.length > 0 && { pathParameters: Object.fromEntries(names) }),
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  }
}

function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function isAllowed({ allowOrigins = [] }: Cors, origin: string): boolean {
  return origin !== '' && (allowOrigins.includes(origin) || allowOrigins.includes('*'))
}

function message(status: number, text: string): GatewayAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message: text }) }
}
