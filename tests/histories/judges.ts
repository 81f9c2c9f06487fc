/** Judges in their own processes, so that recording continues meanwhile. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { History } from './history.ts'
import type { Judgement } from './judge.ts'

const PROGRAM = fileURLToPath(new URL('judge-process.ts', import.meta.url))

/** How many histories may wait for one judge before recording has to wait. */
const WAITING_MAX = 40

type Task = { readonly settle: (judgement: Judgement) => void; readonly fail: (error: unknown) => void }

class JudgeProcess {
  readonly #child = fork(PROGRAM, {
    detached: true,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  readonly #tasks: Task[] = []

  constructor() {
    this.#child.on('message', (judgement: Judgement) => this.#tasks.shift()?.settle(judgement))
    this.#child.on('exit', (code) => {
      for (const { fail } of this.#tasks.splice(0)) fail(new Error(`A judge ended with ${code}`))
    })
  }

  get waiting(): number {
    return this.#tasks.length
  }

  judge(next: History): Promise<Judgement> {
    return new Promise((settle, fail) => {
      this.#tasks.push({ settle, fail })
      this.#child.send(next)
    })
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}

export class Judges {
  readonly #processes: readonly JudgeProcess[]
  readonly #told: (judgement: Judgement, history: History) => void
  readonly #running = new Set<Promise<void>>()

  /** @param told receives each judgement. */
  constructor(count: number, told: (judgement: Judgement, history: History) => void) {
    this.#processes = Array.from({ length: count }, () => new JudgeProcess())
    this.#told = told
  }

  /**
   * Hands over a history. Resolves at once, or after the next judgement if too many are waiting.
   */
  async take(history: History): Promise<void> {
    const judge = this.#processes.toSorted((one, other) => one.waiting - other.waiting)[0]
    if (judge === undefined) throw new RangeError('There is no judge')
    const judged = judge.judge(history).then((judgement) => {
      this.#told(judgement, history)
      this.#running.delete(judged)
    })
    this.#running.add(judged)
    if (this.#running.size > WAITING_MAX * this.#processes.length) await Promise.race(this.#running)
  }

  /** Resolves once every history is judged. */
  async settle(): Promise<void> {
    await Promise.all(this.#running)
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.close()))
  }
}
