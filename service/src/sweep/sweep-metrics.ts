import type { ShownMetric } from '../telemetry/shown-metric.ts'
import type { SweepObserver } from './sweep-timer.ts'
import { EMPTY_TALLY, type SweepProgress, type SweepReport, type SweepTally } from './sweep-job.ts'

/** Counts what sweeps do, page by page. */
export class SweepMetrics implements SweepObserver {
  readonly #now: () => number
  readonly #onRemoved: (count: number) => void
  /** The sum over all sweeps that have ended. */
  #ended: SweepTally = EMPTY_TALLY
  /** The tally of the current sweep. */
  #underWay: SweepTally = EMPTY_TALLY
  #hasSwept = false
  #lastFinishedAtMs = 0
  /** How many leases counted, in the parts of a walk that is not over, and in the last walk. */
  #liveSoFar = 0
  #liveAtLast = 0

  /**
   * @param now milliseconds since the epoch.
   * @param onRemoved gets how many more leases are gone.
   */
  constructor(now: () => number, onRemoved: (count: number) => void = () => {}) {
    this.#now = now
    this.#onRemoved = onRemoved
  }

  /** The counts as metrics. */
  get metrics(): readonly ShownMetric[] {
    return [
      this.#counterOf('usersSeen', {
        name: 'streamgate_sweep_users_seen_total',
        help: 'Users that sweeps have read.',
      }),
      this.#counterOf('usersRemoved', {
        name: 'streamgate_sweep_users_removed_total',
        help: 'Users that sweeps have removed because they held nothing any more.',
      }),
      {
        kind: 'counter',
        name: 'streamgate_sweep_pruned_total',
        help: 'What sweeps removed from rosters: lapsed leases, leases of finished streams, outdated notes.',
        label: 'kind',
        valueNow: () => this.#pruned,
      },
      this.#counterOf('writesRefused', {
        name: 'streamgate_sweep_writes_refused_total',
        help: 'Writes of sweeps that were refused because another write came first.',
      }),
      {
        kind: 'gauge',
        name: 'streamgate_sweep_last_finished_timestamp_seconds',
        help: 'When a sweep last reached its end. 0 before the first one.',
        aggregator: 'max',
        valueNow: () => this.#lastFinishedAtMs / 1000,
      },
      {
        kind: 'gauge',
        name: 'streamgate_sweep_live_leases',
        help: 'Leases in the whole store that counted when the last finished sweep read them. 0 before the first one.',
        aggregator: 'max',
        valueNow: () => this.#liveAtLast,
      },
    ]
  }

  readonly swept = ({ tally }: Pick<SweepProgress, 'tally'>): void => {
    this.#hasSwept = true
    const removed = removedBy(tally) - removedBy(this.#underWay)
    this.#underWay = tally
    if (removed > 0) this.#onRemoved(removed)
  }

  readonly ended = (report: SweepReport): void => {
    this.swept(report)
    this.#ended = this.#tally
    this.#underWay = EMPTY_TALLY
    this.#liveSoFar += report.tally.leasesLive
    if (report.outcome !== 'finished') return
    this.#lastFinishedAtMs = this.#now()
    this.#liveAtLast = this.#liveSoFar
    this.#liveSoFar = 0
  }

  get #tally(): SweepTally {
    const sum = (name: keyof SweepTally) => this.#ended[name] + this.#underWay[name]
    return {
      usersSeen: sum('usersSeen'),
      leasesLive: sum('leasesLive'),
      leasesLapsed: sum('leasesLapsed'),
      leasesFinished: sum('leasesFinished'),
      notesOutdated: sum('notesOutdated'),
      usersRemoved: sum('usersRemoved'),
      writesRefused: sum('writesRefused'),
    }
  }

  /** By kind. Without a sweep there is no series, as for any counter with a label. */
  get #pruned(): Readonly<Record<string, number>> {
    if (!this.#hasSwept) return {}
    const { leasesLapsed: lapsed, leasesFinished: finished, notesOutdated: note } = this.#tally
    return { lapsed, finished, note }
  }

  #counterOf(count: keyof SweepTally, about: { readonly name: string; readonly help: string }): ShownMetric {
    return { kind: 'counter', ...about, valueNow: () => this.#tally[count] }
  }
}

function removedBy({ leasesLapsed, leasesFinished }: SweepTally): number {
  return leasesLapsed + leasesFinished
}
