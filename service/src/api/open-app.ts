import type { AuthKeys } from '../auth/auth-keys.ts'
import type { Config } from '../settings/settings.ts'
import type { RequestObserver } from '../telemetry/decision-event.ts'
import type { Logger } from '../telemetry/log.ts'
import { sequence } from '../text/sequence.ts'
import { App } from './app.ts'
import { doorsOf } from './doors.ts'
import { limitedRoutes } from './rate-limits.ts'
import type { Service } from './route.ts'
import { ROUTES } from './routes/index.ts'

/** What an app needs beside its settings. */
export type OpenAppParts = {
  readonly service: Service
  readonly observer: RequestObserver
  /** The keys by which callers are checked. */
  readonly keys: AuthKeys
  readonly logger: Logger
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number
}

/** The app with its routes. No call pays for what the settings leave off: it is not there. */
export async function openApp(
  config: Config,
  { service, observer, monotonicMs, ...parts }: OpenAppParts,
): Promise<App> {
  const { inFlightMax } = config
  const routes = limitedRoutes(ROUTES, config, { monotonicMs })
  const doors = await doorsOf(config, { ...parts, stopTokens: service.stopTokens })
  return new App({ service, routes, observer, inFlightMax, newRequestId: sequence(), ...doors })
}
