/**
 * Checks playback tokens (HS256) as a CloudFront Function: runtime 2.0, event "viewer request".
 *
 * The secret is in a key value store that is associated with the function: under the kid of a key,
 * its "k" in base64url. To change keys, add the next one, and remove the former one when its last
 * token has expired.
 */
import cf from 'cloudfront'
import crypto from 'crypto'

/** Which part of the path names the content: the second one of /films/<contentId>/. */
const CONTENT_PART = 2
/** Paths that CloudFront and an origin may understand differently. */
const UNSURE = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)|%2f|%5c|\\|%00/i
const KID = /^[\w.-]{1,64}$/

const secrets = cf.kvs()

async function handler(event) {
  const request = event.request
  const claims = await claimsOf(tokenIn(request))
  if (claims === undefined || !(claims.exp > Date.now() / 1000)) return refusal(401, 'Unauthorized')
  if (!isPathOf(claims.contentId, request.uri)) return refusal(403, 'Forbidden')
  // The cache must not keep a copy of the film for each token.
  delete request.querystring.playbackToken
  return request
}

/** The query, a cookie, or a bearer token. */
function tokenIn(request) {
  const given = request.querystring.playbackToken || request.cookies.playbackToken
  if (given) return given.value
  const authorization = request.headers.authorization
  return authorization ? authorization.value.replace(/^Bearer +/i, '') : ''
}

/** The claims of a token with a right signature. Undefined for all others. */
async function claimsOf(token) {
  const parts = token.split('.')
  const header = parts.length === 3 ? objectIn(parts[0]) : {}
  if (header.typ !== 'playback+jwt' || header.alg !== 'HS256' || !KID.test(header.kid)) return undefined
  const secret = await secretOf(header.kid)
  if (secret === undefined) return undefined
  const signature = crypto
    .createHmac('sha256', secret)
    .update(parts[0] + '.' + parts[1])
    .digest('base64url')
  return isSame(signature, parts[2]) ? objectIn(parts[1]) : undefined
}

async function secretOf(kid) {
  try {
    return Buffer.from(await secrets.get(kid), 'base64url')
  } catch (error) {
    return undefined
  }
}

function objectIn(part) {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) || {}
  } catch (error) {
    return {}
  }
}

/** Compares to the end, so that the time does not tell how much is right. */
function isSame(signature, given) {
  let difference = signature.length ^ given.length
  for (let index = 0; index < signature.length; index += 1) {
    difference |= signature.charCodeAt(index) ^ given.charCodeAt(index)
  }
  return difference === 0
}

function isPathOf(contentId, path) {
  const parts = path.split('/')
  if (!contentId || UNSURE.test(path) || parts.length <= CONTENT_PART + 1) return false
  try {
    return decodeURIComponent(parts[CONTENT_PART]) === contentId
  } catch (error) {
    return false
  }
}

function refusal(statusCode, statusDescription) {
  return { statusCode: statusCode, statusDescription: statusDescription }
}
