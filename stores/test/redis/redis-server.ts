/** Real servers of Redis on free ports of the loopback, each with a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { AtEnd } from '../temporary-folder.ts'
import { freePort } from './free-port.ts'

/** Long enough for a busy machine. */
const START_MS_MAX = 20_000
const LOOK_EVERY_MS = 20

/** How a server is started. */
export type RedisServerOptions = {
  readonly port?: number
  /** Settings as in redis.conf, each as its own arguments. */
  readonly settings?: readonly string[]
  /** Makes it a Sentinel, which keeps what it knows in this file. */
  readonly sentinelFile?: string
  /** What an operator's client needs to get in. */
  readonly access?: { readonly password?: string; readonly isTls?: boolean }
}

/** One server, which can be killed and started again on its port and data. */
export class RedisServer {
  readonly port: number
  readonly folder: string
  readonly #options: RedisServerOptions
  #process: ChildProcess | undefined
  #admin: Redis | undefined

  private constructor(port: number, folder: string, options: RedisServerOptions) {
    this.port = port
    this.folder = folder
    this.#options = options
  }

  /** Starts a server that is stopped at the end. */
  static async start(atEnd: AtEnd, options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(
      options.port ?? (await freePort()),
      mkdtempSync(join(tmpdir(), 'streamgate-redis-')),
      options,
    )
    atEnd(() => server.end())
    await server.start()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** A client for the test itself. */
  get admin(): Redis {
    const { password, isTls = false } = this.#options.access ?? {}
    this.#admin ??= new Redis({
      port: this.port,
      host: '127.0.0.1',
      ...(password !== undefined && { password }),
      ...(isTls && { tls: { rejectUnauthorized: false } }),
      retryStrategy: () => LOOK_EVERY_MS,
    }).on('error', () => {})
    return this.#admin
  }

  /** Starts it again, perhaps with more settings than at first. */
  async start(more: readonly string[] = []): Promise<void> {
    const { settings = [], sentinelFile, access } = this.#options
    const port = access?.isTls === true ? ['--port', '0', '--tls-port'] : ['--port']
    const place = [...port, String(this.port), '--bind', '127.0.0.1', '--dir', this.folder]
    const data = ['--save', '', '--appendonly', 'yes', ...settings, ...more]
    const args = sentinelFile === undefined ? [...place, ...data] : [sentinelFile, ...place, '--sentinel']
    const started = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = started
    started.stdout.resume()
    started.stderr.resume()
    await this.#untilItAnswers(started)
  }

  /** Sends a signal. After `SIGKILL` it returns once the server is gone. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const running = this.#process
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const gone = once(running, 'exit')
    running.kill(signal)
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await gone
  }

  /** Ends it, and deletes its files. */
  async end(): Promise<void> {
    this.#admin?.disconnect()
    this.#admin = undefined
    await this.signal('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #untilItAnswers(started: ChildProcess): Promise<void> {
    const failures: string[] = []
    started.once('error', ({ message }) =>
      failures.push(`redis-server is needed (Debian: redis-server): ${message}`),
    )
    const untilMs = performance.now() + START_MS_MAX
    while (performance.now() < untilMs && failures.length === 0 && started.exitCode === null) {
      if ((await this.admin.ping().catch(() => '')) === 'PONG') return
      await pause(LOOK_EVERY_MS)
    }
    throw new Error(failures[0] ?? `redis-server did not answer on port ${this.port}`)
  }
}
