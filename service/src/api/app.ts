/**
 * The service as a function from request to answer: finds the route, lets it answer, turns every failure
 * into a problem, and tells the log and the metrics.
 */
import { LimiterError } from '@streamgate/core'
import type { Identify } from './caller.ts'
import type { Cors } from './cors.ts'
import { BODY_BYTES_MAX, type HttpRequest, type HttpResponse, type PathParams } from './http.ts'
import { RejectedRequest } from './input.ts'
import { failure, problem, retryLater } from './problem.ts'
import type { Answer, Route, Service } from './route.ts'
import { Router, type Match } from './router.ts'
import { refusalOf } from './viewer-scope.ts'
import type { RequestObserver } from '../telemetry/decision-event.ts'

export type AppParts = {
  readonly service: Service
  readonly routes: readonly Route[]
  readonly observer: RequestObserver
  readonly cors: Cors
  readonly identify: Identify
  /** Requests under way at once, beyond which viewers' calls are told to come back later. */
  readonly inFlightMax: number
  /** An id for a request that brought none; no other call returns it, in any process. */
  readonly newRequestId: () => string
}

/** A request id that is taken over: printable ASCII, and not so long that it crowds the log. */
const REQUEST_ID = /^[\u0021-\u007e]{1,128}$/

/** What every answer carries: it is for this caller alone, and is what it says it is. */
const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** Answers requests; any number at once. */
export class App {
  readonly #parts: AppParts
  readonly #router: Router
  #inFlight = 0

  constructor(parts: AppParts) {
    this.#parts = parts
    this.#router = new Router(parts.routes)
  }

  /** Requests that are under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** The answer to a request; never rejects. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
    const startedAt = performance.now()
    const { observer, cors } = this.#parts
    const requestId = this.#requestIdOf(request)
    const match = this.#router.find(request.path)
    const isHead = request.method === 'HEAD'
    const route = match?.routes.get(isHead ? 'GET' : request.method)
    let answer: Answer
    let fault: unknown
    this.#inFlight += 1
    try {
      answer =
        match && route
          ? await this.#answer(route, request, match.params)
          : (cors.preflight(request, match?.routes) ?? this.#misdirected(request.path, match))
    } catch (error) {
      fault = error
      answer = answerToError(error)
    }
    this.#inFlight -= 1
    const { status, headers, body, decision } = answer
    const seconds = (performance.now() - startedAt) / 1000
    const gatewayRequestId = request.gatewayRequestId === requestId ? undefined : request.gatewayRequestId
    const path = route?.path ?? 'unknown'
    const about = { requestId, gatewayRequestId, method: request.method, route: path, status, seconds }
    if (status >= 500 && fault !== undefined) observer.failed(fault, about)
    observer.answered(about, decision)
    return {
      status,
      headers: { ...headers, ...COMMON_HEADERS, ...cors.headersFor(request), 'x-request-id': requestId },
      body: isHead ? undefined : body,
    }
  }

  #answer(route: Route, request: HttpRequest, params: PathParams): Answer | Promise<Answer> {
    const caller = this.#parts.identify(request)
    const refusal = refusalOf(caller, route, { request, params })
    if (refusal !== undefined) return refusal
    if (this.#inFlight > this.#parts.inFlightMax && route.audience === 'viewer') {
      return retryLater(
        'too-many-requests',
        'This process has more requests under way than it can answer in time.',
      )
    }
    const { bytesMax = BODY_BYTES_MAX } = route.operation.body ?? {}
    if ((request.body?.length ?? 0) > bytesMax) {
      return problem('body-too-large', `The body must have at most ${bytesMax} bytes.`)
    }
    return route.handle({ request, params, service: this.#parts.service })
  }

  /** The answer if no route was found: the path is unknown, or has no such method. */
  #misdirected(path: string, match: Match | undefined): Answer {
    if (match === undefined) {
      const isSlashTooMany = path.endsWith('/') && this.#router.find(path.slice(0, -1)) !== undefined
      const hint = isSlashTooMany ? ' Leave out the slash at its end: paths have none.' : ''
      return problem('not-found', `There is nothing at this path.${hint}`)
    }
    const known = [...match.routes.keys()]
    const allow = (match.routes.has('GET') ? [...known, 'HEAD'] : known).join(', ')
    return problem('method-not-allowed', `This path has ${allow}.`, { headers: { allow } })
  }

  /** The caller's id, or that of the gateway in front, or a new one. */
  #requestIdOf({ headers, gatewayRequestId }: HttpRequest): string {
    const given = headers['x-request-id']
    if (given !== undefined && REQUEST_ID.test(given)) return given
    return gatewayRequestId ?? this.#parts.newRequestId()
  }
}

function answerToError(error: unknown): HttpResponse {
  if (error instanceof RejectedRequest) return error.response
  if (error instanceof LimiterError) return failure(error)
  return problem('internal-error', 'Something went wrong that should not.')
}
