import type { AuthKeys } from '../auth/auth-keys.ts'
import { KeyRing } from '../auth/key-ring.ts'
import type { Config } from '../settings/settings.ts'
import { identifyByClaim, identifyByCredentials, trustEverybody, type Identify } from './caller.ts'
import { Cors } from './cors.ts'
import { presentProblem } from './present-problem.ts'

/** What identifies callers. */
export type DoorParts = {
  readonly keys: AuthKeys
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** How callers are identified, which pages may call, and how errors look. */
export function doorsOf(config: Config, parts: DoorParts) {
  const { corsOrigins: origins, corsHeaders: headers } = config
  const cors = new Cors({ origins, headers })
  return { cors, identify: identifyOf(config, parts), presentFault: presentProblem }
}

function identifyOf({ auth, jwtUserClaim }: Config, { keys, now }: DoorParts): Identify {
  if (auth.length === 0) return jwtUserClaim === undefined ? trustEverybody : identifyByClaim(jwtUserClaim)
  return identifyByCredentials({ keys: keyRingOf(keys), gatewayClaim: jwtUserClaim, now })
}

function keyRingOf({ apiKeys }: AuthKeys): KeyRing | undefined {
  if (apiKeys === undefined) return undefined
  const ring = new KeyRing(apiKeys.keys)
  apiKeys.subscribe((keys) => ring.use(keys))
  return ring
}
