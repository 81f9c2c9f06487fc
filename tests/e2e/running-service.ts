/**
 * The real service as a child process, started and stopped as an operator would: by the command
 * line and by signals. All that is known of its state comes from its log.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished, vi } from 'vitest'
import type { AtEnd } from '../../stores/test/temporary-folder.ts'

export const COMMAND_LINE = fileURLToPath(new URL('../../service/src/cli.ts', import.meta.url))

export type ServiceOptions = {
  /** The folder of the LMDB environment. */
  readonly folder: string
  readonly workers?: number
  /** More of the command line. */
  readonly flags?: readonly string[]
  /**
   * How many file descriptors each of its processes may have. The default is this process's limit.
   */
  readonly descriptorsMax?: number
  /** Its whole environment. Empty by default. */
  readonly environment?: Readonly<Record<string, string>>
}

/** The parts of a log line that tests read. */
export type LogLine = {
  readonly level: string
  readonly msg: string
  readonly pid: number
  readonly url?: string
  /** In the line of a decision. */
  readonly user?: string
  readonly verb?: string
  /** How many lines were dropped. */
  readonly lines?: number
}

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** Far longer than any start or stop takes, so that only a process that hangs reaches it. */
const PATIENCE_MS = 30_000

/**
 * A busy machine must not look like a store that is down. Tests of the time limit set their own,
 * which wins.
 */
const PATIENT = ['--store-timeout-ms', '20000']

/**
 * Starts the service on a free port. Resolves once it listens with all its workers. It is gone when
 * the test ends.
 */
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
  { folder, workers = 1, flags = [], descriptorsMax, environment = {} }: ServiceOptions,
  atEnd: AtEnd = onTestFinished,
): RunningService {
  const store = ['--store', `lmdb:${folder}`, ...PATIENT]
  const settings = ['--port', '0', ...store, '--workers', String(workers), ...flags]
  const command = [process.execPath, COMMAND_LINE, 'serve', ...settings]
  const limit = descriptorsMax === undefined ? '' : `ulimit -n ${descriptorsMax} && `
  const service = new RunningService(
    spawn('bash', ['-c', `${limit}exec "$@"`, 'bash', ...command], {
      env: environment,
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

  /** Everything it wrote to standard error. Resolves once it has ended. */
  get stderr(): Promise<string> {
    return this.#stderr
  }

  get url(): string {
    return this.logged('listening')[0]?.url ?? 'http://127.0.0.1:0'
  }

  get pid(): number {
    return this.child.pid ?? Number.NaN
  }

  /** The workers that listen, oldest first. None if one process does everything. */
  get workers(): readonly number[] {
    return this.logged('listening')
      .map(({ pid }) => pid)
      .filter((pid) => pid !== this.pid && !this.#killedWorkers.has(pid))
  }

  /** From now on its log is not read, until `resumeLog`. */
  pauseLog(): void {
    this.child.stdout?.pause()
  }

  resumeLog(): void {
    this.child.stdout?.resume()
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  /** Sends the signal to the primary and to every worker, as a terminal does. */
  signalAll(name: NodeJS.Signals): void {
    for (const pid of [this.pid, ...this.workers]) process.kill(pid, name)
  }

  /** Ends one worker as a crash would. */
  killWorker(pid: number): void {
    this.#killedWorkers.add(pid)
    kill(pid)
  }

  /** Ends all its processes as a crash of the host would. Resolves once they are gone. */
  async killAll(): Promise<void> {
    if (this.#isGone) return
    this.child.kill('SIGKILL')
    for (const pid of this.workers) kill(pid)
    await this.exitWithin(PATIENCE_MS)
  }

  /** How it ended. Rejects if it or one of its workers still runs after `limitMs`. */
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

  /** Waits until the log holds so many lines of this message. Rejects if the service ends first. */
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

/** Whether it still runs. A zombie process does not. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return /^\s*[^Z\s]/.test(stdout)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in between, which is just as good.
  }
}
