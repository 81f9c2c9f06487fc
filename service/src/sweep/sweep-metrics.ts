import { Counter, Gauge, type Registry } from '@prometheus-io/client'
import type { SweepObserver } from './sweep-timer.ts'
import type { SweepProgress, SweepReport, SweepTally } from './sweeper.ts'

/** What Prometheus is told of sweeps, page by page. */
export class SweepMetrics implements SweepObserver {
  readonly #usersSeen: Counter
  readonly #usersRemoved: Counter
  readonly #pruned: Counter<'kind'>
  readonly #writesRefused: Counter
  readonly #lastFinished: Gauge
  /** What has been told of the sweep under way. */
  #told: SweepTally | undefined

  constructor(registry: Registry) {
    const registers = [registry]
    this.#usersSeen = new Counter({
      name: 'streamgate_sweep_users_seen_total',
      help: 'Users that sweeps have looked at.',
      registers,
    })
    this.#usersRemoved = new Counter({
      name: 'streamgate_sweep_users_removed_total',
      help: 'Users whom sweeps have forgotten, because they held nothing any more.',
      registers,
    })
    this.#pruned = new Counter({
      name: 'streamgate_sweep_pruned_total',
      help: 'What sweeps took out of rosters: lapsed leases, leases of finished streams, outdated notes.',
      labelNames: ['kind'],
      registers,
    })
    this.#writesRefused = new Counter({
      name: 'streamgate_sweep_writes_refused_total',
      help: 'Writes of sweeps that came after somebody else’s, and so changed nothing.',
      registers,
    })
    this.#lastFinished = new Gauge({
      name: 'streamgate_sweep_last_finished_timestamp_seconds',
      help: 'When a sweep last came to its end; 0 before the first.',
      aggregator: 'max',
      registers,
    })
  }

  readonly swept = ({ tally }: Pick<SweepProgress, 'tally'>): void => {
    const told = this.#told
    const newOf = (name: keyof SweepTally) => tally[name] - (told?.[name] ?? 0)
    this.#usersSeen.inc(newOf('usersSeen'))
    this.#usersRemoved.inc(newOf('usersRemoved'))
    this.#pruned.inc({ kind: 'lapsed' }, newOf('leasesLapsed'))
    this.#pruned.inc({ kind: 'finished' }, newOf('leasesFinished'))
    this.#pruned.inc({ kind: 'note' }, newOf('notesOutdated'))
    this.#writesRefused.inc(newOf('writesRefused'))
    this.#told = tally
  }

  readonly ended = (report: SweepReport): void => {
    this.swept(report)
    this.#told = undefined
    if (report.outcome === 'finished') this.#lastFinished.setToCurrentTime()
  }
}
