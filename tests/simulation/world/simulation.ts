import { setImmediate } from 'node:timers/promises'
import type { Generation, Lease, LeaseId, LimiterParts, UserId } from '@streamgate/core'
import { USERS } from './cast.ts'
import type { Client, Deployed } from './client.ts'
import { playFinale } from './finale.ts'
import type {
  Answer,
  Errand,
  ErrandRun,
  History,
  Moment,
  Operation,
  PolicyChange,
  Request,
} from '../history.ts'
import { answerOf, isErrand, leasesIn, runErrand, type LimiterVerbs } from './ask-limiter.ts'
import { SeededRandom } from './seeded-random.ts'
import { SimulatedStore, type PendingCall } from './simulated-store.ts'
import { edgesOf } from './policies.ts'
import { asPolicyAsks, nextRequests, profileOf, type Profile } from './workload.ts'

/** The rules under test: the limiter of the core, or of a mutant of it. */
export type Rules = { readonly Limiter: new (parts: LimiterParts) => LimiterVerbs }

/**
 * One run, by its seed; `operations` cuts it short and leaves what happens before as it was. In a crowded run plans
 * ask for a count alone and never change, and clients meet at a few streams, which leaves more of it to races.
 */
export type Run = { readonly seed: number; readonly operations?: number; readonly isCrowded?: boolean }

/** A lost call is repeated by its client this often; else the viewer has turned to something else. */
const REPEAT_RATE = 0.8
/** How often the clock goes to an instant at which something lapses, or right beside it. */
const EDGE_RATE = 0.3
/** How often a call that dawdles may be carried on too. */
const DAWDLER_TURN_RATE = 0.05
/** How often a limiter that is behind goes on to its next policy, where carrying on with a call has weight 1. */
const POLICY_CHANGE_WEIGHT = 0.02

/**
 * Lets several clients put questions to several limiters over one store, and tells what they saw.
 *
 * Time is virtual and chance comes from the seed alone, so that a seed gives the same history again.
 * At the end, when all is quiet and nothing is lost any more, every user is looked at step by step.
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
  readonly #store = new SimulatedStore()
  readonly #limiters: readonly Deployed[]
  readonly #operations: Operation[] = []
  readonly #errands: ErrandRun[] = []
  readonly #policies: PolicyChange[] = []
  readonly #clock: Moment[] = []
  readonly #losses: Moment[] = []
  readonly #pauses: { readonly dueAtMs: number; readonly resolve: () => void }[] = []
  readonly #dawdling = new WeakMap<PendingCall, boolean>()
  readonly #generations = new Map<string, Generation[]>()
  /** Instants at which a lease may lapse, or a note on an eviction may be over. */
  readonly #edges = new Set<number>()
  readonly #clients: Client[]
  #nowMs = 1000
  #graceUntilMs = 0
  #lapseAtMs = 0
  #step = 0
  #asked = 0
  #generationsMade = 0
  #lossRate: number

  constructor({ Limiter: LimiterUnderTest }: Rules, { seed, operations, isCrowded }: Run) {
    this.#random = new SeededRandom(seed)
    const profile = profileOf(this.#random, isCrowded)
    this.#profile = { ...profile, operations: operations ?? profile.operations }
    this.#lossRate = profile.lossRate
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
      clock: this.#clock,
      losses: this.#losses,
    }
  }

  /** Lets the clients ask until they have asked enough and all are answered. */
  async runClients(): Promise<void> {
    while (this.#asked < this.#profile.operations || this.#isBusy()) {
      const idle = [...this.#clients.keys()].filter((client) => !this.#clients[client]?.isBusy)
      const mayAsk = this.#asked < this.#profile.operations && idle.length > 0
      const behind = this.#findBehind()
      const weights = {
        ask: mayAsk ? 0.5 : 0,
        'carry on': 1,
        'move clock': this.#profile.clockWeight,
        'change policy': behind.length > 0 ? POLICY_CHANGE_WEIGHT : 0,
      }
      const doing = this.#random.weigh(
        Object.keys(weights) as (keyof typeof weights)[],
        (what) => weights[what],
      )
      if (doing === 'move clock') this.#moveClock()
      else if (doing === 'change policy') this.#changePolicy(this.#random.pick(behind))
      else if (doing === 'ask') this.#ask(this.#random.pick(idle))
      else await this.#carryOn()
    }
  }

  /** Brings every limiter up to date, and plays the end, at which nothing is lost any more. */
  async runFinale(): Promise<void> {
    this.#lossRate = 0
    for (let behind = this.#findBehind(); behind.length > 0; behind = this.#findBehind()) {
      for (const limiter of behind) this.#changePolicy(limiter)
    }
    await playFinale({
      profile: this.#profile,
      ask: (asked) => this.#askAlone(asked),
      pass: (ms) => this.#moveClockTo(this.#nowMs + ms),
      passAll: () => this.#moveClockTo(Math.max(this.#nowMs, ...this.#edges)),
      passLapse: () => this.#moveClockTo(this.#lapseAtMs + this.#profile.skewMs),
      passGrace: () => this.#moveClockTo(this.#graceUntilMs + this.#profile.skewMs),
    })
  }

  async #askAlone(request: Request | Errand): Promise<void> {
    this.#invoke(0, asPolicyAsks(this.#profile, request))
    while (this.#isBusy()) {
      if (this.#store.pending.length === 0) this.#moveClockTo(this.#nowMs + 1)
      await this.#carryOn()
    }
  }

  #partsAhead(aheadMs: number): LimiterParts {
    return {
      store: this.#store,
      policy: this.#profile.policies[0],
      now: () => this.#nowMs + aheadMs,
      skewMs: this.#profile.skewMs,
      finishedKeptMs: this.#profile.finishedKeptMs,
      newGeneration: () => `g${(this.#generationsMade += 1)}`,
      pause: (ms) =>
        new Promise((resolve) => this.#pauses.push({ dueAtMs: Math.ceil(this.#nowMs + ms), resolve })),
      random: () => this.#random.next(),
    }
  }

  #isBusy(): boolean {
    return this.#clients.some((client) => client.isBusy)
  }

  #ask(client: number): void {
    const known = (user: UserId, id: LeaseId) => this.#generations.get(`${user} ${id}`) ?? []
    const planned = this.#clients[client]?.plans ?? []
    const seen = { known, nowMs: this.#nowMs }
    const [next, ...later] = planned.length > 0 ? planned : nextRequests(this.#random, this.#profile, seen)
    if (next !== undefined) this.#invoke(client, next, later)
  }

  #invoke(client: number, asked: Request | Errand, later: readonly (Request | Errand)[] = []): void {
    this.#asked += 1
    const number = this.#asked
    const invoked = this.#moment()
    const limiter = this.#random.below(this.#limiters.length)
    const { verbs, aheadMs } = this.#limiters[limiter] as Deployed
    this.#addEdges(aheadMs)
    this.#clients[client] = { isBusy: true, plans: [] }
    const goOn = (isLost: boolean) => {
      const isRepeated = isLost && this.#random.chance(REPEAT_RATE)
      this.#clients[client] = { isBusy: false, plans: isRepeated ? [asked, ...later] : later }
    }
    if (isErrand(asked)) {
      const untilMs = invoked.atMs + aheadMs + this.#profile.finishedKeptMs
      const settle = (isLost: boolean) => {
        this.#errands.push({ errand: asked, limiter, untilMs, isLost, invoked, answered: this.#moment() })
        goOn(isLost)
      }
      runErrand(verbs, asked).then(
        () => settle(false),
        () => settle(true),
      )
      return
    }
    const settle = (answer: Answer) => {
      const answered = this.#moment()
      this.#operations.push({ number, client, request: asked, invoked, answered, answer, limiter, aheadMs })
      goOn(answer.outcome === 'failed' && answer.code === 'STORE_TIMED_OUT')
      this.#learnGenerations(asked.user, leasesIn(answer))
    }
    void answerOf(verbs, asked).then(settle)
  }

  /** What is asked now of a limiter that is this far ahead may lapse then, its note be over, or a grace end. */
  #addEdges(aheadMs: number): void {
    const { skewMs, policies } = this.#profile
    const lengths = new Set(policies.flatMap(edgesOf))
    for (const lengthMs of lengths) this.#edges.add(this.#nowMs + aheadMs + lengthMs + skewMs)
  }

  /** The limiters that do not yet decide by the last policy. */
  #findBehind(): number[] {
    return [...this.#limiters.keys()].filter(
      (limiter) => (this.#limiters[limiter]?.changes ?? 0) < this.#profile.policies.length - 1,
    )
  }

  #changePolicy(limiter: number): void {
    const deployed = this.#limiters[limiter] as Deployed
    deployed.changes += 1
    const policy = this.#profile.policies[deployed.changes] ?? this.#profile.policies[0]
    this.#policies.push({ limiter, step: this.#moment().step, policy })
    deployed.verbs.usePolicy(policy)
  }

  /** Applies, answers or loses one call, or ends one pause, and lets the limiter go on until it waits again. */
  async #carryOn(): Promise<void> {
    const due = this.#pauses.findIndex((pause) => pause.dueAtMs <= this.#nowMs)
    const calls = this.#store.pending
    if (due !== -1 && (calls.length === 0 || this.#random.chance(0.3))) {
      for (const pause of this.#pauses.splice(due, 1)) pause.resolve()
      await setImmediate()
      return
    }
    const isDawdlersTurn = this.#random.chance(DAWDLER_TURN_RATE) || this.#asked >= this.#profile.operations
    const ready = calls.filter((call) => isDawdlersTurn || !this.#dawdles(call))
    if (ready.length === 0) return
    const call = this.#random.pick(ready)
    const isLost = this.#random.chance(this.#lossRate)
    if (!isLost && !call.isApplied) {
      this.#moment()
      await call.apply()
      if (this.#random.chance(0.5)) return
    }
    const moment = this.#moment()
    if (isLost) {
      this.#losses.push(moment)
      call.lose()
    } else {
      call.deliver()
    }
    await setImmediate()
  }

  #dawdles(call: PendingCall): boolean {
    const known = this.#dawdling.get(call)
    if (known !== undefined) return known
    const dawdles = this.#random.chance(this.#profile.dawdleRate)
    this.#dawdling.set(call, dawdles)
    return dawdles
  }

  /** Mostly a little; sometimes to an instant at which something lapses, or a millisecond beside it. */
  #moveClock(): void {
    const isToEdge = this.#random.chance(EDGE_RATE)
    const ahead = isToEdge ? [...this.#edges].filter((edge) => edge > this.#nowMs) : []
    if (ahead.length > 0) {
      const next = ahead.toSorted((one, other) => one - other).slice(0, 4)
      this.#moveClockTo(this.#random.pick(next) + this.#random.pick([-1, 0, 0, 1]))
    } else {
      this.#moveClockTo(this.#nowMs + this.#random.below(this.#profile.clockStepMs + 1))
    }
  }

  #moveClockTo(instantMs: number): void {
    if (instantMs > this.#nowMs) this.#clock.push(this.#moment(instantMs))
  }

  #moment(atMs = this.#nowMs): Moment {
    this.#nowMs = atMs
    this.#step += 1
    return { step: this.#step, atMs }
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
