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
import { loadByClient, type Target } from './load/generator.ts'
import type { ClientReport } from './load/own-client.ts'
import { mixNamed } from './load/mixes.ts'
import { writeRequests } from './load/request-file.ts'
import { showProgress as progress } from './progress.ts'
import { median } from './statistics.ts'

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

const MIX = mixNamed('session')

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
    const service = await startContender({
      program: fileURLToPath(new URL('servers/sweeping.ts', import.meta.url)),
      args: ['{port}', join(folder, 'data')],
    })
    try {
      const requestFile = join(folder, 'session.requests')
      writeRequests(requestFile, MIX)
      await measureAll({ port: service.port, requestFile }, waysOf(service, folder))
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

type Row = { readonly name: string; readonly stretches: ClientReport[]; readonly swept: Swept[] }

async function measureAll(target: Target, ways: readonly Way[]): Promise<void> {
  const rows: Row[] = ways.map(({ name }) => ({ name, stretches: [], swept: [] }))
  const shape = {
    connections: CONNECTIONS,
    seconds: Number(options.seconds),
    requestsPerSecond: Number(options.load),
  }
  const rounds = Number(options.rounds)
  let position = 0
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, way] of ways.entries()) {
      progress(`round ${round} of ${rounds}: ${way.name}`)
      const end = await way.begin()
      const stretch = await loadByClient(target, { ...shape, position })
      const swept = await end()
      position = stretch.position
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
    const medianOf = (value: (stretch: ClientReport) => number) => median(stretches.map(value))
    const faults = stretches.reduce((sum, stretch) => sum + stretch.faults, 0)
    return [
      name.padEnd(26),
      median(swept.map(({ usersSeen, seconds }) => usersSeen / seconds))
        .toFixed(0)
        .padStart(13),
      medianOf(({ answers, seconds }) => answers / seconds)
        .toFixed(0)
        .padStart(13),
      medianOf(({ p50Ms }) => p50Ms)
        .toFixed(2)
        .padStart(10),
      medianOf(({ p99Ms }) => p99Ms)
        .toFixed(2)
        .padStart(10),
      medianOf(({ p999Ms }) => p999Ms)
        .toFixed(2)
        .padStart(12),
      faults > 0 ? `  ${faults} faults` : '',
    ].join('')
  })
  const head = `${''.padEnd(26)}users swept/s   requests/s  p50 (ms)  p99 (ms)  p99.9 (ms)`
  process.stdout.write(`\n${head}\n${lines.join('\n')}\n`)
}
