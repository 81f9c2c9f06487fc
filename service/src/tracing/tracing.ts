import type { Store } from '@streamgate/core'
import type { AnsweringApp } from '../api/app.ts'
import type { Route } from '../api/route.ts'
import type { RequestObserver } from '../telemetry/decision-event.ts'
import type { Logger } from '../telemetry/log.ts'

/** Adds tracing to the parts of a service, when it is put together. */
export type Tracing = {
  /** The store, with a span for each call that a traced request makes. */
  readonly store: (store: Store) => Store
  /** The observer, which also tells the request's span what was decided. */
  readonly observer: (observer: RequestObserver) => RequestObserver
  /** The app, with a span for each request. */
  readonly app: (app: AnsweringApp) => AnsweringApp
}

/** What spans need from the rest of the service. */
export type TracingParts = {
  readonly routes: readonly Route[]
  readonly logger: Logger
}
