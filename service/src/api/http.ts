/**
 * HTTP as plain data, so that the same application is served by Node, by Lambda, and by a test.
 */

/** The path parameters of a request by name, still percent-encoded. */
export type PathParams = Readonly<Record<string, string>>

/** A request below any stage or prefix. */
export type HttpRequest = {
  readonly method: string
  /** Percent-encoded as it came, without the query. */
  readonly path: string
  /** The query without its `?`. Empty if there is none. */
  readonly query: string
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /**
   * The bytes of the body. A translator may stop reading once it holds more than `READ_BYTES_MAX`,
   * and hand over what it has.
   */
  readonly body?: Uint8Array | undefined
  /** The connection that it came on, or that the gateway in front had. */
  readonly connection?: { readonly remoteAddress?: string | undefined } | undefined
  /** The claims of the caller's token, if a gateway in front has checked one. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** What a gateway in front calls the request in its own log. */
  readonly gatewayRequestId?: string | undefined
}

/** An answer. */
export type HttpResponse = {
  readonly status: number
  /**
   * By names in lower case. The app and then the server add those of every answer, so no two
   * answers share them. To copy them at each step would be much slower.
   */
  readonly headers: Record<string, string>
  /** Text that is sent as UTF-8, or bytes, which many answers may share. */
  readonly body?: string | Uint8Array | undefined
}

/**
 * Longest body, in bytes, unless a route says otherwise: eight times what the longest start needs.
 */
export const BODY_BYTES_MAX = 8192
/** Longest body of any route, in bytes. */
export const READ_BYTES_MAX = 65_536

/** A JSON answer. It adds to the headers, and keeps them. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse {
  headers['content-type'] = 'application/json'
  return { status, headers, body: JSON.stringify(body) }
}

/** An answer that says all by its status. */
export function noContent(): HttpResponse {
  return { status: 204, headers: {} }
}
