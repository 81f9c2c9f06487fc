/** `npm run rolling` replaces instances under load, and counts the requests that fail. */
import { Command, InvalidArgumentError } from 'commander'
import { roll, type RollingTally } from './run.ts'

type Flags = { readonly requests: number; readonly drainSeconds: number }

/** The first reasons say enough. */
const REASONS_MAX = 10

await new Command('rolling')
  .description(
    'Replaces two instances of the service on one Redis again and again, under requests on kept and on new connections.',
  )
  .option('--requests <count>', 'requests to send', wholeNumber, 100_000)
  .option('--drain-seconds <seconds>', 'from SIGTERM until the port closes', wholeNumber, 2)
  .action(async (flags: Flags) => {
    const controller = new AbortController()
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort())
    const tally = await roll({ ...flags, signal: controller.signal }, ({ sent, replaced, failures }) =>
      process.stderr.write(
        `${sent} of ${flags.requests} requests, ${replaced} instances replaced, ${failures.length} failures\n`,
      ),
    )
    process.stdout.write(wordsOf(tally))
    process.exitCode = tally.failures.length + tally.badExits.length > 0 ? 1 : 0
  })
  .parseAsync()

function wordsOf({ sent, onNewConnections, replaced, failures, badExits }: RollingTally): string {
  return [
    `${sent} requests, ${onNewConnections} of them on new connections, ${replaced} instances replaced`,
    `${failures.length} failed, ${badExits.length} instances did not exit with 0`,
    ...failures.slice(0, REASONS_MAX).map((reason) => `  ${reason}`),
    '',
  ].join('\n')
}

function wholeNumber(text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0 to 99999999.')
  return Number(text)
}
