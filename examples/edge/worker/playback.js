/**
 * Checks playback tokens in a Worker with a fetch handler: Cloudflare Workers, Deno, and others
 * with Web Crypto. All algorithms: ES256, EdDSA, HS256.
 *
 * `env.JWKS` is the address of the service's /.well-known/jwks.json. Shared secrets are not
 * published, so those of HS256 come in `env.SECRETS`, as the JSON of a key set.
 */

/** Which part of the path names the content: the second one of /films/<contentId>/. */
const CONTENT_PART = 2
/** Paths that caches and origins may understand differently. */
const UNSURE = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|%2f|%5c|\\|%00/i
/** How long keys are used before they are asked for again, and at most for a kid that is unknown. */
const KEYS_KEPT_MS = 300_000
const KEYS_ASKED_AGAIN_MS = 10_000

const ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  HS256: { name: 'HMAC', hash: 'SHA-256' },
}

let known = { keys: new Map(), atMs: -Infinity, address: '' }

/** Passes a request with a good token on to the origin, without the token. */
async function answer(request, env) {
  const url = new URL(request.url)
  const claims = await claimsOf(tokenIn(request, url), env)
  if (claims === undefined || !(claims.exp > Date.now() / 1000)) return new Response(null, { status: 401 })
  if (!isPathOf(claims.contentId, rawPathOf(request.url))) return new Response(null, { status: 403 })
  // The cache must not keep a copy of the film for each token.
  url.searchParams.delete('playbackToken')
  return fetch(new Request(url, request))
}

/** The query, a cookie, or a bearer token. */
function tokenIn(request, url) {
  const inCookie = /(?:^|;)\s*playbackToken=([^;\s]+)/.exec(request.headers.get('cookie') ?? '')
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')
  return url.searchParams.get('playbackToken') ?? inCookie?.[1] ?? bearer?.[1] ?? ''
}

/** The claims of a token with a right signature. Undefined for all others. */
async function claimsOf(token, env) {
  try {
    const [header, payload, signature, ...more] = token.split('.')
    const { alg, kid, typ } = JSON.parse(decoded(header))
    if (typ !== 'playback+jwt' || more.length > 0) return undefined
    const key = await keyOf(kid, env)
    // The algorithm is that of the key, whatever a header asks for.
    if (key === undefined || key.alg !== alg) return undefined
    const bytes = new TextEncoder().encode(`${header}.${payload}`)
    const isRight = await crypto.subtle.verify(ALGORITHMS[alg], key.key, bytesOf(signature), bytes)
    return isRight ? JSON.parse(decoded(payload)) : undefined
  } catch {
    return undefined
  }
}

/** Keys are asked for again from time to time, and for a kid that is new. */
async function keyOf(kid, env) {
  const ageMs = known.address === env.JWKS ? Date.now() - known.atMs : Infinity
  const isStale = ageMs > KEYS_KEPT_MS || (!known.keys.has(kid) && ageMs > KEYS_ASKED_AGAIN_MS)
  if (isStale) known = { keys: await keysFrom(env), atMs: Date.now(), address: env.JWKS }
  return known.keys.get(kid)
}

async function keysFrom({ JWKS, SECRETS = '{"keys":[]}' }) {
  const published = JWKS === undefined ? { keys: [] } : await (await fetch(JWKS)).json()
  const keys = new Map()
  for (const { kid, alg, use, ...jwk } of [...published.keys, ...JSON.parse(SECRETS).keys]) {
    keys.set(kid, { alg, key: await crypto.subtle.importKey('jwk', jwk, ALGORITHMS[alg], false, ['verify']) })
  }
  return keys
}

/** `URL` removes dot segments. What the client wrote is checked instead. */
function rawPathOf(address) {
  return address.replace(/^[a-z]+:\/\/[^/?#]*/i, '').split(/[?#]/)[0]
}

function isPathOf(contentId, path) {
  const parts = path.split('/')
  if (!contentId || UNSURE.test(path) || parts.length <= CONTENT_PART + 1) return false
  try {
    return decodeURIComponent(parts[CONTENT_PART]) === contentId
  } catch {
    return false
  }
}

function decoded(part) {
  return new TextDecoder().decode(bytesOf(part))
}

function bytesOf(part) {
  const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

export default { fetch: answer }
