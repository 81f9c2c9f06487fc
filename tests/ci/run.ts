/** Runs the named suites, or all. A name with a `-` before it leaves that suite out. */
import { execFileSync } from 'node:child_process'
import { runSuites } from './run-suites.ts'
import { fill } from './suite.ts'
import { SUITES } from './suites.ts'

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.test.ts'])
const paths = [...new Set(listed.toString('utf8').split('\n').filter(Boolean))]
const words = process.argv.slice(2)
const named = words.filter((word) => !word.startsWith('-'))
const excepted = words.filter((word) => word.startsWith('-')).map((word) => word.slice(1))
const unknown = [...named, ...excepted].filter((name) => !SUITES.some((suite) => suite.name === name))
if (unknown.length > 0) throw new Error(`No such suite: ${unknown.join(', ')}`)
const chosen = fill(SUITES, paths).filter(
  ({ name }) => !excepted.includes(name) && (named.length === 0 || named.includes(name)),
)
if (!runSuites(chosen)) process.exitCode = 1
