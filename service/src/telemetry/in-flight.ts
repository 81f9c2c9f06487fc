import type { ShownMetric } from './shown-metric.ts'

/** How many requests are being answered, as a metric. */
export function inFlightMetric(countNow: () => number): ShownMetric {
  return {
    kind: 'gauge',
    name: 'streamgate_requests_in_flight',
    help: 'Requests that are being answered.',
    valueNow: countNow,
  }
}
