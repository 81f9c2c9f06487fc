/**
 * `streamgate simulate`: the log of a service that has made-up users.
 */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { SimulateOptions } from './run-simulate.ts'

const USERS_MAX = 1_000_000
const DAYS_MAX = 3660
const SEED_MAX = 2 ** 31 - 1
const FIRST_DAY_MS = Date.UTC(2026, 0, 5)

const HELP = `
Each user is a household: one to six devices, busy evenings, players that crash, viewers who zap, retry,
take over or give up, and some who lend their login to another home. Their calls are decided by the real
limiter under the policy, and the log is the one that the service would write. Streams name their network,
even if no plan asks for it. Users get the plans of the policy at random. Tenants are left out.

The same flags make the same bytes. A file whose name ends in .gz is compressed.

Exit codes: 0 done, 1 the policy or the file cannot be used, 2 a flag makes no sense.

  streamgate simulate --users 500 --days 7 --seed 1 --output decisions.jsonl
  streamgate simulate --users 500 --days 7 --policy policy.json > decisions.jsonl`

/** Adds the command to the program. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .description('Write the log of a service with made-up users, to try report and replay.')
    .requiredOption('--users <number>', 'how many users', wholeFrom(1, USERS_MAX))
    .requiredOption('--days <number>', 'for how many days', wholeFrom(1, DAYS_MAX))
    .addOption(new Option('--policy <file>', 'a policy: a file, or JSON').default('', '3 streams'))
    .option('--seed <number>', 'another seed makes other users', wholeFrom(0, SEED_MAX), 1)
    .addOption(
      new Option('--start <date>', 'the first day, in UTC')
        .argParser(dayOf)
        .default(FIRST_DAY_MS, '2026-01-05'),
    )
    .option('--log-decisions <which>', 'changes, or all with each heartbeat', decisionsOf, 'changes')
    .addOption(new Option('--output <file>', 'where to write').default('-', 'standard output'))
    .showHelpAfterError('(streamgate simulate --help explains it)')
    .addHelpText('after', HELP)
    .action(async (options: SimulateOptions) => {
      const { runSimulate } = await import('./run-simulate.ts')
      process.exitCode = await runSimulate(options)
    })
}

function wholeFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}

function dayOf(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It must be a day, such as 2026-01-05.')
  return ms
}

function decisionsOf(text: string): string {
  if (text !== 'changes' && text !== 'all') throw new InvalidArgumentError('It must be changes or all.')
  return text
}
