/**
 * Tests the Terraform configuration with Terraform itself: formatted, valid, and tested with a
 * made-up provider. AWS is never called.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { TerraformCopy } from './terraform-copy.ts'
import { lackOf } from './terraform-lack.ts'

/** The provider is a program of 700 MB that starts again for each step. */
const TERRAFORM_TIMEOUT_MS = 600_000

const folder = mkdtempSync(join(tmpdir(), 'streamgate-infra-'))
const copy = new TerraformCopy(folder)
const missing = lackOf(copy)
const isLeftOut = missing !== undefined && ENVIRONMENT['CI'] !== 'true'
if (isLeftOut) process.stdout.write(`${missing}; left out: the tests of infra\n`)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(isLeftOut)('infra', { timeout: TERRAFORM_TIMEOUT_MS }, () => {
  beforeAll(() => expect(missing).toBeUndefined())

  it('is formatted as terraform fmt formats it', () => {
    expect(copy.run(['fmt', '-check', '-recursive', '-diff', '-no-color'])).toEqual({ status: 0, output: '' })
  })

  it.each(['.', 'bootstrap'])('is valid: %s', (below) => {
    if (below !== '.') expect(copy.init(below)).toMatchObject({ status: 0 })
    const { output } = copy.run(['validate', '-no-tests', '-json'], below)
    expect(JSON.parse(output)).toMatchObject({ valid: true, diagnostics: [] })
  })

  it('passes its own tests', () => {
    const { status, output } = copy.run(['test', '-no-color'])
    expect(status, output).toBe(0)
    expect(output).toMatch(/Success! \d+ passed, 0 failed\./)
  })
})
