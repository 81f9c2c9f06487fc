/**
 * API Gateway's events as requests and answers of ours: payload format 1.0 (REST API) and 2.0 (HTTP API).
 */
import type { HttpRequest, HttpResponse } from './http.ts'

/** An event of a REST API's proxy integration, as far as it matters here. */
export type RestApiEvent = {
  readonly httpMethod: string
  /** Below the stage, percent-encoded as the caller sent it. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>> | null
  /** Decoded. */
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null
  readonly body: string | null
  readonly isBase64Encoded: boolean
  readonly requestContext: { readonly path?: string }
}

/** An event of an HTTP API's proxy integration, as far as it matters here. */
export type HttpApiEvent = {
  readonly version: '2.0'
  readonly routeKey: string
  /** With the stage before it, and already decoded. */
  readonly rawPath: string
  readonly rawQueryString: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Decoded, one for each parameter in the route's key. */
  readonly pathParameters?: Readonly<Record<string, string | undefined>>
  readonly body?: string
  readonly isBase64Encoded: boolean
  readonly requestContext: { readonly http: { readonly method: string }; readonly stage: string }
}

export type GatewayEvent = RestApiEvent | HttpApiEvent

/** What both kinds of gateway take for an answer. */
export type GatewayResult = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBase64Encoded: false
}

/** The request in an event, and what stands before its path: the stage, where callers see one. */
export function requestOf(event: GatewayEvent): { readonly request: HttpRequest; readonly prefix: string } {
  return 'httpMethod' in event ? restApiRequest(event) : httpApiRequest(event)
}

/** An answer for the gateway; a `location` is given as callers see the path. */
export function resultOf({ status, headers, body = '' }: HttpResponse, prefix: string): GatewayResult {
  const { location } = headers
  const seen = location === undefined ? headers : { ...headers, location: prefix + location }
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  return { statusCode: status, headers: seen, body: text, isBase64Encoded: false }
}

function restApiRequest(event: RestApiEvent): { request: HttpRequest; prefix: string } {
  const { httpMethod: method, path, headers, body, isBase64Encoded, requestContext } = event
  const parameters = Object.entries(event.multiValueQueryStringParameters ?? {})
  const query = parameters.flatMap(([name, values = []]) =>
    values.map((value) => [name, value] as [string, string]),
  )
  const whole = requestContext.path ?? path
  const prefix = whole.endsWith(path) ? whole.slice(0, whole.length - path.length) : ''
  const request = {
    method,
    path,
    query: new URLSearchParams(query).toString(),
    headers: lowerCase(headers ?? {}),
    body: bytesOf(body, isBase64Encoded),
  }
  return { request, prefix }
}

function httpApiRequest(event: HttpApiEvent): { request: HttpRequest; prefix: string } {
  const { rawQueryString: query, headers = {}, body = null, isBase64Encoded, requestContext } = event
  const { stage } = requestContext
  const prefix = stage === '$default' ? '' : `/${stage}`
  const path = encodedPath(
    event,
    event.rawPath.slice(event.rawPath.startsWith(`${prefix}/`) ? prefix.length : 0),
  )
  const { method } = requestContext.http
  return {
    request: { method, path, query, headers: lowerCase(headers), body: bytesOf(body, isBase64Encoded) },
    prefix,
  }
}

/**
 * The path with its parameters encoded again. An HTTP API hands both over decoded, so an id with a slash can
 * be told from two parts of the path only by the route's key; a route without parameters has just the path.
 */
function encodedPath({ routeKey, pathParameters = {} }: HttpApiEvent, decodedPath: string): string {
  const template = routeKey.split(' ')[1]
  if (template === undefined || template.includes('+}')) {
    return decodedPath
      .split('/')
      .map((part) => encodeURIComponent(part.toWellFormed()))
      .join('/')
  }
  return template.replace(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent((pathParameters[name] ?? '').toWellFormed()),
  )
}

function lowerCase(headers: Readonly<Record<string, string | undefined>>): HttpRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function bytesOf(body: string | null, isBase64: boolean): Uint8Array | undefined {
  return body === null || body === '' ? undefined : Buffer.from(body, isBase64 ? 'base64' : 'utf8')
}
