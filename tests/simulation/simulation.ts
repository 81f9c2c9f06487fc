import { setImmediate } from 'node:timers/promises'
import type { Generation, Lease, LeaseId, Limiter, LimiterParts, UserId } from '@streamgate/core'
import type { Answer, History, Moment, Operation, Request } from './history.ts'
import { SeededRandom } from './seeded-random.ts'
import { SimulatedStore, type PendingCall } from './simulated-store.ts'
import {
  nextRequests,
  PLAYBACKS,
  policyOf,
  profileOf,
  runRequest,
  termsOf,
  type Profile,
} from './workload.ts'

/** The rules under test: the limiter of the core, or of a mutant of it. */
export type Rules = { readonly Limiter: new (parts: LimiterParts) => LimiterVerbs }
export type LimiterVerbs = Pick<Limiter, 'start' | 'heartbeat' | 'stop' | 'list' | 'erase'>

/** One run, by its seed; `operations` cuts it short and leaves what happens before as it was. */
export type Run = { readonly seed: number; readonly operations?: number }

/** A lost call is repeated by its client this often; else the viewer has turned to something else. */
const REPEAT_RATE = 0.8
/** How often the clock goes to an instant at which something lapses, or right beside it. */
const EDGE_RATE = 0.3
/** How often a call that dawdles may be carried on too. */
const DAWDLER_TURN_RATE = 0.05

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

/** One that asks; `plans` is what it means to ask next. */
type Client = { isBusy: boolean; plans: readonly Request[] }

class Simulation {
  readonly #random: SeededRandom
  readonly #profile: Profile
  readonly #store = new SimulatedStore()
  readonly #limiters: readonly { readonly verbs: LimiterVerbs; readonly aheadMs: number }[]
  readonly #operations: Operation[] = []
  readonly #clock: Moment[] = []
  readonly #losses: Moment[] = []
  readonly #pauses: { readonly dueAtMs: number; readonly resolve: () => void }[] = []
  readonly #dawdling = new WeakMap<PendingCall, boolean>()
  readonly #generations = new Map<string, Generation[]>()
  /** Instants at which a lease may lapse, or a note on an eviction may be over. */
  readonly #edges: number[] = []
  readonly #clients: Client[]
  #nowMs = 1000
  #step = 0
  #asked = 0
  #generationsMade = 0
  #lossRate: number

  constructor({ Limiter: LimiterUnderTest }: Rules, { seed, operations }: Run) {
    this.#random = new SeededRandom(seed)
    const profile = profileOf(this.#random)
    this.#profile = { ...profile, operations: operations ?? profile.operations }
    this.#lossRate = profile.lossRate
    this.#clients = Array.from({ length: profile.clients }, () => ({ isBusy: false, plans: [] }))
    this.#limiters = Array.from({ length: profile.limiters }, () => {
      const aheadMs = this.#random.below(profile.skewMs + 1)
      return { verbs: new LimiterUnderTest(this.#partsAhead(aheadMs)), aheadMs }
    })
  }

  get history(): History {
    return {
      terms: termsOf(this.#profile),
      operations: this.#operations.toSorted((one, other) => one.number - other.number),
      clock: this.#clock,
      losses: this.#losses,
    }
  }

  /** Lets the clients ask until they have asked enough and all are answered. */
  async runClients(): Promise<void> {
    while (this.#asked < this.#profile.operations || this.#isBusy()) {
      const idle = [...this.#clients.keys()].filter((client) => !this.#clients[client]?.isBusy)
      const mayAsk = this.#asked < this.#profile.operations && idle.length > 0
      const doing = this.#random.weigh(['ask', 'carry on', 'move clock'] as const, (what) =>
        what === 'ask' ? (mayAsk ? 0.5 : 0) : what === 'carry on' ? 1 : this.#profile.clockWeight,
      )
      if (doing === 'move clock') this.#moveClock()
      else if (doing === 'ask') this.#ask(this.#random.pick(idle))
      else await this.#carryOn()
    }
  }

  /**
   * Looks at every user while all is quiet; then lets every lease lapse, fills the limit again, is denied,
   * replaces, and looks at what became of it. Here the checker knows exactly what must be answered.
   */
  async runFinale(): Promise<void> {
    this.#lossRate = 0
    for (const user of this.#profile.users) {
      await this.#askAlone({ verb: 'list', user })
      await this.#askAlone({ verb: 'list', user })
    }
    this.#moveClockTo(Math.max(this.#nowMs, ...this.#edges))
    for (const user of this.#profile.users) {
      await this.#askAlone({ verb: 'list', user })
      if (this.#profile.leaseMs === null) await this.#askAlone({ verb: 'erase', user })
      const [first, second] = this.#profile.streams
      if (first === undefined || second === undefined) continue
      for (const playing of PLAYBACKS) await this.#askAlone(runRequest('start', user, playing))
      await this.#askAlone(runRequest('start', user, { ...second, replaces: first.id }))
      await this.#askAlone(runRequest('heartbeat', user, first))
      await this.#askAlone({ verb: 'stop', user, id: second.id })
      await this.#askAlone(runRequest('heartbeat', user, first))
      await this.#askAlone({ verb: 'list', user })
    }
  }

  async #askAlone(request: Request): Promise<void> {
    this.#invoke(0, request)
    while (this.#isBusy()) {
      if (this.#store.pending.length === 0) this.#moveClockTo(this.#nowMs + 1)
      await this.#carryOn()
    }
  }

  #partsAhead(aheadMs: number): LimiterParts {
    return {
      store: this.#store,
      policy: policyOf(this.#profile),
      now: () => this.#nowMs + aheadMs,
      skewMs: this.#profile.skewMs,
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
    const [next, ...later] = planned.length > 0 ? planned : nextRequests(this.#random, this.#profile, known)
    if (next !== undefined) this.#invoke(client, next, later)
  }

  #invoke(client: number, request: Request, later: readonly Request[] = []): void {
    this.#asked += 1
    const number = this.#asked
    const invoked = this.#moment()
    const { verbs, aheadMs } = this.#random.pick(this.#limiters)
    this.#addEdges(aheadMs)
    this.#clients[client] = { isBusy: true, plans: [] }
    const settle = (answer: Answer) => {
      this.#operations.push({ number, client, request, invoked, answered: this.#moment(), answer, aheadMs })
      const isLost = answer.outcome === 'failed' && answer.code === 'STORE_TIMED_OUT'
      const isRepeated = isLost && this.#random.chance(REPEAT_RATE)
      this.#clients[client] = { isBusy: false, plans: isRepeated ? [request, ...later] : later }
      this.#learnGenerations(request.user, leasesIn(answer))
    }
    answerOf(verbs, request).then(settle, (error: unknown) =>
      settle({ outcome: 'failed', code: codeOf(error) }),
    )
  }

  /** What is asked now of a limiter that is this far ahead may lapse then, or its note be over. */
  #addEdges(aheadMs: number): void {
    const { leaseMs, skewMs } = this.#profile
    if (leaseMs === null) return
    for (const leases of [1, 2]) this.#edges.push(this.#nowMs + aheadMs + leases * leaseMs + skewMs)
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
    const ahead = this.#edges.filter((edge) => edge > this.#nowMs).toSorted((one, other) => one - other)
    if (ahead.length > 0 && this.#random.chance(EDGE_RATE)) {
      this.#moveClockTo(this.#random.pick(ahead.slice(0, 4)) + this.#random.pick([-1, 0, 0, 1]))
    } else {
      this.#moveClockTo(this.#nowMs + this.#random.below(this.#profile.clockStepMs + 1))
    }
  }

  #moveClockTo(instantMs: number): void {
    if (instantMs <= this.#nowMs) return
    this.#nowMs = instantMs
    this.#clock.push(this.#moment())
  }

  #moment(): Moment {
    this.#step += 1
    return { step: this.#step, atMs: this.#nowMs }
  }

  #learnGenerations(user: UserId, leases: readonly Lease[]): void {
    for (const { id, generation } of leases) {
      const known = this.#generations.get(`${user} ${id}`) ?? []
      if (!known.includes(generation)) this.#generations.set(`${user} ${id}`, [...known, generation])
    }
  }
}

async function answerOf(limiter: LimiterVerbs, request: Request): Promise<Answer> {
  const { verb, user } = request
  switch (verb) {
    case 'start':
      return limiter.start(request)
    case 'heartbeat':
      return limiter.heartbeat(request)
    case 'stop':
      return { outcome: 'stopped', ...(await limiter.stop(user, request)) }
    case 'list':
      return { outcome: 'listed', ...(await limiter.list(user)) }
    case 'erase':
      await limiter.erase(user)
      return { outcome: 'erased' }
  }
}

function leasesIn(answer: Answer): readonly Lease[] {
  return 'live' in answer ? answer.live : 'holders' in answer ? answer.holders : []
}

/** The code of a limiter's error; of any other error, its text, which the checker takes for a fault. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  return String(error)
}
