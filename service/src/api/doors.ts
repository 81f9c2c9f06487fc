import type { AuthKeys } from '../auth/auth-keys.ts'
import { KeyRing } from '../auth/key-ring.ts'
import type { StopTokens } from '../auth/stop-tokens.ts'
import { openTokens } from '../auth/open-tokens.ts'
import type { TokenVerifier } from '../auth/token-verifier.ts'
import type { Config } from '../settings/settings.ts'
import type { Logger } from '../telemetry/log.ts'
import {
  identifyByClaim,
  identifyByCredentials,
  trustEverybody,
  type Caller,
  type Identify,
} from './caller.ts'
import { Cors } from './cors.ts'
import { presentProblem } from './present-problem.ts'
import { viewerByClaims } from './viewer-claims.ts'

/** What identifies callers. */
export type DoorParts = {
  readonly keys: AuthKeys
  readonly stopTokens: StopTokens | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly logger: Logger
}

/** How callers are identified, which pages may call, and how errors look. */
export async function doorsOf(config: Config, parts: DoorParts) {
  const { corsOrigins: origins, corsHeaders: headers } = config
  const cors = new Cors({ origins, headers })
  return { cors, identify: await identifyOf(config, parts), presentFault: presentProblem }
}

async function identifyOf(config: Config, parts: DoorParts): Promise<Identify> {
  const { auth, jwtUserClaim } = config
  if (auth.length === 0) return jwtUserClaim === undefined ? trustEverybody : identifyByClaim(jwtUserClaim)
  const tokens = await tokensOf(config, parts)
  return identifyByCredentials({
    keys: keyRingOf(parts.keys),
    tokens,
    stopTokens: parts.stopTokens,
    gatewayClaim: tokens === undefined ? jwtUserClaim : undefined,
    now: parts.now,
  })
}

async function tokensOf(config: Config, parts: DoorParts): Promise<TokenVerifier<Caller> | undefined> {
  const { auth, jwtIssuer: issuer, jwtAudience: audiences, jwtKeys } = config
  const keys = jwtKeys !== undefined && 'url' in jwtKeys ? jwtKeys : parts.keys.jwtKeys
  if (!auth.includes('jwt') || issuer === undefined || audiences === undefined || keys === undefined) {
    return undefined
  }
  const { jwtAlgorithms: algorithms, jwtLeewaySeconds: leewaySeconds } = config
  const { now, logger } = parts
  const rules = { issuer, audiences, algorithms, leewaySeconds }
  return openTokens({ rules, keys, identityOf: viewerByClaims(config), now, logger })
}

function keyRingOf({ apiKeys }: AuthKeys): KeyRing | undefined {
  if (apiKeys === undefined) return undefined
  const ring = new KeyRing(apiKeys.keys)
  apiKeys.subscribe((keys) => ring.use(keys))
  return ring
}
