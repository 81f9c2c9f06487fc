/**
 * One user: eight clients that call at the same time, and one history of their calls and answers.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { SeededRandom } from '../simulation/world/seeded-random.ts'
import { Chooser } from './choosing.ts'
import { someHabits, type Habits, type Mix } from './habits.ts'
import type { Call, CallEnd, History, Question } from './history.ts'
import type { HttpCaller, Reply } from './http-caller.ts'

export const CLIENTS = 8

const CALLS_MIN = 40
const CALLS_MAX = 120
/** The longest that a client waits before it leaves without the answer. */
const LEAVES_WITHIN_MS = 3
/** How long before and after the end of a lease the clients wake up. */
const WAKES_BEFORE_MS = 6
const WAKES_AFTER_MS = 14
const THINKS_MS_MAX = 4

export type HouseholdOptions = {
  readonly user: string
  readonly seed: number
  readonly leaseMs: number
  readonly skewMs: number
  readonly mix: Mix
  /** One seed for each client. */
  readonly callers: readonly HttpCaller[]
}

type OpenCall = Omit<Call, 'end' | 'lostBy'> & { end?: CallEnd; lostBy?: string }

export class Household {
  readonly #options: HouseholdOptions
  readonly #random: SeededRandom
  readonly #habits: Habits
  readonly #chooser: Chooser
  readonly #calls: OpenCall[] = []
  readonly #callsMax: number
  #events = 0
  #asleepUntilMs = 0

  constructor(options: HouseholdOptions) {
    this.#options = options
    this.#random = new SeededRandom(options.seed)
    this.#habits = someHabits(this.#random)
    this.#chooser = new Chooser(this.#random, this.#habits, options.mix)
    this.#callsMax = CALLS_MIN + this.#random.below(CALLS_MAX - CALLS_MIN)
  }

  /** Lets the clients call until the history is long enough. */
  async record(): Promise<History> {
    const { user, leaseMs, skewMs, callers } = this.#options
    await Promise.all(callers.map((caller, client) => this.#live(client, caller)))
    return { user, leaseMs, skewMs, calls: this.#calls }
  }

  async #live(client: number, caller: HttpCaller): Promise<void> {
    let unanswered: Question | undefined
    while (this.#calls.length < this.#callsMax) {
      await this.#rest()
      if (this.#calls.length >= this.#callsMax) return
      const repeats = unanswered !== undefined && this.#random.chance(0.5)
      const question = repeats && unanswered ? this.#chooser.again(unanswered) : this.#chooser.next(client)
      const reply = await this.#call({ client, question }, caller)
      unanswered = 'answer' in reply ? undefined : question
    }
  }

  async #call({ client, question }: Pick<Call, 'client' | 'question'>, caller: HttpCaller): Promise<Reply> {
    const { user, mix } = this.#options
    const isLost = question.kind !== 'list' && this.#random.chance(mix.lossChance)
    const leaveAfterMs = isLost ? this.#random.below(LEAVES_WITHIN_MS) : undefined
    const call: OpenCall = { client, question, calledAt: this.#event(), calledMs: Date.now() }
    this.#calls.push(call)
    const reply = await caller.send(user, question, leaveAfterMs)
    if ('answer' in reply) {
      call.end = { returnedAt: this.#event(), returnedMs: Date.now(), answer: reply.answer }
      this.#chooser.learn(question, reply.answer)
    } else {
      call.lostBy = reply.lostBy
    }
    return reply
  }

  /** Waits while the household sleeps, and pauses a little. */
  async #rest(): Promise<void> {
    const { napChance, thinkChance } = this.#habits
    const lapseMs = this.#random.chance(napChance) ? this.#chooser.someLapseMs : undefined
    if (lapseMs !== undefined) {
      const around = this.#random.below(WAKES_BEFORE_MS + WAKES_AFTER_MS) - WAKES_BEFORE_MS
      const wakeMs = lapseMs + this.#options.skewMs + around
      if (wakeMs > this.#asleepUntilMs) this.#asleepUntilMs = wakeMs
    }
    for (let waitMs = this.#waitMs(); waitMs > 0; waitMs = this.#waitMs()) await pause(waitMs)
    if (this.#random.chance(thinkChance)) await pause(this.#random.below(THINKS_MS_MAX))
  }

  #waitMs(): number {
    return this.#asleepUntilMs - Date.now()
  }

  #event(): number {
    this.#events += 1
    return this.#events
  }
}
