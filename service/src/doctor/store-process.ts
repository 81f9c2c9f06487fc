/** Probes a store in a process of its own, which may hang, or be ended by the store's driver. */
import { fork } from 'node:child_process'
import type { Flags } from '../settings/settings.ts'
import { fault, type Finding } from './finding.ts'

/** A message of the probing process: what it found, what it does next, or that it is done. */
export type ProbeMessage =
  | { readonly finding: Finding }
  | { readonly step: string }
  | { readonly isDone: true }

/** Longest time to start, and to look at each page of a large file. */
const LOOK_LIMIT_MS = 90_000
/** Longest time for any later step. */
const STEP_LIMIT_MS = 10_000

const DAMAGE = 'its file may be damaged, or its driver does not fit this machine: see the log of the service'
const HUNG = 'look for another process that uses the store and hangs: it may hold the write lock'

/** Kills a process that does not go on. */
class Watchdog {
  readonly #kill: () => void
  #timer: NodeJS.Timeout | undefined
  #steps = 0
  hasBarked = false

  constructor(kill: () => void) {
    this.#kill = kill
  }

  /** How long the step under way may take, in milliseconds. */
  get limitMs(): number {
    return this.#steps <= 2 ? LOOK_LIMIT_MS : STEP_LIMIT_MS
  }

  /** The first two are the start and the look. */
  stepBegins(): void {
    clearTimeout(this.#timer)
    this.#steps += 1
    this.#timer = setTimeout(() => {
      this.hasBarked = true
      this.#kill()
    }, this.limitMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

/**
 * Runs the program with these flags, and gathers what it tells. Never rejects.
 *
 * @param program takes the flags as its first message, and sends `ProbeMessage`s.
 */
export async function findingsOfProcess(program: URL, flags: Flags): Promise<Finding[]> {
  const findings: Finding[] = []
  let step = 'the start'
  let isDone = false
  const child = fork(program, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const watchdog = new Watchdog(() => void child.kill('SIGKILL'))
  watchdog.stepBegins()
  child.on('message', (message) => {
    const told = message as ProbeMessage
    if ('finding' in told) findings.push(told.finding)
    if ('step' in told) {
      step = told.step
      watchdog.stepBegins()
    }
    if ('isDone' in told) {
      isDone = true
      // Its driver may keep it alive.
      child.kill('SIGKILL')
    }
  })
  child.send({ flags }, () => {})
  const disconnected = new Promise((resolve) => child.once('disconnect', resolve))
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  const [end] = await Promise.all([exited, disconnected])
  watchdog.stop()
  if (watchdog.hasBarked) {
    findings.push(fault('store', `${step} took longer than ${watchdog.limitMs / 1000} s`, HUNG))
  } else if (!isDone) {
    findings.push(fault('store', `${step} ended the process that tried it (${end})`, DAMAGE))
  }
  return findings
}
