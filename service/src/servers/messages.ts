/**
 * What the primary and its workers tell each other. A connection travels as the handle of its message.
 */
import type { MetricObjectWithValues, MetricValue } from '@prometheus-io/client'

/** How often a worker says that it is alive, and its primary looks who has. */
export const TICK_MS = 500
/** A worker takes no connection that was handed over longer ago: after three ticks another may have it. */
export const TAKE_LIMIT_MS = 1000

/** Metrics as a registry gives them, fit to be sent. */
export type MetricSamples = readonly MetricObjectWithValues<MetricValue<string>>[]

/** What a worker tells its primary. */
export type WorkerMessage =
  /** It can take connections. */
  | { readonly kind: 'ready' }
  /** It cannot even start, and why. */
  | { readonly kind: 'failure'; readonly reason: string }
  /** It answers; told again and again. */
  | { readonly kind: 'alive' }
  /** It serves the connection of this number, or leaves it to another. */
  | { readonly kind: 'taken' | 'declined'; readonly number: number }
  /** What it has counted so far, which must outlive it. */
  | { readonly kind: 'counted'; readonly samples: MetricSamples }
  /** All its metrics, as it was asked. */
  | { readonly kind: 'measured'; readonly id: number; readonly samples: MetricSamples }
  /** It wants the metrics of all. */
  | { readonly kind: 'metrics-request'; readonly id: number }

/** What the primary tells a worker. */
export type PrimaryMessage =
  /** The port is open. */
  | { readonly kind: 'listening'; readonly url: string }
  /** A connection to serve, handed over at this instant of the host's monotonic clock. */
  | { readonly kind: 'connection'; readonly number: number; readonly handedOverAtMs: number }
  /** Say that this process is about to stop, because of this signal. */
  | { readonly kind: 'drain'; readonly signal: NodeJS.Signals }
  /** No more connections come: finish, and end. */
  | { readonly kind: 'finish' }
  /** This is the worker that sweeps. */
  | { readonly kind: 'sweep' }
  | { readonly kind: 'measure'; readonly id: number }
  /** The metrics of all, if they could be gathered. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text?: string }

/** Milliseconds of a clock that all processes of a host share, and that nobody sets. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
