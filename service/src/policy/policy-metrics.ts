import type { ShownMetric } from '../telemetry/shown-metric.ts'
import type { PolicyState } from './current-policy.ts'

/**
 * When the policy in force was loaded, and the results of reloads, as metrics.
 *
 * Every worker has the counts of the whole service from its primary. So the highest of them is
 * right, and their sum is not.
 */
export function policyMetrics(stateNow: () => PolicyState): readonly ShownMetric[] {
  return [
    {
      kind: 'counter',
      name: 'streamgate_policy_reloads_total',
      help: 'Reloads of the policy file. The result is accepted, unchanged, or refused, which keeps the policy before.',
      label: 'result',
      aggregator: 'max',
      valueNow: () => stateNow().reloads,
    },
    {
      kind: 'gauge',
      name: 'streamgate_policy_loaded_timestamp_seconds',
      help: 'When the policy in force was loaded, in seconds since the epoch.',
      aggregator: 'max',
      valueNow: () => stateNow().loadedAtMs / 1000,
    },
    {
      kind: 'gauge',
      name: 'streamgate_policy_file_refused',
      help: '1 while the policy file holds a policy that was refused, so that an older one is in force.',
      aggregator: 'max',
      valueNow: () => (stateNow().refusedAtMs === undefined ? 0 : 1),
    },
  ]
}
