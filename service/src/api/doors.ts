import type { Config } from '../settings/settings.ts'
import { identifyByClaim, trustEverybody } from './caller.ts'
import { Cors } from './cors.ts'
import { presentProblem } from './present-problem.ts'

/** How callers are identified, which pages may call, and how errors look. */
export function doorsOf({ corsOrigins: origins, corsHeaders: headers, jwtUserClaim }: Config) {
  const identify = jwtUserClaim === undefined ? trustEverybody : identifyByClaim(jwtUserClaim)
  return { cors: new Cors({ origins, headers }), identify, presentFault: presentProblem }
}
