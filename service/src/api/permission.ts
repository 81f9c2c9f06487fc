/**
 * What a caller may do. A gateway in front may have checked the same, but the service checks every
 * call itself, so that a call that reaches it by another route of the gateway gains nothing.
 */
import { tenantOf, type Caller } from './caller.ts'
import { forbidden, type Fault } from './fault.ts'
import { decoded } from './percent-encoding.ts'
import type { Call, Route } from './route.ts'

/** A call, as far as a permission depends on it. */
type Asked = Pick<Call, 'request' | 'params' | 'caller'>
type CallerOf<Kind extends Caller['kind']> = Extract<Caller, { readonly kind: Kind }>

/** Why this caller may not make this call. `undefined` if it may. */
export function permissionFault(route: Route, asked: Asked): Fault | undefined {
  const { caller } = asked
  if (caller.kind === 'trusted' || route.audience === 'public') return undefined
  switch (caller.kind) {
    case 'anonymous':
      return { kind: 'no-token' }
    case 'rejected':
      return { kind: 'bad-credentials', because: caller.because }
    case 'viewer':
      return viewerFault(route, caller, asked)
    case 'backend':
      return backendFault(route, caller, asked)
    case 'page':
      return pageFault(asked)
  }
}

/**
 * A viewer's token covers viewer calls for the one user that it names. It covers no operator call,
 * and no tenant that the player chooses.
 */
function viewerFault(
  route: Route,
  caller: CallerOf<'viewer'>,
  { request, params }: Asked,
): Fault | undefined {
  if (route.audience === 'operator' || isByOperator(request.query)) {
    return forbidden({ because: 'operator-call' })
  }
  const user = decoded(params['userId'] ?? '')
  if (user === undefined || user !== caller.userId) {
    return forbidden({ because: 'other-user', claim: caller.claim })
  }
  if (request.headers['x-tenant'] === undefined) return undefined
  return forbidden({ because: 'member', member: 'X-Tenant' })
}

/** A stop token covers the stop of its stream, as its player's own. */
function pageFault({ request }: Asked): Fault | undefined {
  if (isByOperator(request.query)) return forbidden({ because: 'operator-call' })
  if (request.headers['x-tenant'] === undefined) return undefined
  return forbidden({ because: 'member', member: 'X-Tenant' })
}

/** An API key covers the calls of its scopes, for its tenant if it is bound to one. */
function backendFault(route: Route, caller: CallerOf<'backend'>, { request }: Asked): Fault | undefined {
  const { scopes } = caller.key
  const isForOperators = route.audience !== 'viewer' || isByOperator(request.query)
  const scope = isForOperators ? 'operate' : route.scope
  if (!scopes.has(scope)) return forbidden({ because: 'scope', scope })
  const tenant = tenantOf(caller)
  if (tenant === undefined) return undefined
  if (!isOfOneTenant(route)) return forbidden({ because: 'all-tenants' })
  const named = request.headers['x-tenant'] ?? tenant
  return named === tenant ? undefined : forbidden({ because: 'other-tenant' })
}

/** Whether the call is about one tenant. Other calls tell about all of them. */
export function isOfOneTenant({ path }: Pick<Route, 'path'>): boolean {
  return /\{(?:userId|streamId)\}/.test(path)
}

/** Whether a stop says that it is an operator's. */
function isByOperator(query: string): boolean {
  return query !== '' && new URLSearchParams(query).has('by')
}
