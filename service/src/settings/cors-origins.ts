/**
 * The settings of Cross-Origin Resource Sharing: whose pages may call, and what they may send.
 */
import { refuse } from './parse.ts'

/** Pages that may call: those of any origin, or of these. An empty list allows no page. */
export type CorsOrigins = '*' | readonly string[]

/** What players, gateways in front of the service and tracing libraries send. */
export const CORS_HEADERS_DEFAULT =
  'authorization, content-type, if-match, traceparent, tracestate, baggage, x-request-id'

/** Apps whose pages run in a shell, on phones, desktops and consoles, have schemes of their own. */
const APP_SCHEMES = ['app', 'capacitor', 'ionic', 'ms-appx', 'ms-appx-web', 'tauri'] as const

/** An origin of such an app, for example `capacitor://localhost`. `URL` gives these no origin. */
const APP_ORIGIN = new RegExp(
  `^(?:(?:${APP_SCHEMES.join('|')})://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\\d{1,5})?|file://)$`,
)

/** A token of RFC 9110. */
const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * The origins in a setting: `*`, or a list separated by commas.
 *
 * @throws {Error} with what is wrong, as "must be …".
 */
export function parseCorsOrigins(text: string): CorsOrigins {
  if (text.trim() === '') return []
  if (text.trim() === '*') return '*'
  const origins = text.split(',').map((part) => part.trim())
  const wrong = origins.find((origin) => !isOrigin(origin))
  if (wrong === undefined) return origins
  return refuse(
    `must be * alone, or origins separated by commas, each as a browser sends it, such as https://app.example.com, or an app's origin (${APP_SCHEMES.join(', ')}, file): got ${JSON.stringify(wrong)}`,
  )
}

/**
 * The names of headers in a setting, separated by commas. An empty text names none.
 *
 * @throws {Error} with what is wrong, as "must be …".
 */
export function parseCorsHeaders(text: string): readonly string[] {
  if (text.trim() === '') return []
  const names = text.split(',').map((part) => part.trim().toLowerCase())
  const wrong = names.find((name) => !FIELD_NAME.test(name) || name === '*')
  if (wrong === undefined) return names
  return refuse(
    `must be header names separated by commas, such as content-type: got ${JSON.stringify(wrong)}`,
  )
}

/** Whether a browser would write it like this: lower case, Punycode, no path, no default port. */
function isOrigin(text: string): boolean {
  if (!/^https?:/i.test(text)) return APP_ORIGIN.test(text)
  return URL.canParse(text) && new URL(text).origin === text && !text.includes('*')
}
