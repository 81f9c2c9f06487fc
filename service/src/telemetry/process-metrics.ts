import { droppedLinesMetric } from './dropped-lines.ts'
import type { ShownMetric } from './shown-metric.ts'

/** What a process tells of itself. */
export type ProcessFacts = {
  readonly version: string
  /** How many requests are being answered. */
  readonly app: { readonly inFlight: number }
  /** Beyond so many requests viewers' calls are told to come back later. */
  readonly inFlightMax: number
  readonly log: { readonly droppedLines: number }
}

/** What runs, how busy it is, and what it could not log, as metrics. */
export function processMetrics({ app, log, ...facts }: ProcessFacts): readonly ShownMetric[] {
  return [
    {
      kind: 'gauge',
      name: 'streamgate_requests_in_flight',
      help: 'Requests that are being answered.',
      valueNow: () => app.inFlight,
    },
    {
      kind: 'gauge',
      name: 'streamgate_requests_in_flight_max',
      help: 'Requests in flight beyond which calls of viewers get 429, as --in-flight-max says.',
      valueNow: () => facts.inFlightMax,
    },
    {
      kind: 'gauge',
      name: 'streamgate_build_info',
      help: 'Always 1. Its label is the version that runs.',
      label: 'version',
      aggregator: 'max',
      valueNow: () => ({ [facts.version]: 1 }),
    },
    droppedLinesMetric(() => log.droppedLines),
  ]
}
