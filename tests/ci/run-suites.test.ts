import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fill } from './suite.ts'
import { SUITES } from './suites.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Vitest starts again for each suite. */
const RUN_TIMEOUT_MS = 120_000

describe('a run of suites', { timeout: RUN_TIMEOUT_MS }, () => {
  it('passes if every case passes: its last line sums them up', () => {
    const { status, lines } = runCases([
      { name: 'one', file: 'passing', casesMin: 3 },
      { name: 'two', file: 'passing', casesMin: 1 },
    ])
    expect(lines).toContainEqual(expect.stringMatching(/^== one: 3 passed, 0 failed, in \d+ s$/))
    expect(lines.slice(-2)).toEqual(['Nothing was left out.', '6 passed, 0 failed'])
    expect(status).toBe(0)
  })

  it('fails if a case fails, and continues with the next suite', () => {
    const { status, lines } = runCases([
      { name: 'one', file: 'failing', casesMin: 2 },
      { name: 'two', file: 'passing', casesMin: 3 },
    ])
    expect(lines.slice(-2)).toEqual(['FAILED: one: 1 failed', '4 passed, 1 failed'])
    expect(status).toBe(1)
  })

  it('fails if a suite judges fewer cases than its floor', () => {
    const { status, lines } = runCases([{ name: 'one', file: 'passing', casesMin: 4 }])
    expect(lines.slice(-2)).toEqual(['FAILED: one: judged 3 cases, its floor is 4', '3 passed, 0 failed'])
    expect(status).toBe(1)
  })

  it('fails if a case is skipped', () => {
    const { status, lines } = runCases([{ name: 'one', file: 'skipping', casesMin: 1 }])
    expect(lines.slice(-2)).toEqual(['FAILED: one: 1 skipped: is skipped', '1 passed, 0 failed'])
    expect(status).toBe(1)
  })

  it('fails if a file cannot be loaded, or Vitest finds none', () => {
    const { status, lines } = runCases([
      { name: 'one', file: 'breaking', casesMin: 0 },
      { name: 'two', file: 'nothing', casesMin: 0 },
    ])
    const [one, two, sum] = lines.slice(-3)
    expect(one).toBe('FAILED: one: ended with 1, though no case failed')
    expect(two).toMatch(/^FAILED: two: ended with 1/)
    expect(sum).toBe('0 passed, 0 failed')
    expect(status).toBe(1)
  })

  it('leaves out a suite that the machine lacks something for, and says so in its last lines', () => {
    const left = { name: 'two', file: 'failing', casesMin: 2, lack: 'Terraform is not on this machine' }
    const { status, lines } = runCases([{ name: 'one', file: 'passing', casesMin: 3 }, left])
    expect(lines.slice(-2)).toEqual(['LEFT OUT: two: Terraform is not on this machine', '3 passed, 0 failed'])
    expect(status).toBe(0)
    expect(runCases([{ ...left, isRequired: true }]).status, 'it is required').toBe(1)
  })
})

describe('the suites of .ci/run', () => {
  const paths = globSync('{core,stores,service,player,tests}/**/*.test.ts', { cwd: ROOT })

  it('hold each test file once, and none is empty', () => {
    const held = fill(SUITES, paths).flatMap((suite) => suite.paths)
    expect(held.toSorted()).toEqual(paths.toSorted())
  })

  it('have a floor each', () => {
    for (const { name, casesMin } of SUITES) expect(casesMin, name).toBeGreaterThan(0)
  })

  it('a file without a suite and a suite without a file are errors', () => {
    const suite = { name: 'rules', files: /^core\//, casesMin: 1 }
    expect(() => fill([suite], ['core/a.test.ts', 'tests/b.test.ts'])).toThrow(
      'tests/b.test.ts belongs to no suite',
    )
    expect(() => fill([suite, { ...suite, name: 'others' }], ['core/a.test.ts'])).toThrow(
      'others has no test file',
    )
  })
})

type Order = {
  readonly name: string
  readonly file: string
  readonly casesMin: number
  readonly lack?: string
  readonly isRequired?: boolean
}

function runCases(orders: readonly Order[]): { status: number | null; lines: readonly string[] } {
  const program = fileURLToPath(new URL('run-cases.ts', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, [program, JSON.stringify(orders)], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return { status, lines: stdout.trim().split('\n') }
}
