import { Counter, type Registry } from '@prometheus-io/client'

/** Shows, at each scrape, how many log lines this process has dropped. */
export function showDroppedLines(registry: Registry, dropped: () => number): void {
  const counter = new Counter({
    name: 'streamgate_log_lines_dropped_total',
    help: 'Log lines dropped because standard output was not read: a process keeps 8 MB for its reader.',
    registers: [],
    collect() {
      this.reset()
      this.inc(dropped())
    },
  })
  registry.registerMetric(counter)
}
