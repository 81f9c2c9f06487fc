/**
 * Who calls. `identify` runs once for each request, between the router and the route.
 */
import type { ApiKey } from '../auth/api-key.ts'
import type { KeyRing } from '../auth/key-ring.ts'
import type { CredentialFault } from './fault.ts'
import type { HttpRequest } from './http.ts'

/** The caller of one request. */
export type Caller =
  /** Callers are not checked, so every call is allowed. */
  | { readonly kind: 'trusted' }
  /** Callers are checked, and this request has neither a token nor a key. */
  | { readonly kind: 'anonymous' }
  /** It has something else than a valid token or key. */
  | { readonly kind: 'rejected'; readonly because: CredentialFault }
  /**
   * A viewer with a valid token. `userId` is the value of its claim `claim`, and may be anything.
   */
  | { readonly kind: 'viewer'; readonly claim: string; readonly userId: unknown }
  /** A backend with a valid API key. */
  | { readonly kind: 'backend'; readonly key: ApiKey }

/** Finds out who calls. Never throws. */
export type Identify = (request: HttpRequest) => Caller

const TRUSTED: Caller = { kind: 'trusted' }

/** A caller that says nothing about itself. */
export const ANONYMOUS: Caller = { kind: 'anonymous' }

/** For a service that only trusted callers can reach. */
export const trustEverybody: Identify = () => TRUSTED

/**
 * For a service behind a gateway that checks tokens and passes their claims on.
 *
 * @param claim the claim that holds the user id.
 */
export function identifyByClaim(claim: string): Identify {
  return ({ claims }) => (claims === undefined ? ANONYMOUS : { kind: 'viewer', claim, userId: claims[claim] })
}

/** What identifies callers. */
export type Credentials = {
  readonly keys: KeyRing | undefined
  /** The claim with the user id, if a gateway in front checks the tokens of viewers. */
  readonly gatewayClaim: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** For a service that checks what its callers send in `Authorization` (RFC 6750). */
export function identifyByCredentials({ keys, gatewayClaim, now }: Credentials): Identify {
  return ({ headers, claims }) => {
    if (claims !== undefined && gatewayClaim !== undefined) {
      return { kind: 'viewer', claim: gatewayClaim, userId: claims[gatewayClaim] }
    }
    const header = headers['authorization']
    if (header === undefined) return ANONYMOUS
    const text = bearerIn(header)
    if (text === undefined || keys === undefined) return { kind: 'rejected', because: 'malformed' }
    const found = keys.find(text, now())
    return typeof found === 'string' ? { kind: 'rejected', because: found } : { kind: 'backend', key: found }
  }
}

/** The one tenant that a caller may act for. `undefined` if it may name any. */
export function tenantOf(caller: Caller): string | undefined {
  return caller.kind === 'backend' ? caller.key.tenant : undefined
}

const SCHEME = 'Bearer '

/** The text behind `Bearer`. `undefined` if the header has another scheme or says more. */
function bearerIn(header: string): string | undefined {
  if (header.startsWith(SCHEME) && !header.includes(' ', SCHEME.length)) return header.slice(SCHEME.length)
  return /^bearer +([^ ]+) *$/i.exec(header)?.[1]
}
