/**
 * Stands in front of a DRM licence server, and lets only those through who hold a playback token.
 * Plain Node 22 or later, no packages:
 *
 *   JWKS=http://127.0.0.1:8080/.well-known/jwks.json LICENCES=http://127.0.0.1:9000/clearkey \
 *     CONTENTS=contents.json ORIGIN=https://films.example PORT=8082 node licence-proxy.js
 *
 * CONTENTS is a JSON file that names the key ids of each content: {"film 7": ["a7ek…"]}. ClearKey's
 * requests name them in JSON. For Widevine, PlayReady and FairPlay read them from that system's
 * request, or give each content a path of its own at the licence server.
 *
 * With REVOCATIONS=http://127.0.0.1:8080/revocations it refuses tokens as soon as their stream has
 * ended, and not only when they expire.
 */
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const { JWKS, LICENCES, CONTENTS, ORIGIN, REVOCATIONS, PORT = '8082' } = process.env

/** How long keys are used before they are asked for again, and at most for a kid that is unknown. */
const KEYS_KEPT_MS = 300_000
const KEYS_ASKED_AGAIN_MS = 10_000
const REQUEST_BYTES_MAX = 65_536
/** How long a call for revocations waits for news. */
const WAIT_SECONDS = 9

const contents = JSON.parse(readFileSync(CONTENTS, 'utf8'))
let known = { keys: new Map(), atMs: -Infinity }
let revoked = []

const server = createServer(async (request, response) => {
  response.setHeader('access-control-allow-origin', ORIGIN ?? '')
  response.setHeader('access-control-allow-headers', 'authorization, content-type')
  if (request.method === 'OPTIONS') return response.writeHead(204).end()
  try {
    const { status, body } = await answerTo(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  } catch (error) {
    console.error(error)
    response.writeHead(502).end()
  }
})
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
if (REVOCATIONS !== undefined) void followRevocations()

async function answerTo(request) {
  const claims = await claimsOf(/^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '')
  if (claims === undefined || claims.exp <= Date.now() / 1000) return { status: 401 }
  if (revoked.some((one) => isRevokedBy(one, claims))) return { status: 403 }
  const asked = await bytesOf(request)
  if (asked === undefined) return { status: 413 }
  if (!isOfContent(asked, claims.contentId)) return { status: 403 }
  const headers = { 'content-type': 'application/json' }
  const licence = await fetch(LICENCES, { method: 'POST', headers, body: asked })
  return { status: licence.status, body: Buffer.from(await licence.arrayBuffer()) }
}

async function bytesOf(request) {
  const chunks = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > REQUEST_BYTES_MAX) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Whether the request is for keys of this content, and for no others. */
function isOfContent(asked, contentId) {
  const allowed = Object.hasOwn(contents, contentId ?? '') ? contents[contentId] : []
  try {
    const { kids } = JSON.parse(asked.toString())
    return Array.isArray(kids) && kids.length > 0 && kids.every((kid) => allowed.includes(kid))
  } catch {
    return false
  }
}

/** The claims of a token with a right signature. Undefined for all others. */
async function claimsOf(token) {
  try {
    const [header, payload, signature, ...more] = token.split('.')
    const { kid, alg, typ } = objectIn(header)
    if (typ !== 'playback+jwt' || more.length > 0) return undefined
    const key = await keyOf(kid)
    // The algorithm is that of the key, whatever a header asks for.
    if (key === undefined || key.alg !== alg) return undefined
    const hash = alg === 'ES256' ? 'sha256' : null
    const options = { key: key.key, dsaEncoding: 'ieee-p1363' }
    const bytes = Buffer.from(`${header}.${payload}`)
    return verify(hash, bytes, options, Buffer.from(signature, 'base64url')) ? objectIn(payload) : undefined
  } catch {
    return undefined
  }
}

/** Keys are asked for again from time to time, and for a kid that is new. */
async function keyOf(kid) {
  const ageMs = Date.now() - known.atMs
  const isStale = ageMs > KEYS_KEPT_MS || (!known.keys.has(kid) && ageMs > KEYS_ASKED_AGAIN_MS)
  if (isStale) {
    const { keys } = await (await fetch(JWKS)).json()
    const entries = keys.map((jwk) => [
      jwk.kid,
      { alg: jwk.alg, key: createPublicKey({ key: jwk, format: 'jwk' }) },
    ])
    known = { keys: new Map(entries), atMs: Date.now() }
  }
  return known.keys.get(kid)
}

/** Keeps the list of revocations up to date. While the service does not answer, tokens expire only. */
async function followRevocations() {
  let since = ''
  for (;;) {
    try {
      const page = await (await fetch(`${REVOCATIONS}?since=${since}&wait=${WAIT_SECONDS}`)).json()
      const now = Date.now() / 1000
      const kept = page.isAll ? [] : revoked
      revoked = [...kept, ...page.revoked].filter(({ until }) => until > now)
      since = page.cursor
    } catch {
      await pause(1000)
    }
  }
}

/** Every member that a revocation has must fit. */
function isRevokedBy({ sub, tenant, sid, streamId, deviceId, revokedAt }, claims) {
  const at = claims.sid.indexOf('@')
  const ownStreamId = at === -1 ? claims.sid : claims.sid.slice(0, at)
  const ownDeviceId = at === -1 ? undefined : claims.sid.slice(at + 1)
  return (
    (sub ?? claims.sub) === claims.sub &&
    tenant === claims.tenant &&
    (sid ?? claims.sid) === claims.sid &&
    (streamId ?? ownStreamId) === ownStreamId &&
    (deviceId ?? ownDeviceId) === ownDeviceId &&
    claims.iat <= revokedAt
  )
}

function objectIn(part) {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
