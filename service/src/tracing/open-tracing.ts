/**
 * Whether requests are traced. Without tracing nothing of it is loaded, and no request pays for it.
 */
import type { Config } from '../settings/settings.ts'
import type { Tracing, TracingParts } from './tracing.ts'

/** Returns every part as it is. */
const UNTRACED: Tracing = { store: (store) => store, observer: (observer) => observer, app: (app) => app }

const MISSING = '--tracing on needs the package @opentelemetry/api: npm install @opentelemetry/api'

/**
 * Loads OpenTelemetry's API if tracing is on.
 *
 * @throws {Error} if it is on and the package is not installed.
 */
export async function openTracing(
  { tracing, store }: Pick<Config, 'tracing' | 'store'>,
  parts: TracingParts,
): Promise<Tracing> {
  if (!tracing) return UNTRACED
  try {
    const { spansOf } = await import('./spans.ts')
    return spansOf(parts, store.engine)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
    throw isMissing ? new Error(MISSING) : error
  }
}
