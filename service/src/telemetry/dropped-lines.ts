import type { ShownMetric } from './shown-metric.ts'

/** How many log lines this process has dropped, as a metric. */
export function droppedLinesMetric(droppedNow: () => number): ShownMetric {
  return {
    kind: 'counter',
    name: 'streamgate_log_lines_dropped_total',
    help: 'Log lines dropped because standard output was not read. A process keeps 8 MB for its reader.',
    valueNow: droppedNow,
  }
}
