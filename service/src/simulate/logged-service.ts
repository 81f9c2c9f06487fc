/**
 * A service without HTTP, which writes the log that a service with it would write.
 */
import {
  leaseIdOf,
  Limiter,
  userIn,
  type HeartbeatResult,
  type Lease,
  type LeaseId,
  type Policy,
  type StartResult,
  type Store,
  type UserId,
} from '@streamgate/core'
import { lapseOf } from '../api/lease-view.ts'
import { presentResult } from '../api/present.ts'
import { decisionsIn, type Decision, type Decisions } from '../telemetry/decision-event.ts'
import { decisionLines } from '../telemetry/decision-line.ts'
import { Sweeper } from '../sweep/sweeper.ts'
import type { PlayerCall, WatchedService } from './household.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What it needs. */
export type LoggedServiceParts = {
  readonly policy: Policy
  /** Empty. Only this service uses it. */
  readonly store: Store
  readonly time: VirtualTime
  readonly random: SeededRandom
  /** Whether plain renewals have lines too. */
  readonly areAllLogged: boolean
  /** Takes lines, each with its line feed. */
  readonly write: (line: string) => void
}

/** An answer takes between these, and is sent in the next millisecond. */
const SECONDS_MIN = 0.000_55
const SECONDS_SPREAD = 0.0004
const ANSWERED_AFTER_MS = 1
/** There is no process behind the lines. */
const PID = 1
/** As often as a service does by default. */
const SWEEP_EVERY_MS = 3_600_000
const SWEEP_RATE = 1_000_000
const TEND_EVERY_MS = 1000

/** Decides by the real limiter, and writes each decision down. */
export class LoggedService implements WatchedService {
  readonly limiter: Limiter
  readonly #parts: LoggedServiceParts
  readonly #sweeper: Sweeper
  #requests = 0
  #generations = 0

  constructor(parts: LoggedServiceParts) {
    const { policy, store, time, random } = parts
    this.#parts = parts
    this.limiter = new Limiter({
      store,
      policy,
      now: time.nowMs,
      newGeneration: () => this.#newGeneration(),
      pause: async () => {},
      random: () => random.next(),
      onLapsed: (user, leases) => this.#writeLapses(user, leases),
    })
    this.#sweeper = new Sweeper({
      store,
      finished: { refresh: async () => {}, has: () => false },
      skewMs: 0,
      now: time.nowMs,
      monotonicMs: time.nowMs,
      onLapsed: (user, leases) => this.#writeLapses(user, leases),
      pause: async () => {},
    })
  }

  /** Sweeps every hour, and tends pools every second, if there are any. */
  tend(): void {
    const { policy, time } = this.#parts
    const sweepLater = () =>
      time.after(SWEEP_EVERY_MS, async () => {
        await this.#sweeper.sweep({ rate: SWEEP_RATE, segments: 1 })
        sweepLater()
      })
    const tendLater = () =>
      time.after(TEND_EVERY_MS, async () => {
        await this.limiter.tendPools()
        tendLater()
      })
    sweepLater()
    if ((policy.pools ?? []).length > 0) tendLater()
  }

  async start(call: PlayerCall & { readonly replaces?: readonly LeaseId[] }): Promise<StartResult> {
    const result = await this.limiter.start(call)
    this.#writeResult('start', call, result)
    return result
  }

  async heartbeat(call: PlayerCall): Promise<HeartbeatResult> {
    const result = await this.limiter.heartbeat(call)
    if (this.#parts.areAllLogged || !isPlain(result)) this.#writeResult('heartbeat', call, result)
    return result
  }

  async stop(user: UserId, id: LeaseId): Promise<void> {
    const { outcome } = await this.limiter.stop({ user, id })
    this.#write({ verb: 'stop', outcome, user, lease: id })
  }

  #writeResult(
    verb: 'start' | 'heartbeat',
    call: PlayerCall & { readonly replaces?: readonly LeaseId[] },
    result: HeartbeatResult,
  ): void {
    const { user, stream, plan, replaces } = call
    const { deviceType, contentId, attributes, network } = stream
    const what = { deviceType, contentId, attributes, network, replaces, isPlanNamed: plan !== undefined }
    const { decision } = presentResult({ verb, user, lease: leaseIdOf(stream), ...what }, { user }, result)
    if (decision !== undefined) this.#write(decision)
  }

  #write(decisions: Decisions): void {
    const { time, random, areAllLogged, write } = this.#parts
    this.#requests += 1
    const seconds = Math.round((SECONDS_MIN + SECONDS_SPREAD * random.next()) * 1e6) / 1e6
    const requestId = `simulated-${this.#requests.toString(36)}`
    const atMs = time.nowMs() + ANSWERED_AFTER_MS
    const which = areAllLogged ? 'all' : 'changes'
    const about = { atMs, decision: decisions, requestId, seconds }
    for (const line of decisionLines(about, { which, pid: PID })) write(line)
  }

  #writeLapses(user: UserId, leases: readonly Lease[]): void {
    const decision: readonly Decision[] = decisionsIn(leases.map((lease) => lapseOf(userIn(user), lease)))
    const atMs = this.#parts.time.nowMs() + ANSWERED_AFTER_MS
    for (const line of decisionLines({ atMs, decision }, { pid: PID })) this.#parts.write(line)
  }

  #newGeneration(): string {
    this.#generations += 1
    return this.#generations.toString(36)
  }
}

/** Nearly all heartbeats have no line, and need none to be made. */
function isPlain(result: HeartbeatResult): boolean {
  return (
    result.outcome === 'renewed' &&
    result.ends.length === 0 &&
    result.lapsed.length === 0 &&
    result.lease.graceUntilMs === undefined
  )
}
