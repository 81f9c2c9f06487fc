/**
 * `npm run histories` records histories of a real service, judges each, and keeps those without an
 * order.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { excerptOf } from './excerpt.ts'
import { WHOLE_MIX } from './habits.ts'
import type { History } from './history.ts'
import { judge } from './judge.ts'
import { Progress } from './progress.ts'
import { run, type Finding, type RunTally } from './run.ts'
import type { StoreKind } from './service-process.ts'

type Flags = {
  readonly operations: number
  readonly store: StoreKind
  readonly workers: number
  readonly seed: number
  readonly users: number
  readonly leaseSeconds: number
  readonly keep: string
}

/** Long enough for any number of operations. */
const LIMIT_MS = 24 * 3_600_000
/** How many findings are kept. The first ones say enough. */
const KEPT_MAX = 20

const program = new Command('histories')
  .description(
    'Records what many clients ask and are told, and checks that some order makes every answer true.',
  )
  .option('--operations <count>', 'calls to send', wholeNumber, 20_000)
  .addOption(new Option('--store <kind>').choices(['lmdb', 'redis', 'memory', 'dynamodb']).default('lmdb'))
  .option('--workers <count>', 'processes of the service', wholeNumber, 1)
  .option('--seed <number>', 'decides what is asked, but not when', wholeNumber, 1)
  .option('--users <count>', 'concurrent users, with eight clients each', wholeNumber, 24)
  .option('--lease-seconds <seconds>', 'length of a lease', wholeNumber, 1)
  .option('--keep <folder>', 'where histories without an order are kept', 'histories-found')
  .action(async (flags: Flags) => {
    const progress = new Progress(process.stderr, flags.operations)
    const options = { ...flags, ...fixed(), usersAtOnce: flags.users, signal: interruption() }
    const tally = await run(options, (sofar) => progress.show(sofar))
    progress.clear()
    process.stdout.write(summaryOf(tally, progress.seconds))
    process.exitCode = Math.max(keep(tally, flags.keep), isTooFew(tally, flags) ? 1 : 0)
  })

program
  .command('judge <file>')
  .description('Judges a saved history, and prints its smallest part that has no order.')
  .action((file: string) => {
    const history = JSON.parse(readFileSync(file, 'utf8')) as History
    const judgement = judge(history)
    process.stdout.write(`${JSON.stringify(judgement)}\n`)
    if (judgement.outcome === 'ordered') return
    process.stdout.write(textOf({ judgement, history }))
    process.exitCode = 1
  })

await program.parseAsync()

function fixed() {
  const judges = Math.max(1, Math.floor(availableParallelism() / 2))
  return { limitMs: LIMIT_MS, judges, mix: WHOLE_MIX }
}

/** Raised by the first Ctrl-C or SIGTERM. A second one ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort())
  return controller.signal
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.')
  return Number(text)
}

function summaryOf(tally: RunTally, seconds: number): string {
  const { users, judged, losses, nodes, errors, answers, unordered, undecided } = tally
  const counts = [...answers].toSorted(([one], [other]) => one.localeCompare(other))
  return [
    `${judged} answers of ${users} users judged in ${seconds.toFixed(0)} s, ${(judged / seconds).toFixed(0)} a second`,
    `${losses} calls without an answer, ${nodes} states searched, ${errors} errors in the service's log`,
    ...counts.map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`),
    `${unordered.length} histories without an order, ${undecided.length} undecided`,
    '',
  ].join('\n')
}

/** Keeps the findings, each with the history to judge again. Returns the exit code. */
function keep({ unordered, undecided }: RunTally, folder: string): number {
  const findings = [...unordered, ...undecided]
  if (findings.length === 0) return 0
  mkdirSync(folder, { recursive: true })
  for (const { judgement, history } of findings.slice(0, KEPT_MAX)) {
    writeFileSync(join(folder, `${history.user}.json`), JSON.stringify(history))
    writeFileSync(join(folder, `${history.user}.txt`), textOf({ judgement, history }))
  }
  process.stdout.write(`Kept in ${folder}: ${Math.min(findings.length, KEPT_MAX)} of ${findings.length}\n`)
  return 1
}

function textOf({ judgement, history }: Finding): string {
  return judgement.outcome === 'unordered'
    ? excerptOf(history)
    : `User ${judgement.user}: not decided after ${judgement.nodes} states.\n`
}

/** A service that does not answer proves nothing. */
function isTooFew({ judged }: RunTally, { operations }: Flags): boolean {
  const isFew = judged < operations / 2
  if (isFew)
    process.stdout.write(`Only ${judged} of ${operations} calls had an answer to judge
`)
  return isFew
}
