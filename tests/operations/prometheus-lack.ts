import { spawnSync } from 'node:child_process'

/** What the tests need and this machine lacks, in one line. */
export function prometheusLack(): string | undefined {
  const missing = ['prometheus', 'promtool'].filter((name) => spawnSync(name, ['--version']).status !== 0)
  return missing.length === 0 ? undefined : `Prometheus is not installed: no ${missing.join(', no ')}`
}
