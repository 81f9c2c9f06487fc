/**
 * Who calls. `identify` runs once for each request, between the router and the route.
 */
import type { HttpRequest } from './http.ts'

/** The caller of one request. */
export type Caller =
  /** No tokens are checked, so every call is allowed. */
  | { readonly kind: 'trusted' }
  /** Tokens are checked, and this request has none. */
  | { readonly kind: 'anonymous' }
  /**
   * A viewer with a valid token. `userId` is the value of its claim `claim`, and may be anything.
   */
  | { readonly kind: 'viewer'; readonly claim: string; readonly userId: unknown }

/** Finds out who calls. Never throws. */
export type Identify = (request: HttpRequest) => Caller

const TRUSTED: Caller = { kind: 'trusted' }
const ANONYMOUS: Caller = { kind: 'anonymous' }

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
