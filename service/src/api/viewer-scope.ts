/**
 * What a viewer's token may do. A gateway in front has checked the token and hands its claims over; here each call is
 * held against them, so that no way around the gateway's own routes leads anywhere.
 */
import type { HttpRequest, HttpResponse } from './http.ts'
import type { PathParams } from './input.ts'
import { problem } from './problem.ts'
import type { Route } from './route.ts'

/** What probes and readers ask; it tells nothing of anybody. */
const OPEN_OPERATIONS = new Set(['isAlive', 'isReady', 'getVersion'])

const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Whether a call needs no token. A route that is added later needs one. */
export function needsNoToken({ operation }: Route): boolean {
  return operation.tag === 'documentation' || OPEN_OPERATIONS.has(operation.operationId)
}

/** Holds calls against the claims of their tokens. */
export class ViewerScope {
  readonly #userClaim: string

  /** @param userClaim the claim that holds the user id. */
  constructor(userClaim: string) {
    this.#userClaim = userClaim
  }

  /**
   * The refusal of a call that its token does not cover. A token covers a viewer's calls for the one user that it
   * names. It covers no operator's call, and no plan: a player must not choose its own.
   */
  refusalOf(request: HttpRequest, route: Route, params: PathParams): HttpResponse | undefined {
    if (needsNoToken(route)) return undefined
    if (request.claims === undefined) {
      return problem('unauthorized', 'This call needs a token.', {
        headers: { 'www-authenticate': 'Bearer' },
      })
    }
    if (route.operation.tag !== 'viewers' || new URLSearchParams(request.query).has('by')) {
      return problem('forbidden', 'A token of a viewer does not cover what operators do.')
    }
    const user = userIn(params)
    if (user === undefined || user !== request.claims[this.#userClaim]) {
      return problem(
        'forbidden',
        `The token is not one of this user: its claim ${this.#userClaim} is another.`,
      )
    }
    if (namesPlan(request.body)) {
      return problem('forbidden', 'A token of a viewer does not cover "plan": leave it out.')
    }
    return undefined
  }
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
