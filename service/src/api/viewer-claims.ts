import type { ClaimNames } from '../settings/token-settings.ts'
import type { Caller } from './caller.ts'

/** The claim with the user id, unless the settings name another one. */
const USER_CLAIM = 'sub'

/** Which claims say what. */
export type ClaimSettings = {
  readonly jwtUserClaim: string | undefined
  readonly jwtClaims: ClaimNames
}

/** The caller behind the claims of a valid token. A member whose claim is missing is not given. */
export function viewerByClaims({
  jwtUserClaim: claim = USER_CLAIM,
  jwtClaims: { tenant: tenantClaim, ...members },
}: ClaimSettings): (claims: Readonly<Record<string, unknown>>) => Caller {
  return (claims) => {
    const given = Object.entries(members)
      .map(([member, name]) => [member, claims[name]] as const)
      .filter(([, value]) => value !== undefined && value !== null)
    const viewer = {
      kind: 'viewer',
      claim,
      userId: claims[claim],
      given: given.length === 0 ? undefined : Object.fromEntries(given),
    } as const
    if (tenantClaim === undefined) return viewer
    const tenant = claims[tenantClaim]
    // Without it the viewer would act beside all tenants.
    return typeof tenant === 'string' ? { ...viewer, tenant } : { kind: 'rejected', because: 'no-tenant' }
  }
}
