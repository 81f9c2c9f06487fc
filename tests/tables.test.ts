/** The tables in the documents say the same as the sources. `npm run tables` writes them. */
import { expect, it } from 'vitest'
import { guideWithInputs } from '../tools/inputs-table.ts'
import { pageWithSettings } from '../tools/settings-table.ts'

it('docs/aws.md lists the inputs of infra/variables.tf', () => {
  const { written, expected } = guideWithInputs()
  expect(expected).toContain('| `capacity_mode` | `"on_demand"` |')
  expect(written).toBe(expected)
})

it('docs/settings.md lists the settings with their flags, variables, defaults and help', () => {
  const { written, expected } = pageWithSettings()
  expect(expected).toContain('| `--port <number>` | `STREAMGATE_PORT` | `8080` |')
  expect(written).toBe(expected)
})
