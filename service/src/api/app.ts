/**
 * The service as a function from request to answer. It finds the route, runs it, presents its fault
 * if there is one, and reports to the log and the metrics.
 */
import { ANONYMOUS, callerName, type Caller, type Identify } from './caller.ts'
import type { Cors } from './cors.ts'
import { faultOf, notFound, type Fault, type PresentFault } from './fault.ts'
import { BODY_BYTES_MAX, type HttpRequest, type HttpResponse, type PathParams } from './http.ts'
import type { Call, Outcome, Route, Service } from './route.ts'
import { Router, type Match } from './router.ts'
import { permissionFault } from './permission.ts'
import type { Decisions, RequestObserver } from '../telemetry/decision-event.ts'

export type AppParts = {
  readonly service: Service
  readonly routes: readonly Route[]
  readonly observer: RequestObserver
  readonly cors: Cors
  readonly presentFault: PresentFault
  readonly identify: Identify
  /** Requests under way at once, beyond which viewers' calls are told to come back later. */
  readonly inFlightMax: number
  /** An id for a request that brought none; no other call returns it, in any process. */
  readonly newRequestId: () => string
}

/** The app, as a server sees it. */
export type AnsweringApp = Pick<App, 'handle' | 'inFlight'>

/** A request id that is taken over: printable ASCII, and not so long that it crowds the log. */
const REQUEST_ID = /^[\u0021-\u007e]{1,128}$/

/** Who called, once that is known. */
type Identified = { caller?: Caller }

type Asked = { readonly request: HttpRequest; readonly params: PathParams; readonly identified: Identified }

/** Answers requests; any number at once. */
export class App {
  readonly #parts: AppParts
  readonly #router: Router
  #inFlight = 0

  constructor(parts: AppParts) {
    this.#parts = parts
    this.#router = new Router(parts.routes)
  }

  /** Requests that are in progress. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** The answer to a request; never rejects. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
    const startedAt = performance.now()
    const { observer, cors, presentFault } = this.#parts
    const requestId = this.#requestIdOf(request)
    const match = this.#router.find(request.path)
    const isHead = request.method === 'HEAD'
    const route = match?.routes.get(isHead ? 'GET' : request.method)
    let answer: HttpResponse
    let decision: Decisions | undefined
    let error: unknown
    const identified: Identified = {}
    this.#inFlight += 1
    try {
      const outcome: Outcome =
        match && route
          ? await this.#outcomeOf(route, { request, params: match.params, identified })
          : (cors.preflight(request, match?.routes) ?? { fault: this.#misdirected(request.path, match) })
      answer = 'fault' in outcome ? presentFault(outcome.fault) : outcome
      decision = outcome.decision
    } catch (thrown) {
      error = thrown
      answer = presentFault(faultOf(thrown))
    }
    this.#inFlight -= 1
    const { status, headers, body } = answer
    const about = {
      requestId,
      gatewayRequestId: request.gatewayRequestId === requestId ? undefined : request.gatewayRequestId,
      method: request.method,
      route: route?.path ?? 'unknown',
      status,
      seconds: (performance.now() - startedAt) / 1000,
      caller: identified.caller && callerName(identified.caller),
    }
    if (status >= 500 && error !== undefined) observer.failed(error, about)
    observer.answered(about, decision)
    this.#addCommonHeaders(headers, request, requestId)
    return { status, headers, body: isHead ? undefined : body }
  }

  #addCommonHeaders(headers: Record<string, string>, request: HttpRequest, requestId: string): void {
    const { cors } = this.#parts
    headers['cache-control'] = 'no-store'
    headers['x-content-type-options'] = 'nosniff'
    headers['x-request-id'] = requestId
    if (!cors.isClosed) Object.assign(headers, cors.headersFor(request))
  }

  #outcomeOf(route: Route, { request, params, identified }: Asked): Outcome | Promise<Outcome> {
    if (this.#inFlight > this.#parts.inFlightMax && route.audience === 'viewer') {
      return { fault: { kind: 'too-busy' } }
    }
    const { bytesMax = BODY_BYTES_MAX } = route.operation.body ?? {}
    if ((request.body?.length ?? 0) > bytesMax) return { fault: { kind: 'body-too-large', bytesMax } }
    const caller = route.audience === 'public' ? ANONYMOUS : this.#parts.identify(request, { route, params })
    const { service } = this.#parts
    const answered = (found: Caller) => {
      identified.caller = found
      return answerOf(route, { request, params, caller: found, service })
    }
    return caller instanceof Promise ? caller.then(answered) : answered(caller)
  }

  /** Why no route was found: the path is unknown, or does not have this method. */
  #misdirected(path: string, match: Match | undefined): Fault {
    if (match === undefined) {
      const isSlashTooMany = path.endsWith('/') && this.#router.find(path.slice(0, -1)) !== undefined
      return notFound(isSlashTooMany ? 'path-with-trailing-slash' : 'path')
    }
    const known = [...match.routes.keys()]
    return { kind: 'method-not-allowed', methods: match.routes.has('GET') ? [...known, 'HEAD'] : known }
  }

  /** The caller's id, or that of the gateway in front, or a new one. */
  #requestIdOf({ headers, gatewayRequestId }: HttpRequest): string {
    const given = headers['x-request-id']
    if (given !== undefined && REQUEST_ID.test(given)) return given
    return gatewayRequestId ?? this.#parts.newRequestId()
  }
}

function answerOf(route: Route, call: Call): Outcome | Promise<Outcome> {
  const fault = permissionFault(route, call)
  return fault === undefined ? route.handle(call) : { fault }
}
