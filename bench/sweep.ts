/**
 * The sweeper beside a loaded service on LMDB: how many users it sweeps, and how it affects the
 * load.
 *
 * All ways of sweeping take turns in one run, so that noise on the machine affects all alike.
 * Compare with the line without a sweep, not with figures of another day.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startContender, type Contender } from './contender.ts'
import { populate } from './lapsed-users.ts'
import { load, MIXES, type Stretch } from './load.ts'
import { median, percentile, progress } from './statistics.ts'

const HELP = `npm run bench:sweep -- [--users N] [--seconds N] [--rounds N] [--rate N] [--load N]

  --users N    users in the store, nine of ten long gone (default 1000000)
  --seconds N  length of one stretch of load (default 5)
  --rounds N   stretches for each way of sweeping, after one to warm up (default 5)
  --rate N     users that a sweep at its usual rate looks at in a second (default 1000)
  --load N     requests a second, over 64 connections (default 1000)
`

const CONNECTIONS = 64
const FLAT_OUT = 1_000_000
const COMMAND_LINE = fileURLToPath(new URL('../service/src/cli.ts', import.meta.url))

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '1000' },
    load: { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) process.stdout.write(HELP)
else await main()

/** How far a sweep got while the load ran. */
type Swept = { readonly usersSeen: number; readonly seconds: number }

/** A way of sweeping. It begins, and returns what ends it. */
type Way = { readonly name: string; readonly begin: () => Promise<() => Promise<Swept>> }

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bench-'))
  try {
    const startedAt = performance.now()
    await populate(join(folder, 'data'), Number(options.users))
    progress(`${options.users} users in ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`)
    const service = await startContender('Streamgate', 'servers/sweeping.ts', [
      '{port}',
      join(folder, 'data'),
    ])
    try {
      await measureAll(service, waysOf(service, folder))
    } finally {
      await service.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function waysOf(service: Contender, folder: string): readonly Way[] {
  const rate = Number(options.rate)
  return [
    { name: 'no sweep', begin: async () => async () => ({ usersSeen: 0, seconds: 1 }) },
    { name: 'in the service', begin: () => beginInService(service, rate) },
    { name: 'in the service, flat out', begin: () => beginInService(service, FLAT_OUT) },
    { name: 'streamgate sweep beside', begin: () => beginCommand(folder, rate) },
    { name: 'the same, flat out', begin: () => beginCommand(folder, FLAT_OUT) },
  ]
}

async function beginInService(service: Contender, rate: number): Promise<() => Promise<Swept>> {
  service.send({ rate })
  return () => service.ask('stop') as Promise<Swept>
}

async function beginCommand(folder: string, rate: number): Promise<() => Promise<Swept>> {
  const flags = ['--store', `lmdb:${join(folder, 'data')}`, '--store-timeout-ms', '10000']
  const state = join(folder, 'state.json')
  const before = writtenAtMs(state)
  const args = ['sweep', ...flags, '--state', state, '--rate', String(rate)]
  const child = spawn(process.execPath, [COMMAND_LINE, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const output = text(child.stdout)
  while (writtenAtMs(state) === before) await pause(20)
  return async () => {
    child.kill('SIGTERM')
    return JSON.parse(await output) as Swept
  }
}

/** The command writes its state when it begins to sweep. */
function writtenAtMs(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}

type Row = { readonly name: string; readonly stretches: Stretch[]; readonly swept: Swept[] }

async function measureAll(service: Contender, ways: readonly Way[]): Promise<void> {
  const rows: Row[] = ways.map(({ name }) => ({ name, stretches: [], swept: [] }))
  const mix = MIXES[1]
  if (mix === undefined) throw new Error('There is no mix of calls')
  const shape = {
    connections: CONNECTIONS,
    seconds: Number(options.seconds),
    requestsPerSecond: Number(options.load),
  }
  const rounds = Number(options.rounds)
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, way] of ways.entries()) {
      progress(`round ${round} of ${rounds}: ${way.name}`)
      const end = await way.begin()
      const stretch = await load(service.url, mix, shape)
      const swept = await end()
      if (round === 0) continue
      rows[index]?.stretches.push(stretch)
      rows[index]?.swept.push(swept)
    }
  }
  progress('')
  report(rows)
}

function report(rows: readonly Row[]): void {
  const lines = rows.map(({ name, stretches, swept }) => {
    const latencies = stretches.flatMap(({ latenciesMs }) => latenciesMs).toSorted((a, b) => a - b)
    const faults = stretches.reduce((sum, stretch) => sum + stretch.faults, 0)
    const perSecond = median(swept.map(({ usersSeen, seconds }) => usersSeen / seconds))
    const answers = median(stretches.map((stretch) => stretch.answers / stretch.seconds))
    return [
      name.padEnd(26),
      perSecond.toFixed(0).padStart(13),
      answers.toFixed(0).padStart(13),
      percentile(latencies, 0.5).toFixed(2).padStart(10),
      percentile(latencies, 0.99).toFixed(2).padStart(10),
      median(stretches.map((stretch) => p99Of(stretch)))
        .toFixed(2)
        .padStart(20),
      faults > 0 ? `  ${faults} faults` : '',
    ].join('')
  })
  const head = `${''.padEnd(26)}users swept/s   requests/s  p50 (ms)  p99 (ms)  median of p99 (ms)`
  process.stdout.write(`\n${head}\n${lines.join('\n')}\n`)
}

function p99Of({ latenciesMs }: Stretch): number {
  return percentile(
    latenciesMs.toSorted((a, b) => a - b),
    0.99,
  )
}
