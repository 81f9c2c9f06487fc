/**
 * The words for callers that prove nothing, or may not make their call.
 */
import type { CredentialFault, Forbidden } from './fault.ts'
import type { HttpResponse } from './http.ts'
import { problem } from './problem.ts'

const CREDENTIALS = {
  malformed: 'Authorization must be Bearer, a blank, and one token or API key.',
  'unknown-key': 'This API key is not known.',
  'expired-key': 'This API key has expired.',
  'no-tenant': 'The token does not say its tenant.',
  'other-stop-token': 'The stop token was not made for this stream.',
  'malformed-token': 'The token is not a JSON Web Token.',
  'untrusted-token': 'The algorithm, the key or the signature of the token is not accepted.',
  'expired-token': 'The token has expired.',
  'endless-token': 'The token must say when it expires.',
  'early-token': 'The token is not valid yet.',
  'other-audience': 'The token was made for another audience.',
  'other-issuer': 'The token was made by another issuer.',
} as const satisfies Record<Exclude<CredentialFault, 'keys-unavailable'>, string>

/** How long a caller should wait for the keys of its token. */
const RETRY_AFTER_SECONDS = 5

/** The answer to a caller whose token or key is not valid, with the challenge of RFC 6750. */
export function badCredentials(because: CredentialFault): HttpResponse {
  if (because === 'keys-unavailable') {
    const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) }
    return problem('keys-unavailable', 'The keys of the token’s issuer cannot be loaded.', { headers })
  }
  const detail = CREDENTIALS[because]
  const challenge = `Bearer error="invalid_token", error_description="${detail}"`
  return problem('unauthorized', detail, { headers: { 'www-authenticate': challenge } })
}

/** The challenge to a caller that lacks a scope, so that it knows which. */
export function challengeOf(reason: Forbidden): Readonly<Record<string, string>> {
  if (reason.because !== 'scope') return {}
  return { 'www-authenticate': `Bearer error="insufficient_scope", scope="${reason.scope}"` }
}

/** Why a call is not allowed. */
export function forbiddenText(reason: Forbidden): string {
  switch (reason.because) {
    case 'operator-call':
      return 'A token does not allow operator calls.'
    case 'other-user':
      return `The token belongs to another user: its claim ${reason.claim} is not the user of this path.`
    case 'other-device':
      return 'The token belongs to another device than the stream.'
    case 'member':
      return `A token does not allow "${reason.member}": leave it out.`
    case 'scope':
      return `The API key does not have the scope "${reason.scope}", which this call needs.`
    case 'other-tenant':
      return 'The API key belongs to another tenant than the one that the call names.'
    case 'all-tenants':
      return 'The API key belongs to one tenant, and this call is about all of them.'
  }
}
