/**
 * `streamgate report`: what the logs say about use, refusals and limits.
 */
import { InvalidArgumentError, type Command } from 'commander'
import type { ReportOptions } from './run-report.ts'

const MAXES = 10
const LIMIT_MAX = 1000

const HELP = `
Reads the logs of streamgate serve (JSON lines), compressed or not, rotated, in any order, and prints
tables. --html writes them as one page with plots, which opens without a network. Lines that cannot be
read are counted and left out.

With --policy or --max the starts of the log are decided again by other limits: what would be refused,
whom it touches, how many hours would not be watched. That takes longer. A viewer who is refused then is
taken to watch nothing else until the next start in the log.

User ids are shown as hashes, by a key of this run. --show-users shows them. --user-id-key makes the
hashes those of the service.

Exit codes: 0 done, 1 a log, a policy or an output cannot be used, 2 the command line makes no sense.

  streamgate report --log decisions.jsonl
  streamgate report --log logs/*.jsonl.gz --from 2026-01-01 --to 2026-02-01 --tz Europe/London --html report.html
  streamgate report --log decisions.jsonl --max 2,3,4 --policy new.json --csv tables`

/** Adds the command to the program. */
export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('Tell what the logs say about use, refusals and limits.')
    .requiredOption('--log <file...>', 'logs of the service, in any order (- reads standard input)')
    .option('--from <time>', 'leave out what came before: a day, or a time as 2026-01-05T20:00:00Z', timeOf)
    .option('--to <time>', 'leave out what came from then on', timeOf)
    .option('--tz <zone>', 'the time zone of days and hours, such as Europe/London', zoneOf, 'UTC')
    .option('--html <file>', 'write a page with plots')
    .option('--csv <folder>', 'write each table as a CSV file')
    .option('--ndjson <file>', 'write all rows of all tables as lines of JSON')
    .option('--policy <file...>', 'what would this policy have done? Several are set side by side')
    .option('--max <numbers>', 'what would a limit of 2, of 3, of 4 streams have done? As 2,3,4', maxesOf)
    .option('--show-users', 'show user ids as they are in the log')
    .option('--user-id-key <text>', 'the key of hashes of user ids')
    .showHelpAfterError('(streamgate report --help explains it)')
    .addHelpText('after', HELP)
    .action(async (options: ReportOptions) => {
      const { runReport } = await import('./run-report.ts')
      process.exitCode = await runReport(options)
    })
}

function timeOf(text: string): string {
  if (/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)) {
    if (!Number.isNaN(Date.parse(text))) return text
  }
  throw new InvalidArgumentError('It must be a day, as 2026-01-05, or a time, as 2026-01-05T20:00:00Z.')
}

function zoneOf(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new InvalidArgumentError('It must be a time zone, such as Europe/London.')
  }
}

function maxesOf(text: string): readonly number[] {
  const maxes = text.split(',').map((one) => (/^\d{1,4}$/.test(one) ? Number(one) : Number.NaN))
  const areValid = maxes.every((max) => max >= 1 && max <= LIMIT_MAX) && maxes.length <= MAXES
  if (areValid) return [...new Set(maxes)]
  throw new InvalidArgumentError(`It must be up to ${MAXES} numbers from 1 to ${LIMIT_MAX}, as 2,3,4.`)
}
