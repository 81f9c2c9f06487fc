/**
 * Compares Streamgate with a server that does nothing, and with what a typical engineer would
 * write.
 *
 * All contenders run at once, and short stretches of load rotate among them, so that noise on the
 * machine affects all alike. Compare by the ratio to the floor, not by absolute figures.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { startContender, type Contender } from './contender.ts'
import { load, MIXES, type Mix, type Stretch } from './load.ts'
import { median, percentile, progress } from './statistics.ts'
import { loadStore } from './store-alone.ts'

const HELP = `npm run bench -- [--seconds N] [--rounds N] [--connections N]

  --seconds N      length of one stretch of load (default 3)
  --rounds N       stretches for each contender and mix, after a longer one to warm up (default 5)
  --connections N  connections, each with one request under way (default 64)
  --libraries      instead, the same app behind several server libraries
  --workers        instead, one process on LMDB beside two workers
`

/**
 * The first stretch is so many times as long as the others. V8 compiles the last hot code after
 * some seconds.
 */
const WARM_UP_FACTOR = 3

type Row = { readonly name: string; readonly stretches: Measured[] }
type Measured = Stretch & { readonly cpuSeconds: number }

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    libraries: { type: 'boolean', default: false },
    workers: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) process.stdout.write(HELP)
else await main()

async function main(): Promise<void> {
  const shape = { connections: Number(options.connections), seconds: Number(options.seconds) }
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bench-'))
  const contenders = await startContenders(folder)
  const storeAlone = new LmdbStore({ path: join(folder, 'alone') })
  try {
    for (const mix of MIXES) await runMix(mix, { contenders, storeAlone, shape })
  } finally {
    for (const contender of contenders) await contender.stop()
    await storeAlone.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function startContenders(folder: string): Promise<Contender[]> {
  if (options.libraries) return startLibraries()
  return options.workers ? startWorkers(folder) : startAll(folder)
}

function startWorkers(folder: string): Promise<Contender[]> {
  const counts = [1, 2]
  return Promise.all(
    counts.map((count) => {
      const args = [...serveArgs(`lmdb:${join(folder, `of-${count}`)}`), '--workers', String(count)]
      return startContender(`LMDB, --workers ${count}`, '../service/src/cli.ts', args)
    }),
  )
}

function startAll(folder: string): Promise<Contender[]> {
  const cli = '../service/src/cli.ts'
  return Promise.all([
    startContender('node:http, doing nothing', 'servers/floor.ts', ['{port}']),
    startContender('Streamgate, memory', cli, serveArgs('memory:')),
    startContender('Streamgate, LMDB', cli, serveArgs(`lmdb:${join(folder, 'served')}`)),
    startContender('Express and a Map', 'servers/express.ts', ['{port}']),
  ])
}

function startLibraries(): Promise<Contender[]> {
  const program = 'servers/transport.ts'
  return Promise.all([
    startContender('node:http, doing nothing', 'servers/floor.ts', ['{port}']),
    startContender('the app on node:http', program, ['{port}', 'node']),
    startContender('the app on Fastify', program, ['{port}', 'fastify']),
    startContender('the app on Hono', program, ['{port}', 'hono']),
  ])
}

function serveArgs(store: string): string[] {
  return ['serve', '--port', '{port}', '--store', store]
}

type Bench = {
  readonly contenders: readonly Contender[]
  readonly storeAlone: LmdbStore
  readonly shape: { connections: number; seconds: number }
}

async function runMix(mix: Mix, { contenders, storeAlone, shape }: Bench): Promise<void> {
  const rows: Row[] = [
    ...contenders.map(({ name }) => ({ name, stretches: [] })),
    { name: 'LMDB store alone', stretches: [] },
  ]
  const rounds = Number(options.rounds)
  for (let round = 0; round <= rounds; round += 1) {
    progress(`${mix.name}: round ${round} of ${rounds}`)
    const stretch = { ...shape, seconds: shape.seconds * (round === 0 ? WARM_UP_FACTOR : 1) }
    for (const [index, row] of rows.entries()) {
      const contender = contenders[index]
      const measured =
        contender === undefined
          ? await measureStore(storeAlone, mix, stretch)
          : await measure(contender, mix, stretch)
      if (round > 0) row.stretches.push(measured)
    }
  }
  progress('')
  report(mix, rows)
}

async function measure(contender: Contender, mix: Mix, shape: Bench['shape']): Promise<Measured> {
  const before = await contender.cpuSeconds()
  const stretch = await load(contender.url, mix, shape)
  return { ...stretch, cpuSeconds: (await contender.cpuSeconds()) - before }
}

async function measureStore(store: LmdbStore, mix: Mix, shape: Bench['shape']): Promise<Measured> {
  const before = process.cpuUsage()
  const stretch = await loadStore(store, mix, shape)
  const { user, system } = process.cpuUsage(before)
  return { ...stretch, cpuSeconds: (user + system) / 1e6 }
}

function report(mix: Mix, rows: readonly Row[]): void {
  const floor = rows[0] === undefined ? Number.NaN : perCpuSecond(rows[0])
  const lines = rows.map((row) => {
    const latencies = row.stretches.flatMap(({ latenciesMs }) => latenciesMs).toSorted((a, b) => a - b)
    const faults = row.stretches.reduce((sum, stretch) => sum + stretch.faults, 0)
    return [
      row.name.padEnd(26),
      String(Math.round(median(row.stretches.map(({ answers, seconds }) => answers / seconds)))).padStart(10),
      String(Math.round(perCpuSecond(row))).padStart(14),
      (perCpuSecond(row) / floor).toFixed(2).padStart(10),
      percentile(latencies, 0.5).toFixed(2).padStart(9),
      percentile(latencies, 0.99).toFixed(2).padStart(9),
      faults > 0 ? `  ${faults} faults` : '',
    ].join('')
  })
  const head = `${mix.name.padEnd(26)}requests/s  per CPU second  to floor  p50 (ms)  p99 (ms)`
  process.stdout.write(`\n${head}\n${lines.join('\n')}\n`)
}

function perCpuSecond({ stretches }: Row): number {
  return median(stretches.map(({ answers, cpuSeconds }) => answers / cpuSeconds))
}
