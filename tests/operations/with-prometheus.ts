import { describe, expect, it } from 'vitest'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { prometheusLack } from './prometheus-lack.ts'

/** Describes tests with Prometheus. Without it one test says so, and fails in CI. */
export function describeWithPrometheus(name: string, describeIt: () => void): void {
  const lack = prometheusLack()
  if (lack === undefined) {
    describe(name, describeIt)
    return
  }
  it('needs Prometheus', () => {
    process.stdout.write(`${lack}.\n`)
    expect(ENVIRONMENT['CI']).not.toBe('true')
  })
}
