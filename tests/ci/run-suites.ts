import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judge, type Report } from './judgement.ts'
import type { FilledSuite } from './suite.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')

/**
 * Runs one suite after another and prints each result. At the end it prints what was left out and
 * how many cases passed and failed. Returns whether all is well.
 */
export function runSuites(suites: readonly FilledSuite[]): boolean {
  const closing: string[] = []
  let passed = 0
  let failed = 0
  let isWell = true
  for (const suite of suites) {
    const lack = suite.lacks?.()
    if (lack !== undefined) {
      closing.push(`LEFT OUT: ${suite.name}: ${lack}`)
      isWell &&= suite.isRequired !== true
      continue
    }
    say(`\n== ${suite.name}: ${suite.paths.length} files`)
    const startedAtMs = performance.now()
    const judgement = judge(suite, ...runVitest(suite))
    const seconds = Math.round((performance.now() - startedAtMs) / 1000)
    say(`== ${suite.name}: ${judgement.passed} passed, ${judgement.failed} failed, in ${seconds} s`)
    closing.push(...judgement.faults.map((fault) => `FAILED: ${suite.name}: ${fault}`))
    isWell &&= judgement.faults.length === 0
    passed += judgement.passed
    failed += judgement.failed
  }
  say(`\n${closing.join('\n') || 'Nothing was left out.'}`)
  say(`${passed} passed, ${failed} failed`)
  return isWell
}

function runVitest({ config, paths }: FilledSuite): [Report | undefined, number | null] {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-ci-'))
  try {
    const file = join(folder, 'report.json')
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const args = [
      VITEST,
      'run',
      ...(config === undefined ? [] : ['--config', config]),
      ...reporters,
      ...paths,
    ]
    const { status } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    return [reportIn(file), status]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function reportIn(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return undefined
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
