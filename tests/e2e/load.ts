/**
 * Many callers who start and stop streams of a few users at once and remember the answers. The
 * users' rosters are full and change all the time.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished, vi } from 'vitest'
import type { Answer, Client } from './client.ts'
import type { Ledger } from './ledger.ts'

export type LoadOptions = {
  readonly client: Client
  readonly ledger: Ledger
  /** Names the users and streams of this load, so that loads do not share any. */
  readonly name: string
}

const USERS = 8
/** Callers for each user. Together they want more than the limit of three. */
const CALLERS_PER_USER = 4
/** A caller stops its oldest stream once it holds this many. */
const HELD_MAX = 2
/** The wait after a connection broke, so that a caller does not spin. */
const RETRY_PAUSE_MS = 10
const PATIENCE_MS = 15_000

/** A load that runs until it is told to end, or until the running test ends. */
export class Load {
  readonly #options: LoadOptions
  readonly #callers: readonly Promise<void>[]
  /** Codes of the errors that ended calls without an answer. */
  readonly failures = new Set<string>()
  readonly #answers = new Map<number, number>()
  #isOver = false

  constructor(options: LoadOptions) {
    this.#options = options
    this.#callers = Array.from({ length: USERS * CALLERS_PER_USER }, (_, index) => this.#call(index))
    onTestFinished(() => {
      this.#isOver = true
    })
  }

  /** The statuses of all answers. */
  get statuses(): ReadonlySet<number> {
    return new Set(this.#answers.keys())
  }

  /** Starts and stops that were acknowledged. */
  get acknowledged(): number {
    return [201, 204].reduce((sum, status) => sum + (this.#answers.get(status) ?? 0), 0)
  }

  /** Decisions in the answers. */
  get decided(): number {
    return [...this.#answers.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Waits until so many more starts and stops are acknowledged. */
  async untilAcknowledged(count: number): Promise<void> {
    const goal = this.acknowledged + count
    await vi.waitUntil(() => this.acknowledged >= goal, { timeout: PATIENCE_MS, interval: 1 })
  }

  /** Resolves once every caller has its last answer. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#callers)
  }

  async #call(index: number): Promise<void> {
    const { name } = this.#options
    const user = `${name}-user-${index % USERS}`
    const held: string[] = []
    for (let count = 0; !this.#isOver; count += 1) {
      const isHeld = await this.#start(user, `${name}-${index}-${count}`, held)
      const oldest = isHeld && held.length < HELD_MAX ? undefined : held.shift()
      if (oldest !== undefined && !this.#isOver) await this.#stop(user, oldest)
    }
  }

  /** Whether it was admitted. If so it is among `held`. */
  async #start(user: string, stream: string, held: string[]): Promise<boolean> {
    const { client, ledger } = this.#options
    ledger.note(user, stream, 'starting')
    const status = await this.#ask(() => client.start(user, stream))
    if (status === 201) {
      ledger.note(user, stream, 'held')
      held.push(stream)
    }
    if (status === 409) ledger.note(user, stream, 'denied')
    return status === 201
  }

  async #stop(user: string, stream: string): Promise<void> {
    const { client, ledger } = this.#options
    ledger.note(user, stream, 'stopping')
    const status = await this.#ask(() => client.stop(user, stream))
    if (status === 204) ledger.note(user, stream, 'stopped')
  }

  /** The answer's status, or nothing if the connection broke. */
  async #ask(call: () => Promise<Answer>): Promise<number | undefined> {
    try {
      const { status } = await call()
      this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1)
      return status
    } catch (error) {
      this.failures.add((error as NodeJS.ErrnoException).code ?? String(error))
      await pause(RETRY_PAUSE_MS)
      return undefined
    }
  }
}

/** Compares the service's lists with the callers' knowledge. One sentence for each fault. */
export async function faultsOf(client: Client, ledger: Ledger): Promise<readonly string[]> {
  const faults = await Promise.all(
    ledger.users.map(async (user) => ledger.faultsIn(user, await client.list(user))),
  )
  return faults.flat()
}
