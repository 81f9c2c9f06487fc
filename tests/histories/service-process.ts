/**
 * The real service as a child process on a free port, for runs inside and outside the test runner.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startDynalite } from './dynalite-process.ts'
import { policyFile } from './plans.ts'
import { startRedis } from './redis-process.ts'
import type { StoreServer } from './store-server.ts'

const COMMAND_LINE = fileURLToPath(new URL('../../service/src/cli.ts', import.meta.url))

/**
 * Long enough that a busy machine is not mistaken for a dead store. A missing answer proves
 * nothing.
 */
const STORE_TIMEOUT_MS = 5000

export type StoreKind = 'lmdb' | 'memory' | 'dynamodb' | 'redis'

const SERVERS: Partial<Record<StoreKind, () => Promise<StoreServer>>> = {
  dynamodb: startDynalite,
  redis: startRedis,
}

export type ServiceOptions = {
  readonly store: StoreKind
  readonly workers: number
  readonly leaseSeconds: number
}

export type ServiceProcess = {
  readonly url: string
  /** How much longer than its length a lease counts. */
  readonly skewMs: number
  /** How many lines of the log so far are errors. */
  readonly errors: () => number
  /** Ends it, and deletes its files. */
  readonly stop: () => Promise<void>
}

/** Starts the service. Resolves once all its workers listen. */
export async function startServiceProcess(options: ServiceOptions): Promise<ServiceProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-histories-'))
  const policy = join(folder, 'policy.json')
  writeFileSync(policy, JSON.stringify(policyFile(options.leaseSeconds)))
  const server = await SERVERS[options.store]?.()
  const store = server?.store ?? storeText(options.store, folder)
  const settings = ['--port', '0', '--store', store, '--workers', `${options.workers}`, '--policy', policy]
  const limits = ['--store-timeout-ms', `${STORE_TIMEOUT_MS}`]
  const child = spawn(process.execPath, [COMMAND_LINE, 'serve', ...settings, ...limits], {
    env: server?.environment ?? {},
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C is for the recorder alone, which stops the service when it has no more questions.
    detached: true,
  })
  const log = new Log(child)
  const stop = async () => {
    await ended(child)
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const url = await log.untilListening(options.workers)
    return { url, skewMs: server?.skewMs ?? 0, errors: () => log.errors, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function storeText(store: StoreKind, folder: string): string {
  return store === 'lmdb' ? `lmdb:${join(folder, 'data')}` : 'memory:'
}

/** The parts of a log line that are read. */
class Log {
  readonly #child: ChildProcess
  readonly #listening: string[] = []
  #tell = (): void => {}
  errors = 0

  constructor(child: ChildProcess) {
    this.#child = child
    if (child.stdout === null) throw new Error('The service has no standard output')
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line))
  }

  /** The address, once enough processes have said that they listen. */
  async untilListening(count: number): Promise<string> {
    const listening = new Promise<void>((resolve) => {
      this.#tell = () => this.#listening.length >= count && resolve()
    })
    const isUp = await Promise.race([
      listening.then(() => true),
      once(this.#child, 'close').then(() => false),
    ])
    if (!isUp) throw new Error('The service ended before it listened')
    return this.#listening[0] ?? ''
  }

  #read(line: string): void {
    if (line.includes('"level":"error"')) this.errors += 1
    if (!line.includes('"msg":"listening"')) return
    this.#listening.push((JSON.parse(line) as { url: string }).url)
    this.#tell()
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'close')
  child.kill('SIGINT')
  await gone
}
