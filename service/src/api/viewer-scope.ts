/**
 * What a viewer's token allows. A gateway in front has checked the token. The service checks every
 * call against its claims, so that a call that reaches it by another route of the gateway gains
 * nothing.
 */
import type { Caller } from './caller.ts'
import { forbidden, type Fault } from './fault.ts'
import type { PathParams } from './http.ts'
import type { Call, Route } from './route.ts'
import { textOfUtf8 } from '../text/strict-utf8.ts'

/**
 * Why this caller may not make this call. `undefined` if it may.
 *
 * A viewer's token covers viewer calls for the one user that it names. It covers no operator call,
 * and no member that a player must not choose: its plan, its tenant, and the address that it
 * calls from.
 */
export function tokenFault(
  caller: Caller,
  route: Route,
  { request, params }: Pick<Call, 'request' | 'params'>,
): Fault | undefined {
  if (caller.kind === 'trusted' || route.audience === 'public') return undefined
  if (caller.kind === 'anonymous') return { kind: 'no-token' }
  if (route.audience === 'operator' || new URLSearchParams(request.query).has('by')) {
    return forbidden({ because: 'operator-call' })
  }
  const user = userIn(params)
  if (user === undefined || user !== caller.userId) {
    return forbidden({ because: 'other-user', claim: caller.claim })
  }
  if (request.headers['x-tenant'] !== undefined) return forbidden({ because: 'member', member: 'X-Tenant' })
  const member = reservedMember(request.body)
  return member === undefined ? undefined : forbidden({ because: 'member', member })
}

function userIn({ userId = '' }: PathParams): string | undefined {
  try {
    return decodeURIComponent(userId)
  } catch {
    return undefined
  }
}

/** Members that only trusted callers may send. */
const RESERVED = ['plan', 'clientAddress', 'tenant'] as const

/**
 * The first member of a body that a viewer must not send. A body that cannot be parsed has none,
 * and is rejected later.
 */
function reservedMember(body: Uint8Array | undefined): string | undefined {
  try {
    const value: unknown = JSON.parse(textOfUtf8(body))
    if (typeof value !== 'object' || value === null) return undefined
    const members = value as Readonly<Record<string, unknown>>
    return RESERVED.find((name) => members[name] !== undefined && members[name] !== null)
  } catch {
    return undefined
  }
}
