/**
 * `npm run audit`: asks the registry for known vulnerabilities, and fails if one is in a package
 * that a service runs with. Those of packages that only developers install are listed.
 */
import { spawnSync } from 'node:child_process'
import { productionPackages } from './production-packages.ts'

/** The parts of `npm audit --json` that are read here (npm documentation). */
type Audit = {
  readonly message?: string
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>
}
type Vulnerability = {
  readonly name: string
  readonly severity: string
  readonly nodes: readonly string[]
  /** A text names the package whose fault it is. */
  readonly via: readonly (string | { readonly title: string; readonly url: string; readonly range: string })[]
}

const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8' })
const { message, vulnerabilities } = JSON.parse(stdout === '' ? '{}' : stdout) as Audit

if (vulnerabilities === undefined) {
  const reason = (message ?? stderr.trim()).split('\n')[0]
  process.stderr.write(`No audit: the registry does not answer it (${reason}).\n`)
  process.exitCode = 2
} else {
  const running = new Set([...productionPackages().values()].map(({ name }) => name))
  const direct = Object.values(vulnerabilities).filter(({ via }) =>
    via.some((one) => typeof one !== 'string'),
  )
  const [inService, elsewhere] = [true, false].map((isIn) =>
    direct.filter(({ name }) => running.has(name) === isIn),
  )
  for (const one of inService ?? []) process.stdout.write(`a service runs with ${wordsOf(one)}\n`)
  for (const one of elsewhere ?? []) process.stdout.write(`only developers install ${wordsOf(one)}\n`)
  const count = inService?.length ?? 0
  process.stdout.write(`${running.size} packages in a service, ${count} of them with known vulnerabilities\n`)
  process.exitCode = count === 0 ? 0 : 1
}

function wordsOf({ name, severity, via }: Vulnerability): string {
  const told = via.flatMap((one) =>
    typeof one === 'string' ? [] : [`${one.title} (${one.range}) ${one.url}`],
  )
  return `${name}: ${severity}: ${told.join('; ')}`
}
