/**
 * All of `infra` uses one range of provider versions. It has an upper bound, because later versions
 * were not tried.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROVIDER = /source\s*=\s*"hashicorp\/aws"\s*version\s*=\s*"([^"]+)"/g

it('the AWS provider has an upper bound, the same in every module', () => {
  const files = execFileSync('git', ['ls-files', 'infra/*.tf'], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')
  const versions = files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(PROVIDER)].map(([, version]) => version),
  )
  expect(versions.length).toBe(8)
  expect(new Set(versions)).toEqual(new Set(['>= 5.100, < 7']))
})
