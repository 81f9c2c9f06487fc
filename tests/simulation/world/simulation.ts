import type { Generation, Lease, LeaseId, LimiterParts, UserId } from '@streamgate/core'
import { USERS } from './cast.ts'
import type { Client, Deployed } from './client.ts'
import { playFinale } from './finale.ts'
import type { Answer, Errand, ErrandRun, History, Operation, PolicyChange, Request } from '../history.ts'
import { answerOf, isErrand, leasesIn, runErrand, type LimiterVerbs } from './ask-limiter.ts'
import { SeededRandom } from './seeded-random.ts'
import { Scheduler } from './scheduler.ts'
import { edgesOf } from './policies.ts'
import { VirtualClock } from './virtual-clock.ts'
import { asPolicyAsks, nextRequests, profileOf, type Profile } from './workload.ts'

/** The rules under test: the core's limiter, or a mutant of it. */
export type Rules = { readonly Limiter: new (parts: LimiterParts) => LimiterVerbs }

/**
 * One run, given by its seed. `operations` cuts it short without changing what comes before. In a
 * crowded run plans only limit a count and never change, and clients compete for a few streams,
 * which causes more races.
 */
export type Run = { readonly seed: number; readonly operations?: number; readonly isCrowded?: boolean }

/** How often a client retries a lost call. Otherwise the viewer has turned to something else. */
const REPEAT_RATE = 0.8
/** How often a limiter moves on to its next policy. The weight of advancing a call is 1. */
const POLICY_CHANGE_WEIGHT = 0.02

/**
 * Lets several clients call several limiters over one store, and records what the clients saw.
 *
 * Time is virtual and all randomness comes from the seed, so a seed always gives the same history.
 * At the end nothing is lost any more, and every user is checked step by step.
 */
export async function simulate(rules: Rules, run: Run): Promise<History> {
  const simulation = new Simulation(rules, run)
  await simulation.runClients()
  await simulation.runFinale()
  return simulation.history
}

class Simulation {
  readonly #random: SeededRandom
  readonly #profile: Profile
  readonly #clock: VirtualClock
  readonly #scheduler: Scheduler
  readonly #limiters: readonly Deployed[]
  readonly #operations: Operation[] = []
  readonly #errands: ErrandRun[] = []
  readonly #policies: PolicyChange[] = []
  readonly #generations = new Map<string, Generation[]>()
  readonly #clients: Client[]
  #graceUntilMs = 0
  #lapseAtMs = 0
  #asked = 0
  #generationsMade = 0

  constructor({ Limiter: LimiterUnderTest }: Rules, { seed, operations, isCrowded }: Run) {
    this.#random = new SeededRandom(seed)
    this.#clock = new VirtualClock(this.#random)
    const profile = profileOf(this.#random, isCrowded)
    this.#profile = { ...profile, operations: operations ?? profile.operations }
    this.#scheduler = new Scheduler({ ...profile, random: this.#random, clock: this.#clock })
    this.#clients = Array.from({ length: profile.clients }, () => ({ isBusy: false, plans: [] }))
    this.#limiters = Array.from({ length: profile.limiters }, (_, limiter) => {
      const aheadMs = this.#random.below(profile.skewMs + 1)
      this.#policies.push({ limiter, step: 0, policy: profile.policies[0] })
      return { verbs: new LimiterUnderTest(this.#partsAhead(aheadMs)), aheadMs, changes: 0 }
    })
  }

  get history(): History {
    return {
      terms: {
        skewMs: this.#profile.skewMs,
        percentileOf: new Map([...USERS].map(([user, { percentile }]) => [user, percentile])),
      },
      operations: this.#operations.toSorted((one, other) => one.number - other.number),
      errands: this.#errands,
      policies: this.#policies,
      clock: this.#clock.moves,
      losses: this.#scheduler.losses,
    }
  }

  /** Lets the clients send all their requests, and waits for every answer. */
  async runClients(): Promise<void> {
    while (this.#asked < this.#profile.operations || this.#isBusy()) {
      const idle = [...this.#clients.keys()].filter((client) => !this.#clients[client]?.isBusy)
      const mayAsk = this.#asked < this.#profile.operations && idle.length > 0
      const behind = this.#findBehind()
      const weights = {
        ask: mayAsk ? 0.5 : 0,
        'advance a call': 1,
        'move clock': this.#profile.clockWeight,
        'change policy': behind.length > 0 ? POLICY_CHANGE_WEIGHT : 0,
      }
      const doing = this.#random.weigh(
        Object.keys(weights) as (keyof typeof weights)[],
        (what) => weights[what],
      )
      if (doing === 'move clock') this.#clock.moveByChance(this.#profile.clockStepMs)
      else if (doing === 'change policy') this.#changePolicy(this.#random.pick(behind))
      else if (doing === 'ask') this.#ask(this.#random.pick(idle))
      else await this.#advance()
    }
  }

  /** Moves every limiter to the last policy and plays the end, in which nothing is lost. */
  async runFinale(): Promise<void> {
    this.#scheduler.stopLosses()
    for (let behind = this.#findBehind(); behind.length > 0; behind = this.#findBehind()) {
      for (const limiter of behind) this.#changePolicy(limiter)
    }
    await playFinale({
      profile: this.#profile,
      ask: (asked) => this.#askAlone(asked),
      pass: (ms) => this.#clock.moveTo(this.#clock.nowMs + ms),
      passAll: () => this.#clock.moveTo(this.#clock.lastEdgeMs),
      passLapse: () => this.#clock.moveTo(this.#lapseAtMs + this.#profile.skewMs),
      passGrace: () => this.#clock.moveTo(this.#graceUntilMs + this.#profile.skewMs),
    })
  }

  async #askAlone(request: Request | Errand): Promise<void> {
    this.#invoke(0, asPolicyAsks(this.#profile, request))
    while (this.#isBusy()) {
      if (this.#scheduler.isIdle) this.#clock.moveTo(this.#clock.nowMs + 1)
      await this.#advance()
    }
  }

  #partsAhead(aheadMs: number): LimiterParts {
    return {
      store: this.#scheduler.store,
      policy: this.#profile.policies[0],
      now: () => this.#clock.nowMs + aheadMs,
      skewMs: this.#profile.skewMs,
      finishedKeptMs: this.#profile.finishedKeptMs,
      newGeneration: () => `g${(this.#generationsMade += 1)}`,
      pause: (ms) => this.#scheduler.pause(ms),
      random: () => this.#random.next(),
    }
  }

  /** Once all requests are sent, slow calls no longer wait. */
  #advance(): Promise<void> {
    return this.#scheduler.advance(this.#asked >= this.#profile.operations)
  }

  #isBusy(): boolean {
    return this.#clients.some((client) => client.isBusy)
  }

  #ask(client: number): void {
    const known = (user: UserId, id: LeaseId) => this.#generations.get(`${user} ${id}`) ?? []
    const planned = this.#clients[client]?.plans ?? []
    const seen = { known, nowMs: this.#clock.nowMs }
    const [next, ...later] = planned.length > 0 ? planned : nextRequests(this.#random, this.#profile, seen)
    if (next !== undefined) this.#invoke(client, next, later)
  }

  #invoke(client: number, asked: Request | Errand, later: readonly (Request | Errand)[] = []): void {
    this.#asked += 1
    const number = this.#asked
    const invoked = this.#clock.step()
    const limiter = this.#random.below(this.#limiters.length)
    const { verbs, aheadMs } = this.#limiters[limiter] as Deployed
    this.#addEdges(aheadMs)
    this.#clients[client] = { isBusy: true, plans: [] }
    const finish = (isLost: boolean) => {
      const isRepeated = isLost && this.#random.chance(REPEAT_RATE)
      this.#clients[client] = { isBusy: false, plans: isRepeated ? [asked, ...later] : later }
    }
    if (isErrand(asked)) {
      const untilMs = invoked.atMs + aheadMs + this.#profile.finishedKeptMs
      const settle = (isLost: boolean) => {
        this.#errands.push({ errand: asked, limiter, untilMs, isLost, invoked, answered: this.#clock.step() })
        finish(isLost)
      }
      runErrand(verbs, asked).then(
        () => settle(false),
        () => settle(true),
      )
      return
    }
    const settle = (answer: Answer) => {
      const answered = this.#clock.step()
      this.#operations.push({ number, client, request: asked, invoked, answered, answer, limiter, aheadMs })
      finish(answer.outcome === 'failed' && answer.code === 'STORE_TIMED_OUT')
      this.#learnGenerations(asked.user, leasesIn(answer))
    }
    void answerOf(verbs, asked).then(settle)
  }

  /** Remembers when a lease, a note or a grace that begins now may end, by this limiter's clock. */
  #addEdges(aheadMs: number): void {
    const { skewMs, policies } = this.#profile
    const lengths = new Set(policies.flatMap(edgesOf))
    for (const lengthMs of lengths) this.#clock.addEdge(this.#clock.nowMs + aheadMs + lengthMs + skewMs)
  }

  /** The limiters that do not use the last policy yet. */
  #findBehind(): number[] {
    return [...this.#limiters.keys()].filter(
      (limiter) => (this.#limiters[limiter]?.changes ?? 0) < this.#profile.policies.length - 1,
    )
  }

  #changePolicy(limiter: number): void {
    const deployed = this.#limiters[limiter] as Deployed
    deployed.changes += 1
    const policy = this.#profile.policies[deployed.changes] ?? this.#profile.policies[0]
    this.#policies.push({ limiter, step: this.#clock.step().step, policy })
    deployed.verbs.usePolicy(policy)
  }

  #learnGenerations(user: UserId, leases: readonly Lease[]): void {
    if (leases.length > 0) this.#lapseAtMs = 0
    for (const { id, generation, graceUntilMs, expiresAtMs } of leases) {
      this.#graceUntilMs = Math.max(this.#graceUntilMs, graceUntilMs ?? 0)
      this.#lapseAtMs = Math.max(this.#lapseAtMs, expiresAtMs ?? 0)
      const known = this.#generations.get(`${user} ${id}`) ?? []
      if (!known.includes(generation)) this.#generations.set(`${user} ${id}`, [...known, generation])
    }
  }
}
