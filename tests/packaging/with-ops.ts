import { describe, expect, it } from 'vitest'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { opsLack } from './ops-packages.ts'

/** Describes tests with the packages. Without them one says what is missing, and fails in CI. */
export function describeWithOps(name: string, describeIt: () => void): void {
  const lack = opsLack()
  if (lack === undefined) {
    describe(name, describeIt)
    return
  }
  it('needs the packages in ops', () => {
    process.stdout.write(`The packages in ops are not installed: ${lack}.\n`)
    expect(ENVIRONMENT['CI']).not.toBe('true')
  })
}
