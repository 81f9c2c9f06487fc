import { Counter, Gauge, type Registry } from '@prometheus-io/client'
import { RELOAD_RESULTS, type PolicyState } from './policy-in-force.ts'

/**
 * Shows, at each scrape, since when the policy is in force and what became of the others.
 *
 * Every worker has the count of the whole fleet from its primary, so that of several the highest is right.
 */
export function showPolicy(registry: Registry, stateNow: () => PolicyState): void {
  const reloads = new Counter({
    name: 'streamgate_policy_reloads_total',
    help: 'Policy files read again: result is accepted, unchanged, or refused, which leaves the one before in force.',
    labelNames: ['result'],
    aggregator: 'max',
    registers: [],
    collect() {
      this.reset()
      for (const result of RELOAD_RESULTS) this.inc({ result }, stateNow().reloads[result])
    },
  })
  const loadedAt = new Gauge({
    name: 'streamgate_policy_loaded_timestamp_seconds',
    help: 'When the policy in force was loaded, in seconds since the epoch.',
    aggregator: 'max',
    registers: [],
    collect() {
      this.set(stateNow().loadedAtMs / 1000)
    },
  })
  const isRefused = new Gauge({
    name: 'streamgate_policy_file_refused',
    help: '1 while the policy file is one that was refused, and so is not what is in force.',
    aggregator: 'max',
    registers: [],
    collect() {
      this.set(stateNow().refusedAtMs === undefined ? 0 : 1)
    },
  })
  for (const metric of [reloads, loadedAt, isRefused]) registry.registerMetric(metric)
}
