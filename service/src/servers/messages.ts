/**
 * The messages between the primary and its workers. A connection travels as the handle of its
 * message.
 */
import type { MetricObjectWithValues, MetricValue } from '@prometheus-io/client'

/**
 * Time between two messages of a worker that it is alive, and between two checks of the primary.
 */
export const TICK_MS = 500
/** A worker declines a connection that was handed over longer ago: another worker may have it. */
export const TAKE_LIMIT_MS = 1000

/** Metrics as a registry gives them. They can be sent. */
export type MetricSamples = readonly MetricObjectWithValues<MetricValue<string>>[]

/** A message from a worker to its primary. */
export type WorkerMessage =
  /** It can take connections, and has opened the store of this identity. */
  | { readonly kind: 'ready'; readonly storeIdentity?: string | undefined }
  /** It cannot start, and why. */
  | { readonly kind: 'failure'; readonly reason: string }
  /** It is alive. Sent at every tick. */
  | { readonly kind: 'alive' }
  /** It serves the connection of this number, or declines it. */
  | { readonly kind: 'taken' | 'declined'; readonly number: number }
  /** Its counts so far, which must outlive it. */
  | { readonly kind: 'counted'; readonly samples: MetricSamples }
  /** All its metrics, because it was asked. */
  | { readonly kind: 'measured'; readonly id: number; readonly samples: MetricSamples }
  /** It asks for the metrics of all workers. */
  | { readonly kind: 'metrics-request'; readonly id: number }

/** A message from the primary to a worker. */
export type PrimaryMessage =
  /** The port is open. */
  | { readonly kind: 'listening'; readonly url: string }
  /** A connection to serve, handed over at this instant of the host's monotonic clock. */
  | { readonly kind: 'connection'; readonly number: number; readonly handedOverAtMs: number }
  /** Answer `/readyz` with 503 from now on, because of this signal. */
  | { readonly kind: 'drain'; readonly signal: NodeJS.Signals }
  /** No more connections come. Finish and end. */
  | { readonly kind: 'finish' }
  /** This is the worker that sweeps. */
  | { readonly kind: 'sweep' }
  | { readonly kind: 'measure'; readonly id: number }
  /** The metrics of all workers, if they could be gathered. */
  | { readonly kind: 'metrics'; readonly id: number; readonly text?: string }

/** Milliseconds of the monotonic clock that all processes of a host share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
