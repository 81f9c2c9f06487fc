/**
 * Who calls. `identify` runs once for each request, between the router and the route.
 */
import { KEY_PREFIX, type ApiKey } from '../auth/api-key.ts'
import type { KeyRing } from '../auth/key-ring.ts'
import type { StopTokens } from '../auth/stop-tokens.ts'
import type { TokenFault } from '../auth/token-rules.ts'
import type { TokenVerifier } from '../auth/token-verifier.ts'
import type { CredentialFault } from './fault.ts'
import type { HttpRequest, PathParams } from './http.ts'
import { decoded, valuesIn } from './percent-encoding.ts'

/** The caller of one request. */
export type Caller =
  /** Callers are not checked, so every call is allowed. */
  | { readonly kind: 'trusted' }
  /** Callers are checked, and this request has neither a token nor a key. */
  | { readonly kind: 'anonymous' }
  /** It has something else than a valid token or key. */
  | { readonly kind: 'rejected'; readonly because: CredentialFault }
  | Viewer
  /** A backend with a valid API key. */
  | { readonly kind: 'backend'; readonly key: ApiKey }
  /** A page that is being left. It has a stop token for the stream of its call. */
  | { readonly kind: 'page'; readonly tenant: string | undefined }

/** A viewer with a valid token. */
export type Viewer = {
  readonly kind: 'viewer'
  readonly claim: string
  /** The value of the claim. It may be anything. */
  readonly userId: unknown
  /** The only tenant of the viewer, if the token says it. */
  readonly tenant?: string | undefined
  /** Members of a start that the token says. They are not checked yet. */
  readonly given?: Readonly<Record<string, unknown>> | undefined
}

/** Finds out who calls: at once if it can. Never throws and never rejects. */
export type Identify = (request: HttpRequest, found: Found) => Caller | Promise<Caller>

/** The route of a request. */
export type Found = {
  readonly route: { readonly takesStopToken?: boolean }
  readonly params: PathParams
}

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
  readonly tokens: TokenVerifier<Caller> | undefined
  readonly stopTokens: StopTokens | undefined
  /** The claim with the user id, if a gateway in front checks the tokens of viewers. */
  readonly gatewayClaim: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** For a service that checks what its callers send in `Authorization` (RFC 6750). */
export function identifyByCredentials(credentials: Credentials): Identify {
  const { keys, tokens, stopTokens, gatewayClaim, now } = credentials
  return ({ headers, claims, query }, { route, params }) => {
    if (claims !== undefined && gatewayClaim !== undefined) {
      return { kind: 'viewer', claim: gatewayClaim, userId: claims[gatewayClaim] }
    }
    const header = headers['authorization']
    if (header === undefined) {
      return route.takesStopToken === true && query !== '' ? pageOf(stopTokens, query, params) : ANONYMOUS
    }
    const text = bearerIn(header)
    if (text === undefined) return rejected('malformed')
    if (!text.startsWith(KEY_PREFIX))
      return tokens === undefined ? rejected('malformed') : viewerOf(tokens, text)
    const found = keys?.find(text, now) ?? 'unknown-key'
    return typeof found === 'string' ? rejected(found) : { kind: 'backend', key: found }
  }
}

/** What the audit calls a caller that was checked. */
export function callerName(caller: Caller): string | undefined {
  switch (caller.kind) {
    case 'trusted':
    case 'anonymous':
    case 'rejected':
      return undefined
    case 'viewer':
    case 'page':
      return caller.kind
    case 'backend':
      return `key:${caller.key.id}`
  }
}

/** The one tenant that a caller may act for. `undefined` if it may name any. */
export function tenantOf(caller: Caller): string | undefined {
  if (caller.kind === 'viewer' || caller.kind === 'page') return caller.tenant
  return caller.kind === 'backend' ? caller.key.tenant : undefined
}

/** The page behind the stop token of a query. */
async function pageOf(
  stopTokens: StopTokens | undefined,
  query: string,
  { userId = '', id = '' }: PathParams,
): Promise<Caller> {
  const [token, ...others] = valuesIn(query, 'token')
  if (stopTokens === undefined || token === undefined) return ANONYMOUS
  const [user, lease] = [decoded(userId), decoded(id)]
  const isOne = others.length === 0 && user !== undefined && lease !== undefined
  const target = isOne ? await stopTokens.targetOf(token, { user, lease }) : undefined
  return target === undefined ? rejected('other-stop-token') : { kind: 'page', tenant: target.tenant }
}

function viewerOf(tokens: TokenVerifier<Caller>, token: string): Caller | Promise<Caller> {
  const found = tokens.check(token)
  return found instanceof Promise ? found.then(callerOf) : callerOf(found)
}

function callerOf(found: Caller | TokenFault): Caller {
  return typeof found === 'string' ? rejected(found) : found
}

function rejected(because: CredentialFault): Caller {
  return { kind: 'rejected', because }
}

const SCHEME = 'Bearer '

/** The text behind `Bearer`. `undefined` if the header has another scheme. */
function bearerIn(header: string): string | undefined {
  if (header.startsWith(SCHEME)) return header.slice(SCHEME.length)
  return /^bearer +(.*)$/i.exec(header)?.[1]
}
