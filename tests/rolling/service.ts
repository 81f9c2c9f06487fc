/** A service as a child process, which is told to stop and replaced. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const COMMAND_LINE = fileURLToPath(new URL('../../service/src/cli.ts', import.meta.url))

/** One instance of the service. */
export class Instance {
  readonly #child: ChildProcess
  readonly url: string

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  /** Starts an instance on a free port. Resolves once all its workers listen. */
  static async start(store: string, { workers, drainSeconds }: InstanceOptions): Promise<Instance> {
    const flags = ['--port', '0', '--store', store, '--workers', `${workers}`, '--store-timeout-ms', '20000']
    const rest = ['--drain-seconds', `${drainSeconds}`, '--log-decisions', 'none', '--log-format', 'json']
    const child = spawn(process.execPath, [COMMAND_LINE, 'serve', ...flags, ...rest], {
      env: {},
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const listening: string[] = []
    const isUp = new Promise<void>((resolve) => {
      if (child.stdout === null) return
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.includes('"msg":"listening"')) return
        listening.push((JSON.parse(line) as { url: string }).url)
        if (listening.length === workers) resolve()
      })
    })
    await Promise.race([isUp, once(child, 'close')])
    const [url] = listening
    if (url === undefined) throw new Error('The service ended before it listened')
    return new Instance(child, url)
  }

  /** Tells it to stop, and resolves to its exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode
    const gone = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    await gone
    return this.#child.exitCode
  }
}

/** How an instance is started. */
export type InstanceOptions = { readonly workers: number; readonly drainSeconds: number }
