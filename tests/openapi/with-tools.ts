import { describe, expect, it } from 'vitest'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { openApiLack } from './openapi-tools.ts'

/** Describes tests with the tools. Without them one test says what is missing, and fails in CI. */
export function describeWithTools(name: string, describeIt: () => void): void {
  const lack = openApiLack()
  if (lack === undefined) {
    describe(name, describeIt)
    return
  }
  it('needs the OpenAPI tools', () => {
    process.stdout.write(`The OpenAPI tools are not installed: ${lack}.\n`)
    expect(ENVIRONMENT['CI']).not.toBe('true')
  })
}
