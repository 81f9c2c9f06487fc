/**
 * Cross-Origin Resource Sharing (the Fetch standard): lets pages of other origins call the service.
 */
import type { CorsOrigins } from '../settings/cors-origins.ts'
import type { HttpRequest, HttpResponse } from './http.ts'

/**
 * Whose pages may call, and which headers they may send beyond what every page may; names in lower
 * case.
 */
export type CorsSettings = { readonly origins: CorsOrigins; readonly headers: readonly string[] }

/** What a page may read beyond what every page may. */
const EXPOSED_HEADERS = 'etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id'

/** How long a browser need not ask again; Chrome takes no more than two hours. */
const PREFLIGHT_KEPT_SECONDS = 7200

/** Answers browsers that ask whether a page may call, and marks the answers that it may read. */
export class Cors {
  /** Whether no page of another origin may call. */
  readonly isClosed: boolean
  readonly #origins: ReadonlySet<string> | '*'
  readonly #allowedHeaders: string

  constructor({ origins, headers }: CorsSettings) {
    this.#origins = origins === '*' ? origins : new Set(origins)
    this.isClosed = origins.length === 0
    this.#allowedHeaders = headers.join(', ')
  }

  /**
   * The answer to a preflight for a path with these routes; nothing where the request is none, the
   * path is unknown, or no page may call at all. An origin that may not call gets an answer without
   * leave.
   */
  preflight(
    { method, headers }: HttpRequest,
    routes: ReadonlyMap<string, unknown> | undefined,
  ): HttpResponse | undefined {
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
    if (!isPreflight || routes === undefined || this.isClosed) return undefined
    if (!this.#mayCall(headers['origin'])) return { status: 204, headers: {} }
    return {
      status: 204,
      headers: {
        'access-control-allow-methods': [...routes.keys()].join(', '),
        ...(this.#allowedHeaders !== '' && { 'access-control-allow-headers': this.#allowedHeaders }),
        'access-control-max-age': String(PREFLIGHT_KEPT_SECONDS),
      },
    }
  }

  /**
   * Headers for the answer to any request: leave for its page to read it. Credentials are allowed
   * to origins that are named, because a beacon always comes with them; there is nothing here that
   * they would open.
   */
  headersFor({ headers }: HttpRequest): Readonly<Record<string, string>> {
    if (this.isClosed) return {}
    const { origin = '' } = headers
    if (!this.#mayCall(origin)) return { vary: 'Origin' }
    const isAny = this.#origins === '*'
    return {
      vary: 'Origin',
      'access-control-expose-headers': EXPOSED_HEADERS,
      'access-control-allow-origin': isAny ? '*' : origin,
      ...(!isAny && { 'access-control-allow-credentials': 'true' }),
    }
  }

  #mayCall(origin = ''): boolean {
    return origin !== '' && (this.#origins === '*' || this.#origins.has(origin))
  }
}
