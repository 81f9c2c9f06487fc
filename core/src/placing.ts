import type { TenantRef } from './decision.ts'
import { LimiterError } from './errors.ts'
import type { UserId } from './lease.ts'
import type { Policy, Tenant } from './policy/policy.ts'
import { storedUser, withTenant } from './tenants.ts'

/**
 * The request for the user as stored, and the policy with the plans of its tenant.
 *
 * @param isAsked whether a rule asks for the tenant, which is then an attribute of the stream.
 * @throws {LimiterError} `TENANT_UNKNOWN` if the policy does not hold the tenant.
 */
export function placedIn<Request extends TenantRef & { readonly user: UserId }>(
  policy: Policy,
  request: Request,
  isAsked: boolean,
): { readonly policy: Policy; readonly placed: Request } {
  const { tenant, user } = request
  if (tenant === undefined) return { policy, placed: request }
  const { scope, plans, defaultPlan } = tenantNamed(policy, tenant)
  const named = isAsked ? withTenant(request, tenant) : request
  return {
    policy: { ...policy, plans, defaultPlan },
    placed: { ...named, user: storedUser(scope, user) },
  }
}

/** @throws {LimiterError} `TENANT_UNKNOWN` if the policy does not hold the tenant. */
export function tenantNamed({ tenants }: Policy, name: string): Tenant {
  const tenant = tenants?.get(name)
  if (tenant !== undefined) return tenant
  throw new LimiterError('TENANT_UNKNOWN', 'The policy holds no tenant of this name', {
    facts: { tenant: name },
  })
}
