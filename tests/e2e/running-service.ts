/**
 * The real service as a child process, started and stopped as an operator would: by the command line and by
 * signals to its process id. What it tells of itself is taken from its log alone.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished, vi } from 'vitest'
import type { AtEnd } from '../../stores/test/temporary-folder.ts'

export const COMMAND_LINE = fileURLToPath(new URL('../../service/src/cli.ts', import.meta.url))

export type ServiceOptions = {
  /** Where the LMDB environment lies. */
  readonly folder: string
  readonly workers?: number
  /** More of the command line. */
  readonly flags?: readonly string[]
  /** How many file descriptors each of its processes may have; as many as this process by default. */
  readonly descriptorsMax?: number
}

/** A line of the log, as far as tests read it. */
export type LogLine = {
  readonly level: string
  readonly msg: string
  readonly pid: number
  readonly url?: string
  /** Of a decision. */
  readonly user?: string
  /** How many were dropped. */
  readonly lines?: number
}

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** Far longer than any start or stop takes, so that only a process that hangs meets it. */
const PATIENCE_MS = 30_000

/** A crowded machine is not a store that is down. Tests that look for the time limit set their own, which wins. */
const PATIENT = ['--store-timeout-ms', '20000']

/** Starts the service on a free port; resolves once it listens, with all its workers. It is gone at the end. */
export async function startService(
  options: ServiceOptions,
  atEnd: AtEnd = onTestFinished,
): Promise<RunningService> {
  const service = launchService(options, atEnd)
  await service.untilLogged('listening', options.workers)
  return service
}

/** Starts the service, and does not wait for it to listen. */
export function launchService(
  { folder, workers = 1, flags = [], descriptorsMax }: ServiceOptions,
  atEnd: AtEnd = onTestFinished,
): RunningService {
  const store = ['--store', `lmdb:${folder}`, ...PATIENT]
  const settings = ['--port', '0', ...store, '--workers', String(workers), ...flags]
  const command = [process.execPath, COMMAND_LINE, 'serve', ...settings]
  const limit = descriptorsMax === undefined ? '' : `ulimit -n ${descriptorsMax} && `
  const service = new RunningService(
    spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', ...command], {
      env: {},
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
  atEnd(() => service.killAll())
  return service
}

/** A service that was started. */
export class RunningService {
  readonly child: ChildProcess
  readonly log: LogLine[] = []
  /** Lines of the log that are not JSON. */
  readonly garbledLines: string[] = []
  readonly #killedWorkers = new Set<number>()
  readonly #stderr: Promise<string>
  #exit: Exit | undefined
  #isGone = false

  constructor(child: ChildProcess) {
    this.child = child
    child.once('close', (code, signal) => {
      this.#exit = { code, signal }
    })
    const { stdout, stderr } = child
    if (stdout === null || stderr === null) throw new Error('The service has no standard output')
    this.#stderr = text(stderr)
    createInterface({ input: stdout }).on('line', (line) => this.#keep(line))
  }

  /** All that it wrote to standard error; resolves once it has ended. */
  get stderr(): Promise<string> {
    return this.#stderr
  }

  get url(): string {
    return this.logged('listening')[0]?.url ?? 'http://127.0.0.1:0'
  }

  get pid(): number {
    return this.child.pid ?? Number.NaN
  }

  /** The workers that listen, the one that started first at the front; none where one process does it all. */
  get workers(): readonly number[] {
    return this.logged('listening')
      .map(({ pid }) => pid)
      .filter((pid) => pid !== this.pid && !this.#killedWorkers.has(pid))
  }

  /** From now on nobody reads its log, until `resumeLog`. */
  pauseLog(): void {
    this.child.stdout?.pause()
  }

  resumeLog(): void {
    this.child.stdout?.resume()
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  /** Sends it to the primary and to every worker, as a terminal does. */
  signalAll(name: NodeJS.Signals): void {
    for (const pid of [this.pid, ...this.workers]) process.kill(pid, name)
  }

  /** Ends one worker as a crash would. */
  killWorker(pid: number): void {
    this.#killedWorkers.add(pid)
    kill(pid)
  }

  /** Ends all its processes as a crash of the host would; resolves once they are gone. */
  async killAll(): Promise<void> {
    if (this.#isGone) return
    this.child.kill('SIGKILL')
    for (const pid of this.workers) kill(pid)
    await this.exitWithin(PATIENCE_MS)
  }

  /** How it ended. Rejects where it still runs, or one of its workers does, after `limitMs`. */
  async exitWithin(limitMs: number): Promise<Exit> {
    const isOver = () => this.#exit !== undefined && !this.workers.some(isRunning)
    const exit = await vi
      .waitUntil(() => isOver() && this.#exit, { timeout: limitMs, interval: 20 })
      .catch(() => {
        throw new Error(`The service still runs after ${limitMs} ms`)
      })
    this.#isGone = true
    return exit
  }

  /** The lines of this message. */
  logged(message: string): readonly LogLine[] {
    return this.log.filter(({ msg }) => msg === message)
  }

  /** Waits until the log holds so many lines of this message. Rejects where the service ends before. */
  async untilLogged(message: string, count = 1): Promise<void> {
    const isThere = () => this.logged(message).length >= count
    await vi.waitUntil(() => isThere() || this.#exit, { timeout: PATIENCE_MS, interval: 5 })
    if (!isThere()) {
      throw new Error(`The service ended before it logged “${message}”: ${await this.#stderr}`)
    }
  }

  #keep(line: string): void {
    const parsed = parseLine(line)
    if (parsed === undefined) this.garbledLines.push(line)
    else this.log.push(parsed)
  }
}

function parseLine(line: string): LogLine | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null && 'pid' in parsed ? (parsed as LogLine) : undefined
  } catch {
    return undefined
  }
}

/** Whether it does anything still: one that nobody has buried does not. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return /^\s*[^Z\s]/.test(stdout)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in between, which is all that is wanted here.
  }
}
