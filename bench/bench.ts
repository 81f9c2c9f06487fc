/** Compares servers under load. `npm run bench -- --help` says how. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startContender, stopContenders, type Contender } from './contender.ts'
import { ENDPOINT, THIS_CHECKOUT } from './contenders.ts'
import { ARE_PINNED, BUSY_CORES } from './cores.ts'
import { GENERATOR } from './load/generator.ts'
import { HELP, readOptions, type BenchOptions } from './options.ts'
import { startRunners, type Runner } from './runner.ts'
import { runSections } from './sections.ts'

const chosen = readOptions(process.argv.slice(2))
if (chosen === undefined) process.stdout.write(HELP)
else await main(chosen)

async function main(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bench-'))
  const places = ARE_PINNED ? 'one core for it and one for the servers' : 'on any core'
  process.stdout.write(`Load by ${GENERATOR}, ${places}\n`)
  if (BUSY_CORES !== undefined) {
    process.stdout.write(`Other work keeps ${BUSY_CORES.toFixed(1)} cores busy, so expect wide ranges\n`)
  }
  try {
    const endpoint = options.entries.some(({ needsEndpoint }) => needsEndpoint)
      ? await startContender(ENDPOINT)
      : undefined
    const runners = await startAll(options, folder, endpoint)
    await runSections(runners, options, folder)
  } finally {
    await stopContenders()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startAll(
  { entries, against }: BenchOptions,
  folder: string,
  endpoint: Contender | undefined,
): Promise<Runner[]> {
  const more = endpoint && { endpoint: `http://127.0.0.1:${endpoint.port}` }
  const here = await startRunners(entries, { checkout: THIS_CHECKOUT, folder: join(folder, 'here'), ...more })
  if (against === undefined) return here
  const there = { checkout: resolve(against), folder: join(folder, 'there'), ...more }
  const ours = entries.filter(({ isOurs }) => isOurs)
  return [...here, ...(await startRunners(ours, there))]
}
