/** `npm run failover` kills the master of a Redis behind Sentinels, and counts what was lost. */
import { Command, InvalidArgumentError } from 'commander'
import { failOver, type FailoverTally } from './run.ts'

type Flags = { readonly kills: number; readonly waitReplicas: number; readonly clients: number }

await new Command('failover')
  .description(
    'Kills the master of a Redis with two replicas and three Sentinels, under starts. Prints how many acknowledged starts the next master does not know.',
  )
  .option('--kills <count>', 'how often', wholeNumber, 100)
  .option(
    '--wait-replicas <count>',
    'replicas that must have a start before it is acknowledged',
    wholeNumber,
    0,
  )
  .option('--clients <count>', 'clients that start streams', wholeNumber, 8)
  .action(async (flags: Flags) => {
    const controller = new AbortController()
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort())
    const startedAt = performance.now()
    const show = ({ kills, lost }: FailoverTally) => {
      const perKill = (performance.now() - startedAt) / kills / 1000
      const left = ((flags.kills - kills) * perKill).toFixed(0)
      process.stderr.write(`${kills} of ${flags.kills} kills, ${lost} starts lost, ${left} s left\n`)
    }
    process.stdout.write(wordsOf(await failOver({ ...flags, signal: controller.signal }, show)))
  })
  .parseAsync()

function wordsOf({ kills, acknowledged, lost, failed, recoveriesMs }: FailoverTally): string {
  const sorted = recoveriesMs.toSorted((one, other) => one - other)
  const seconds = (share: number) =>
    ((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) / 1000).toFixed(1)
  return [
    `${kills} kills, ${acknowledged} starts acknowledged, ${lost} of them lost, ${failed} failed`,
    `from a kill to the next start: median ${seconds(0.5)} s, p90 ${seconds(0.9)} s, longest ${seconds(1)} s`,
    '',
  ].join('\n')
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0 to 999999.')
  return Number(text)
}
