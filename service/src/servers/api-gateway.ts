/**
 * Events of API Gateway as requests of the app, and the app's answers for the gateway: payload
 * format 1.0 (REST API, HTTP API) and 2.0 (HTTP API, function URL).
 */
import { placeHttpPath, placeRestPath, placeUrlPath, type PlacedPath } from './gateway-path.ts'
import type { HttpRequest, HttpResponse } from '../api/http.ts'

/** The claims of a token that the gateway has checked. */
type Claims = Readonly<Record<string, unknown>>

type Texts = Readonly<Record<string, string | undefined>>

/** The parts of an event of payload format 1.0 that are used here. */
export type RestApiEvent = {
  /** Sent by HTTP APIs only. */
  readonly version?: '1.0'
  readonly httpMethod: string
  /**
   * The route that matched, such as `/users/{userId}`. An HTTP API sends `$default` if none did.
   */
  readonly resource?: string
  /**
   * From a REST API without the stage, percent-encoded. From an HTTP API with the stage, decoded.
   */
  readonly path: string
  readonly pathParameters?: Texts | null
  readonly headers: Texts | null
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null
  readonly queryStringParameters?: Texts | null
  readonly body: string | null
  readonly isBase64Encoded: boolean
  readonly requestContext: {
    /** The path as the caller sent it. */
    readonly path?: string
    readonly stage?: string
    readonly requestId?: string
    readonly identity?: { readonly sourceIp?: string | null }
    readonly authorizer?: { readonly claims?: Claims | null } | null
  }
}

/** The parts of an event of payload format 2.0 that are used here. */
export type HttpApiEvent = {
  readonly version: '2.0'
  readonly routeKey: string
  /** With the stage in front, decoded. From a function URL as the caller sent it. */
  readonly rawPath: string
  readonly rawQueryString: string
  readonly headers?: Texts
  /** One for each parameter in the route's key, decoded. */
  readonly pathParameters?: Texts
  readonly body?: string
  readonly isBase64Encoded: boolean
  readonly requestContext: {
    readonly http: { readonly method: string; readonly sourceIp?: string }
    readonly stage: string
    readonly requestId?: string
    readonly domainName?: string
    readonly authorizer?: { readonly jwt?: { readonly claims?: Claims } }
  }
}

export type GatewayEvent = RestApiEvent | HttpApiEvent

/** An answer, as both kinds of gateway accept it. */
export type GatewayResult = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: false
}

/** Whether an event is a request. Schedules and warmers send other events. */
export function isRequestEvent(event: unknown): event is GatewayEvent {
  if (typeof event !== 'object' || event === null) return false
  const { httpMethod, requestContext } = event as {
    httpMethod?: unknown
    requestContext?: { http?: unknown }
  }
  return typeof httpMethod === 'string' || requestContext?.http !== undefined
}

/**
 * The answer to an event that is not a request.
 *
 * @throws {TypeError} for records of a queue, a topic or a stream. An answer would mean that they
 * were processed.
 */
export function acknowledge(event: unknown): GatewayResult {
  if (typeof event === 'object' && event !== null && 'Records' in event) {
    throw new TypeError('this function answers HTTP requests and cannot take records')
  }
  return { statusCode: 204, headers: {}, body: '', isBase64Encoded: false }
}

/** The request in an event, and the prefix that callers see in front of its path. */
export function requestOf(event: GatewayEvent): { readonly request: HttpRequest; readonly prefix: string } {
  const { headers, body = null, isBase64Encoded, requestContext } = event
  const { path, prefix } = placeOf(event)
  const request = {
    method: 'httpMethod' in event ? event.httpMethod : event.requestContext.http.method,
    path,
    query: 'httpMethod' in event ? queryOf(event) : event.rawQueryString,
    headers: lowerCase(headers ?? {}),
    body: bytesOf(body, isBase64Encoded),
    gatewayRequestId: requestContext.requestId,
    claims: claimsIn(event),
    connection: { remoteAddress: sourceIn(event) },
  }
  return { request, prefix }
}

/**
 * An answer for the gateway. Its paths get the prefix that callers see: the `location`, `stopUrl`,
 * the `type` of a problem, and the server of the OpenAPI document.
 */
export function resultOf({ status, headers, body = '' }: HttpResponse, prefix: string): GatewayResult {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const { location } = headers
  const isPrefixed = prefix !== '' && location !== undefined
  return {
    statusCode: status,
    headers: isPrefixed ? { ...headers, location: prefix + location } : headers,
    body: prefix === '' ? text : withPrefix(text, prefix),
    isBase64Encoded: false,
  }
}

/** JSON escapes the quotes inside a string, so a string with these words stays unchanged. */
function withPrefix(body: string, prefix: string): string {
  const escaped = JSON.stringify(prefix).slice(1, -1)
  return body
    .replaceAll('"type":"/problems/', () => `"type":"${escaped}/problems/`)
    .replaceAll('"stopUrl":"/users/', () => `"stopUrl":"${escaped}/users/`)
    .replaceAll('"servers":[{"url":"/"}]', () => `"servers":[{"url":"${escaped}"}]`)
}

function claimsIn(event: GatewayEvent): Claims | undefined {
  if ('httpMethod' in event) return event.requestContext.authorizer?.claims ?? undefined
  return event.requestContext.authorizer?.jwt?.claims
}

/** The address that called the gateway. */
function sourceIn(event: GatewayEvent): string | undefined {
  if ('httpMethod' in event) return event.requestContext.identity?.sourceIp ?? undefined
  return event.requestContext.http.sourceIp
}

function placeOf(event: GatewayEvent): PlacedPath {
  if (!('httpMethod' in event)) {
    const { routeKey, rawPath, pathParameters = {}, requestContext } = event
    if (requestContext.domainName?.includes('.lambda-url.') === true) return placeUrlPath(rawPath)
    const template = routeKey.split(' ')[1]
    return placeHttpPath({ path: rawPath, stage: requestContext.stage, template, parameters: pathParameters })
  }
  const { version, path, resource, requestContext } = event
  const parameters = event.pathParameters ?? {}
  if (version === undefined) {
    return placeRestPath({ path, whole: requestContext.path ?? path, template: resource, parameters })
  }
  const template = resource === '$default' ? undefined : resource
  return placeHttpPath({ path, stage: requestContext.stage ?? '$default', template, parameters })
}

function queryOf({ multiValueQueryStringParameters, queryStringParameters }: RestApiEvent): string {
  const parameters = Object.entries(multiValueQueryStringParameters ?? queryStringParameters ?? {})
  const pairs = parameters.flatMap(([name, values = []]) =>
    [values].flat().map((value) => [name, value] as [string, string]),
  )
  return new URLSearchParams(pairs).toString()
}

function lowerCase(headers: Readonly<Record<string, string | undefined>>): HttpRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function bytesOf(body: string | null, isBase64: boolean): Uint8Array | undefined {
  return body === null || body === '' ? undefined : Buffer.from(body, isBase64 ? 'base64' : 'utf8')
}
