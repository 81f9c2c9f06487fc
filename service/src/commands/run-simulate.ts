/**
 * Runs a simulation and writes its log.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { parseStore } from '../settings/store-engines.ts'
import { Simulation } from '../simulate/simulation.ts'
import { DONE, FAILED } from './exit-codes.ts'
import { policyOfFlag, wordsOf } from './policy-flag.ts'
import { barOf, ProgressLine } from './progress-line.ts'

/** The flags of the command. */
export type SimulateOptions = {
  readonly users: number
  readonly days: number
  readonly policy: string
  readonly seed: number
  readonly start: number
  readonly logDecisions: 'changes' | 'all'
  readonly output: string
}

/** Simulates, and resolves with the exit code. */
export async function runSimulate(options: SimulateOptions): Promise<number> {
  try {
    await simulate(options)
    return DONE
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n`)
    return FAILED
  }
}

async function simulate(options: SimulateOptions): Promise<void> {
  const policy = policyOfFlag(options.policy)
  const { users, days, seed, start: startMs, logDecisions } = options
  const output = await LineFile.open(options.output)
  const simulation = new Simulation({
    users,
    days,
    seed,
    startMs,
    policy,
    store: await parseStore('memory:').open(),
    areAllLogged: logDecisions === 'all',
    write: (line) => output.add(line),
  })
  const progress = process.stderr.isTTY ? new ProgressLine(process.stderr) : undefined
  for (let hour = 0; hour < simulation.hours; hour += 1) {
    await simulation.runHour(hour)
    await output.flush()
    const day = Math.floor(hour / 24) + 1
    progress?.draw(
      `${barOf((hour + 1) / simulation.hours)}  day ${day} of ${days}  ${output.lines.toLocaleString('en')} lines`,
    )
  }
  progress?.clear()
  await output.close()
  process.stderr.write(
    `${output.lines.toLocaleString('en')} decisions of ${users.toLocaleString('en')} users in ${days} ${days === 1 ? 'day' : 'days'}\n`,
  )
}

/** Lines on their way to a file, compressed if its name says so. */
class LineFile {
  lines = 0
  readonly #target: Writable
  readonly #done: Promise<void>
  #waiting: string[] = []

  private constructor(target: Writable, done: Promise<void>) {
    this.#target = target
    this.#done = done
    // It is awaited at the end. A failure before then must not end the process unexplained.
    this.#done.catch(() => {})
  }

  /** @throws {Error} if the file cannot be written, with its name. */
  static async open(name: string): Promise<LineFile> {
    if (name === '-') return new LineFile(process.stdout, new Promise(() => {}))
    const file = createWriteStream(name)
    try {
      await once(file, 'open')
    } catch (cause) {
      throw new Error(`--output ${name} cannot be written`, { cause })
    }
    if (!name.endsWith('.gz')) return new LineFile(file, finished(file))
    const gzip = createGzip()
    gzip.pipe(file)
    return new LineFile(gzip, finished(file))
  }

  add(line: string): void {
    this.lines += 1
    this.#waiting.push(line)
  }

  /** Writes what was added, no faster than the reader reads. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const text = this.#waiting.join('')
    this.#waiting = []
    if (!this.#target.write(text)) await Promise.race([once(this.#target, 'drain'), this.#done])
  }

  async close(): Promise<void> {
    await this.flush()
    if (this.#target === process.stdout) return
    this.#target.end()
    await this.#done
  }
}
