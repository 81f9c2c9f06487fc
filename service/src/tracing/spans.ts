/**
 * Spans by OpenTelemetry's API. The SDK is the operator's own, and samples and exports them.
 *
 * No attribute holds an id. So `url.path` is missing, which holds the ids of the user and the
 * stream.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 * @see https://opentelemetry.io/docs/specs/semconv/db/database-spans/
 */
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type ProxyTracerProvider,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { LimiterError, type Store } from '@streamgate/core'
import type { StoreEngine } from '@streamgate/stores/engine'
import { WrappedStore, type AroundCall } from '@streamgate/stores/wrappers'
import type { AnsweringApp } from '../api/app.ts'
import type { HttpRequest, HttpResponse } from '../api/http.ts'
import { Router } from '../api/router.ts'
import { decisionsIn, type Decisions, type RequestObserver } from '../telemetry/decision-event.ts'
import { VERSION } from '../text/version.ts'
import type { Tracing, TracingParts } from './tracing.ts'

/** What the semantic conventions call the stores. The others are named by their schemes. */
const SYSTEMS: Readonly<Record<string, string>> = {
  dynamodb: 'aws.dynamodb',
  rediss: 'redis',
  'redis+sentinel': 'redis',
  'redis+cluster': 'redis',
}

/** Stores that run inside this process. */
const EMBEDDED: ReadonlySet<string> = new Set(['lmdb', 'memory'])

/** Methods that a span is named after. A caller can send any other. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const NO_SDK = 'tracing is on, but no SDK of OpenTelemetry is registered: load one by node --import'

/** Spans for the requests of a service and their calls to its store. */
export function spansOf({ routes, logger }: TracingParts, { scheme }: Pick<StoreEngine, 'scheme'>): Tracing {
  if (!isSdkRegistered()) logger.warn(NO_SDK)
  const tracer = trace.getTracer('streamgate', VERSION)
  const router = new Router(routes)
  return {
    store: (store) => tracedStore(store, tracer, scheme),
    observer: tellingObserver,
    app: (app) => new TracedApp(app, tracer, router),
  }
}

/** The app, with a span for each request. The caller's span is its parent. */
class TracedApp implements AnsweringApp {
  readonly #app: AnsweringApp
  readonly #tracer: Tracer
  readonly #router: Router

  constructor(app: AnsweringApp, tracer: Tracer, router: Router) {
    this.#app = app
    this.#tracer = tracer
    this.#router = router
  }

  get inFlight(): number {
    return this.#app.inFlight
  }

  handle(request: HttpRequest): Promise<HttpResponse> {
    // Many requests are answered in one turn of the event loop. So the context of this call may be
    // that of another request, and must not be the parent.
    const parent = propagation.extract(ROOT_CONTEXT, request.headers)
    const { name, attributes } = this.#describe(request)
    const span = this.#tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent)
    const within = trace.setSpan(parent, span)
    // Most traces are not sampled. Their context must still reach what the SDK instruments.
    if (!span.isRecording()) return context.with(within, () => this.#app.handle(request))
    return context.with(within, () => this.#answer(request, span))
  }

  async #answer(request: HttpRequest, span: Span): Promise<HttpResponse> {
    const answer = await this.#app.handle(request)
    const { status } = answer
    span.setAttribute('http.response.status_code', status)
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
    return answer
  }

  /** Known when the span starts, so that a sampler can choose by it. */
  #describe({ method, path }: HttpRequest): { readonly name: string; readonly attributes: Attributes } {
    const known = METHODS.has(method) ? method : '_OTHER'
    const route = this.#router.find(path)?.routes.get(method === 'HEAD' ? 'GET' : method)?.path
    const verb = known === '_OTHER' ? 'HTTP' : known
    return {
      name: route === undefined ? verb : `${verb} ${route}`,
      attributes: {
        'http.request.method': known,
        'url.scheme': 'http',
        ...(route !== undefined && { 'http.route': route }),
      },
    }
  }
}

/** Tells the span of the request, too. The app calls it before it returns its answer. */
function tellingObserver(observer: RequestObserver): RequestObserver {
  return {
    answered: (about, decision) => {
      const span = trace.getActiveSpan()
      if (span?.isRecording() === true) describeDecision(span, decision)
      observer.answered(about, decision)
    },
    failed: (error, about) => {
      trace.getActiveSpan()?.setAttribute('error.type', kindOf(error))
      observer.failed(error, about)
    },
  }
}

/** A report on several streams has several decisions. No one of them is that of the request. */
function describeDecision(span: Span, decisions: Decisions | undefined): void {
  const [decision, ...others] = decisionsIn(decisions)
  if (decision === undefined || others.length > 0) return
  span.setAttribute('streamgate.outcome', decision.outcome)
  if (decision.plan !== undefined) span.setAttribute('streamgate.plan', decision.plan)
}

/** The store, with a span for each call that a traced request makes. Other calls have none. */
function tracedStore(store: Store, tracer: Tracer, scheme: string): Store {
  const kind = EMBEDDED.has(scheme) ? SpanKind.INTERNAL : SpanKind.CLIENT
  const system = SYSTEMS[scheme] ?? scheme
  const around: AroundCall = (verb, call) => {
    const parent = context.active()
    if (trace.getSpan(parent)?.isRecording() !== true) return call()
    const attributes = { 'db.system.name': system, 'db.operation.name': verb }
    const span = tracer.startSpan(verb, { kind, attributes }, parent)
    // Clients that the operator's SDK instruments find this span, and tell the server of it.
    return context.with(trace.setSpan(parent, span), () => endingWith(span, call))
  }
  return new WrappedStore(store, around)
}

async function endingWith<Result>(span: Span, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    span.setAttribute('error.type', kindOf(error))
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}

/** The code of a failure, or else its class. Its message may say anything, so it is left out. */
function kindOf(error: unknown): string {
  if (error instanceof LimiterError) return error.code
  return error instanceof Error ? error.name : '_OTHER'
}

/** Whether an SDK has taken the place of the API's own provider, whose spans are never recorded. */
function isSdkRegistered(): boolean {
  const provider: Partial<ProxyTracerProvider> = trace.getTracerProvider()
  return provider.getDelegateTracer === undefined || provider.getDelegateTracer('streamgate') !== undefined
}
