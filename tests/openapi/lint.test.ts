/** The document by the rules of Redocly, which `redocly.yaml` chooses. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runTool, type ToolResult } from './openapi-tools.ts'
import { serveDocument, type ServedDocument } from './served-document.ts'
import { describeWithTools } from './with-tools.ts'

const RULES = fileURLToPath(new URL('redocly.yaml', import.meta.url))

/** The tools take seconds, and several times that on a busy machine. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describeWithTools('the OpenAPI document by Redocly', () => {
  let served: ServedDocument
  beforeAll(async () => {
    served = await serveDocument()
  })
  afterAll(() => served.close())

  it('has no error and no warning', () => {
    const { code, output } = lint(served.path)
    expect(output).toMatch(/"errors": 0,\s*"warnings": 0,/)
    expect(code).toBe(0)
  })

  it('would have an error with a member in a schema that JSON Schema does not know', () => {
    const broken = `${served.folder}/broken.json`
    const text = readFileSync(served.path, 'utf8').replace('"maxLength":', '"jsonSchema":{},"maxLength":')
    writeFileSync(broken, text)
    const { code, output } = lint(broken)
    expect(output).toContain('jsonSchema')
    expect(code).toBe(1)
  })
})

function lint(path: string): ToolResult {
  return runTool('redocly', ['lint', path, '--config', RULES, '--format', 'json'])
}
