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
} as const satisfies Record<CredentialFault, string>

/** The answer to a caller whose token or key is not valid, with the challenge of RFC 6750. */
export function badCredentials(because: CredentialFault): HttpResponse {
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
      return 'A viewer’s token does not allow operator calls.'
    case 'other-user':
      return `The token belongs to another user: its claim ${reason.claim} is not the user of this path.`
    case 'member':
      return `A viewer’s token does not allow "${reason.member}": leave it out.`
    case 'scope':
      return `The API key does not have the scope "${reason.scope}", which this call needs.`
    case 'other-tenant':
      return 'The API key belongs to another tenant than the one that the call names.'
    case 'all-tenants':
      return 'The API key belongs to one tenant, and this call is about all of them.'
  }
}
