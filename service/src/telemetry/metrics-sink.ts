import type { Registry } from '@prometheus-io/client'
import type { StoreCall } from '@streamgate/stores/wrappers'
import type { AnsweredRequest } from './decision-event.ts'
import type { PolicyState } from '../policy/policy-in-force.ts'
import type { SweepObserver } from '../sweep/sweep-timer.ts'

/** Who is told what was measured. */
export type MetricsSink = {
  readonly storeCalled: (call: StoreCall) => void
  readonly answered: (request: AnsweredRequest) => void
  /** A decision was given up, because other writes for the same user kept coming first. */
  readonly contended?: () => void
  /** What a scrape is answered; absent where there is nothing to scrape. */
  readonly scrape?: () => Promise<{ readonly contentType: string; readonly text: string }>
  /** Passes on what it was told since the last time; absent where it is asked instead. */
  readonly flush?: () => void
  /** Where it can be asked: how many requests are under way. */
  readonly showInFlight?: (count: () => number) => void
  /** Likewise: which policy is in force, since when. */
  readonly showPolicy?: (stateNow: () => PolicyState) => void
  /** Likewise: how many log lines were dropped. */
  readonly showDroppedLines?: (dropped: () => number) => void
  /** Where it can be asked: who is to hear of this process's sweeps; called once at most. */
  readonly watchSweeps?: () => SweepObserver
}

/** Takes one worker's metrics, and gives what asks for those of all. */
export type JoinFleet = (own: Registry) => () => Promise<string>

/** Is told, and forgets. */
export const NO_METRICS: MetricsSink = { storeCalled: () => {}, answered: () => {} }
