/**
 * Cross-Origin Resource Sharing (the Fetch standard): lets pages of other origins call the service.
 */
import type { HttpRequest, HttpResponse } from './http.ts'

/** Whose pages may call: any, or those of these origins; of none where there are none. */
export type CorsOrigins = '*' | readonly string[]

/** Whose pages may call, and which headers they may send beyond what every page may; names in lower case. */
export type CorsSettings = { readonly origins: CorsOrigins; readonly headers: readonly string[] }

/** What players, gateways before the service, and tracing in the page send. */
export const CORS_HEADERS_DEFAULT =
  'authorization, content-type, if-match, traceparent, tracestate, baggage, x-request-id'

/** What a page may read beyond what every page may. */
const EXPOSED_HEADERS = 'etag, location, ratelimit, ratelimit-policy, retry-after, x-request-id'

/** How long a browser need not ask again; Chrome takes no more than two hours. */
const PREFLIGHT_KEPT_SECONDS = 7200

/** Schemes of apps that are no web sites, but pages in a shell: on phones, desktops and consoles. */
const APP_SCHEMES = ['app', 'capacitor', 'ionic', 'ms-appx', 'ms-appx-web', 'tauri'] as const

/** Origins of such apps, such as `capacitor://localhost`; URL knows no origin for them. Pages from a disk have `file://`. */
const APP_ORIGIN = new RegExp(
  `^(?:(?:${APP_SCHEMES.join('|')})://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\\d{1,5})?|file://)$`,
)

/** A token of RFC 9110. */
const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/

/** Answers browsers that ask whether a page may call, and marks the answers that it may read. */
export class Cors {
  readonly #origins: ReadonlySet<string> | '*'
  readonly #allowedHeaders: string

  constructor({ origins, headers }: CorsSettings) {
    this.#origins = origins === '*' ? origins : new Set(origins)
    this.#allowedHeaders = headers.join(', ')
  }

  /**
   * The answer to a preflight for a path with these routes; nothing where the request is none, the path is
   * unknown, or no page may call at all. An origin that may not call gets an answer without leave.
   */
  preflight(
    { method, headers }: HttpRequest,
    routes: ReadonlyMap<string, unknown> | undefined,
  ): HttpResponse | undefined {
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
    if (!isPreflight || routes === undefined || this.#isClosed) return undefined
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
   * Headers for the answer to any request: leave for its page to read it. Credentials are allowed to origins
   * that are named, because a beacon always comes with them; there is nothing here that they would open.
   */
  headersFor({ headers }: HttpRequest): Readonly<Record<string, string>> {
    if (this.#isClosed) return {}
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

  get #isClosed(): boolean {
    return this.#origins !== '*' && this.#origins.size === 0
  }

  #mayCall(origin = ''): boolean {
    return origin !== '' && (this.#origins === '*' || this.#origins.has(origin))
  }
}

/**
 * Origins as they are set: `*`, or several with commas between.
 *
 * @throws {Error} with what is wrong, as "must be …".
 */
export function parseCorsOrigins(text: string): CorsOrigins {
  if (text.trim() === '') return []
  if (text.trim() === '*') return '*'
  const origins = text.split(',').map((part) => part.trim())
  const wrong = origins.find((origin) => !isOrigin(origin))
  if (wrong === undefined) return origins
  throw new Error(
    `must be * alone, or origins with commas between, each as a browser sends it, such as https://app.example.com or one of an app (${APP_SCHEMES.join(', ')}, file): got ${JSON.stringify(wrong)}`,
  )
}

/**
 * Names of header fields as they are set, several with commas between; none if there is no text.
 *
 * @throws {Error} with what is wrong, as "must be …".
 */
export function parseCorsHeaders(text: string): readonly string[] {
  if (text.trim() === '') return []
  const names = text.split(',').map((part) => part.trim().toLowerCase())
  const wrong = names.find((name) => !FIELD_NAME.test(name) || name === '*')
  if (wrong === undefined) return names
  throw new Error(
    `must be names of header fields with commas between, such as content-type: got ${JSON.stringify(wrong)}`,
  )
}

/** As a browser writes it: in lower case and Punycode, no path, no port that goes without saying; and no pattern. */
function isOrigin(text: string): boolean {
  if (!/^https?:/i.test(text)) return APP_ORIGIN.test(text)
  return URL.canParse(text) && new URL(text).origin === text && !text.includes('*')
}
