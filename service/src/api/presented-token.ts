import type { HttpRequest } from './http.ts'
import { valuesIn } from './percent-encoding.ts'

/** The name of the parameter and of the cookie that hold a playback token. */
const TOKEN_NAME = 'playbackToken'
const COOKIE = new RegExp(`(?:^|;)\\s*${TOKEN_NAME}=([^;\\s]+)`)
const BEARER = /^Bearer +(\S+)$/i

/**
 * The playback token of the request that a proxy asks about, and the path of that request. The
 * path is empty if the proxy did not say it, or if it says two: one of them is the viewer's.
 */
export function presentedToken({ headers }: Pick<HttpRequest, 'headers'>): {
  readonly token: string | undefined
  readonly path: string
} {
  const { 'x-original-uri': original, 'x-forwarded-uri': forwarded } = headers
  const isUnsure = original !== undefined && forwarded !== undefined && original !== forwarded
  const uri = isUnsure ? '' : (original ?? forwarded ?? '')
  const [path, query] = splitAtQuery(uri)
  const token =
    valuesIn(query, TOKEN_NAME)[0] ??
    COOKIE.exec(headers['cookie'] ?? '')?.[1] ??
    BEARER.exec(headers['authorization'] ?? '')?.[1]
  return { token, path }
}

function splitAtQuery(uri: string): readonly [string, string] {
  const at = uri.indexOf('?')
  return at === -1 ? [uri, ''] : [uri.slice(0, at), uri.slice(at + 1)]
}
