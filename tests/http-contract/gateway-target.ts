/**
 * API Gateway in front of the app: requests become events as AWS makes them, and results become
 * answers.
 */
import { ROUTES } from '../../service/src/api/routes/index.ts'
import {
  requestOf,
  resultOf,
  type GatewayEvent,
  type HttpApiEvent,
  type RestApiEvent,
} from '../../service/src/servers/api-gateway.ts'
import { composeTarget, type TargetMaker, type TargetRequest } from './target.ts'

const STAGE = 'test'

/** Behind a REST API: payload format 1.0, paths as they were sent. */
export const REST_API_TARGET: TargetMaker = gatewayTarget('the app behind a REST API', restApiEvent)

/**
 * Behind an HTTP API: payload format 2.0, paths and parameters decoded, bodies in base64 unless
 * they are text.
 */
export const HTTP_API_TARGET: TargetMaker = gatewayTarget('the app behind an HTTP API', httpApiEvent)

function gatewayTarget(name: string, eventOf: (request: TargetRequest) => GatewayEvent): TargetMaker {
  return {
    name,
    make: async (settings) => {
      const { app, close } = await composeTarget(settings)
      return {
        close,
        send: async (sent) => {
          const { request, prefix } = requestOf(eventOf(sent))
          const { statusCode, headers, body } = resultOf(await app.handle(request), prefix)
          return { status: statusCode, headers: withoutStage(headers), text: textWithoutStage(body) }
        },
      }
    },
  }
}

function restApiEvent({ method, path, headers = {}, body }: TargetRequest): RestApiEvent {
  const [pathname = '', query = ''] = path.split('?')
  const search = new URLSearchParams(query)
  const isText = body === undefined || typeof body === 'string'
  const template = ROUTES.find((route) => isMatch(route.path, pathname))?.path
  return {
    httpMethod: method,
    resource: template ?? '/{proxy+}',
    path: pathname,
    pathParameters: template === undefined ? { proxy: pathname.slice(1) } : null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [capitalised(name), value])),
    multiValueQueryStringParameters:
      query === '' ? null : Object.fromEntries([...search.keys()].map((name) => [name, search.getAll(name)])),
    body: body === undefined ? null : isText ? body : Buffer.from(body).toString('base64'),
    isBase64Encoded: !isText,
    requestContext: { path: `/${STAGE}${pathname}`, identity: { sourceIp: '127.0.0.1' } },
  }
}

function httpApiEvent({ method, path, headers = {}, body }: TargetRequest): HttpApiEvent {
  const [pathname = '', rawQueryString = ''] = path.split('?')
  const parts = pathname.split('/')
  const template = ROUTES.find((route) => route.method === method && isMatch(route.path, pathname))?.path
  const names = (template ?? '')
    .split('/')
    .flatMap((part, index) => (part.startsWith('{') ? [[part.slice(1, -1), index] as const] : []))
  const isText = /^(?:text\/|application\/(?:json|xml|javascript))/.test(headers['content-type'] ?? '')
  const bytes = Buffer.from(body ?? '')
  return {
    version: '2.0',
    routeKey: template === undefined ? '$default' : `${method} ${template}`,
    rawPath: `/${STAGE}${decodeURIComponent(pathname)}`,
    rawQueryString,
    headers,
    pathParameters: Object.fromEntries(
      names.map(([name, index]) => [name, decodeURIComponent(parts[index] ?? '')]),
    ),
    ...(body !== undefined && { body: bytes.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body !== undefined && !isText,
    requestContext: { http: { method, sourceIp: '127.0.0.1' }, stage: STAGE },
  }
}

/**
 * The contract speaks of paths below the stage; that callers see it in a location is checked here.
 */
function withoutStage(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { location, ...rest } = headers
  if (location === undefined) return headers
  if (!location.startsWith(`/${STAGE}/`)) throw new Error(`a location without the stage: ${location}`)
  return { ...rest, location: location.slice(STAGE.length + 1) }
}

/** So it is with the types of problems. */
function textWithoutStage(text: string): string {
  if (text.includes('"type":"/problems/')) throw new Error(`a problem without the stage: ${text}`)
  return text.replaceAll(`"type":"/${STAGE}/problems/`, '"type":"/problems/')
}

function isMatch(template: string, path: string): boolean {
  const parts = path.split('/')
  const pattern = template.split('/')
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => part.startsWith('{') || part === parts[index])
  )
}

function capitalised(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase())
}
