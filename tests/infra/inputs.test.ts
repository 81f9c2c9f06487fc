/** The AWS guide says the same of every input as the configuration. */
import { expect, it } from 'vitest'
import { guideWithInputs } from '../../tools/inputs-table.ts'

it('docs/aws.md lists the inputs as infra/variables.tf has them (node tools/inputs-table.ts mends it)', () => {
  const { written, expected } = guideWithInputs()
  expect(expected).toContain('| `capacity_mode` | `"on_demand"` |')
  expect(written).toBe(expected)
})
