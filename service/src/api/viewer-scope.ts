/**
 * What a viewer's token allows. A gateway in front has checked the token. The service checks every call against its
 * claims, so that a call that reaches it by another route of the gateway gains nothing.
 */
import type { Caller } from './caller.ts'
import type { HttpResponse, PathParams } from './http.ts'
import { problem } from './problem.ts'
import type { Call, Route } from './route.ts'

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The answer to a call that this caller may not make; `undefined` if the call is allowed.
 *
 * A viewer's token covers viewer calls for the one user that it names. It covers no operator call, and no plan:
 * a player must not choose its own.
 */
export function refusalOf(
  caller: Caller,
  route: Route,
  { request, params }: Pick<Call, 'request' | 'params'>,
): HttpResponse | undefined {
  if (caller.kind === 'trusted' || route.audience === 'public') return undefined
  if (caller.kind === 'anonymous') {
    return problem('unauthorized', 'This call needs a token.', {
      headers: { 'www-authenticate': 'Bearer' },
    })
  }
  if (route.audience === 'operator' || new URLSearchParams(request.query).has('by')) {
    return problem('forbidden', 'A viewer’s token does not allow operator calls.')
  }
  const user = userIn(params)
  if (user === undefined || user !== caller.userId) {
    const detail = `The token belongs to another user: its claim ${caller.claim} is not the user of this path.`
    return problem('forbidden', detail)
  }
  if (namesPlan(request.body)) {
    return problem('forbidden', 'A viewer’s token does not allow "plan": leave it out.')
  }
  return undefined
}

function userIn({ userId = '' }: PathParams): string | undefined {
  try {
    return decodeURIComponent(userId)
  } catch {
    return undefined
  }
}

/** As the input reads a body; what cannot be read names nothing, and is refused there. */
function namesPlan(body: Uint8Array | undefined): boolean {
  try {
    const value: unknown = JSON.parse(STRICT_UTF8.decode(body))
    return typeof value === 'object' && value !== null && 'plan' in value && value.plan !== null
  } catch {
    return false
  }
}
