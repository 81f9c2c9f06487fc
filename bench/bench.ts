/** Compares servers under load. `npm run bench -- --help` says how. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { THIS_CHECKOUT } from './contenders.ts'
import { ARE_PINNED } from './cores.ts'
import { GENERATOR } from './load/generator.ts'
import { HELP, readOptions, type BenchOptions } from './options.ts'
import { Progress } from './progress.ts'
import {
  expectedSeconds,
  FIRST_WARM_UP_SECONDS,
  LATER_WARM_UP_SECONDS,
  runRounds,
  type Row,
} from './rounds.ts'
import { startRunners, writeRequestFiles, type Runner } from './runner.ts'
import { tableOfMix, tableOfPair } from './tables.ts'

const chosen = readOptions(process.argv.slice(2))
if (chosen === undefined) process.stdout.write(HELP)
else await main(chosen)

async function main(options: BenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bench-'))
  const runners: Runner[] = []
  try {
    say(
      `Load by ${GENERATOR}${ARE_PINNED ? ', one core for it and one for the servers' : ', cores not pinned'}`,
    )
    runners.push(...(await startAll(options, folder)))
    await runMixes(runners, options, folder)
  } finally {
    for (const { contender } of runners) await contender.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startAll({ entries, against }: BenchOptions, folder: string): Promise<Runner[]> {
  const here = await startRunners(entries, { checkout: THIS_CHECKOUT, folder: join(folder, 'here') })
  if (against === undefined) return here
  const checkout = resolve(against)
  const ours = entries.filter(({ isOurs }) => isOurs)
  return [...here, ...(await startRunners(ours, { checkout, folder: join(folder, 'there') }))]
}

async function runMixes(runners: readonly Runner[], options: BenchOptions, folder: string): Promise<void> {
  const { mixes, rounds, seconds, connections } = options
  const shape = { seconds, connections }
  const files = writeRequestFiles(folder, mixes)
  const progress = new Progress(expectedSeconds(mixes, { runners, shape, rounds }))
  for (const [mix, requestFile] of files) {
    const warmUpSeconds = mix === mixes[0] ? FIRST_WARM_UP_SECONDS : LATER_WARM_UP_SECONDS
    const rows = await runRounds(runners, { mix, requestFile, shape, rounds, warmUpSeconds, progress })
    progress.clear()
    if (options.against === undefined) say(`\n${tableOfMix(rows)}`)
    else for (const pair of pairsOf(rows)) say(`\n${pair}`)
  }
}

function pairsOf(rows: readonly Row[]): string[] {
  return rows
    .filter(({ runner }) => runner.checkout === THIS_CHECKOUT)
    .flatMap((here) => {
      const there = rows.find(({ runner }) => runner.entry === here.runner.entry && runner !== here.runner)
      return there === undefined ? [] : [tableOfPair(here, there)]
    })
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
