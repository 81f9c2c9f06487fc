/**
 * Checks playback tokens in nginx (njs 0.7 or later), for auth_request.
 *
 * Keys are files: <kid>.pem in the folder $playback_keys, as `streamgate playback-key public --pem`
 * prints them. To add a key, add its file. nginx reads it at the next request.
 */
const fs = require('fs')

/** Which part of the path names the content: the second one of /films/<contentId>/. */
const CONTENT_PART = 2
/** Paths that nginx and others may understand differently. */
const UNSURE = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|%2f|%5c|\\|%00/i
const KID = /^[\w.-]{1,64}$/

/** The handler of an internal location: 204 if the token opens the path of the request. */
async function check(r) {
  const uri = r.variables.request_uri
  const path = uri.split('?')[0]
  try {
    const claims = await claimsOf(tokenIn(r, uri), r.variables.playback_keys)
    if (claims === undefined || !(claims.exp > Date.now() / 1000)) r.return(401)
    else r.return(isPathOf(claims.contentId, path) ? 204 : 403)
  } catch (error) {
    r.error(`playback token: ${error.message}`)
    r.return(401)
  }
}

/** The query, a cookie, or a bearer token. */
function tokenIn(r, uri) {
  const inQuery = /[?&]playbackToken=([^&]+)/.exec(uri)
  if (inQuery) return inQuery[1]
  const inCookie = /(?:^|;)\s*playbackToken=([^;\s]+)/.exec(r.headersIn.Cookie || '')
  if (inCookie) return inCookie[1]
  const bearer = /^Bearer +(\S+)$/i.exec(r.headersIn.Authorization || '')
  return bearer ? bearer[1] : ''
}

/** The claims of a token with a right signature. Undefined for all others. */
async function claimsOf(token, folder) {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  const header = JSON.parse(Buffer.from(parts[0], 'base64url').toString())
  if (header.typ !== 'playback+jwt' || header.alg !== 'ES256' || !KID.test(header.kid)) return undefined
  const key = await publicKey(`${folder}/${header.kid}.pem`)
  if (key === undefined) return undefined
  const isRight = await crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' },
    key,
    Buffer.from(parts[2], 'base64url'),
    Buffer.from(`${parts[0]}.${parts[1]}`),
  )
  return isRight ? JSON.parse(Buffer.from(parts[1], 'base64url').toString()) : undefined
}

async function publicKey(file) {
  const pem = textOf(file)
  if (pem === '') return undefined
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  return crypto.subtle.importKey('spki', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
}

/** Empty if there is no such file. */
function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return ''
    throw error
  }
}

function isPathOf(contentId, path) {
  const parts = path.split('/')
  if (!contentId || UNSURE.test(path) || parts.length <= CONTENT_PART + 1) return false
  return decodeURIComponent(parts[CONTENT_PART]) === contentId
}

export default { check }
