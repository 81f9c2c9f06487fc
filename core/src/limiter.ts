/**
 * The calls over any store. Each first tries the write that is right in the common case. If that
 * conflicts, the store hands back the roster, and the settler decides on that.
 */
import type {
  HeartbeatRequest,
  HeartbeatResult,
  PlanView,
  PlayedOutRequest,
  StartRequest,
  StartResult,
  StopRequest,
  StopResult,
  TenantRef,
} from './decision.ts'
import { finish } from './finish.ts'
import { FinishedStreams } from './finished-streams.ts'
import { HeartbeatPacer } from './heartbeat-pacer.ts'
import { heartbeat } from './heartbeat.ts'
import { list } from './list.ts'
import type { Lease, StreamId, UserId } from './lease.ts'
import type { Policy } from './policy/policy.ts'
import { placedIn, tenantNamed } from './placing.ts'
import type { RosterContent } from './roster.ts'
import { storedUser } from './tenants.ts'
import * as devices from './registered-devices.ts'
import { poolNamed } from './pools/pool.ts'
import { poolPolicyOf } from './pools/in-pools.ts'
import { PoolLedger, type PoolView } from './pools/pool-ledger.ts'
import { attributesAskedBy } from './rules/plan-lookup.ts'
import { Settler } from './settler.ts'
import { start } from './start.ts'
import { playedOut, stop } from './stop.ts'
import type { Store } from './store.ts'
import type { VerbParts } from './verb-parts.ts'

/** What the limiter cannot make itself, because the rules have no clock and no randomness. */
export type LimiterParts = {
  readonly store: Store
  /** Holds until `usePolicy` gives another. */
  readonly policy: Policy
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /**
   * How far the clocks of all processes on the store may differ, in milliseconds; 0 if they share a
   * clock. A lease counts for so much longer than it runs. Otherwise a process whose clock is fast
   * would give away the slot of a stream that another process still renews.
   */
  readonly skewMs?: number
  /** How long the store keeps that a stream has finished, in milliseconds; 48 hours by default. */
  readonly finishedKeptMs?: number
  /** A text that no other call returns, in any process. */
  readonly newGeneration: () => string
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number
  /** Called each time that a decision is made again, because another write came first. */
  readonly onRetry?: (() => void) | undefined
  /** Called with leases that had lapsed, once `tendPools` or a start has removed them. */
  readonly onLapsed?: ((user: UserId, leases: readonly Lease[]) => void) | undefined
}

/** Long enough for every player of a live event to call, even one that slept through the night. */
const FINISHED_KEPT_MS = 48 * 3_600_000

/**
 * Decides, for any number of processes on one store, who may watch.
 *
 * Every method rejects with a `LimiterError` and with nothing else: `start` with `PLAN_UNKNOWN` or
 * `DEVICE_REQUIRED` before the store is called, and all of them with `STORE_CONTENDED` after too
 * many conflicts, or with what the store rejects with.
 */
export class Limiter {
  readonly #verbs: VerbParts
  readonly #finishedKeptMs: number
  #policy: Policy
  /** The attributes that the policy asks for. */
  #asked: ReadonlySet<string>

  constructor({ store, now, pause, random, newGeneration, ...options }: LimiterParts) {
    const { policy, skewMs = 0, finishedKeptMs = FINISHED_KEPT_MS, onRetry, onLapsed } = options
    const judgingMs = () => now() - skewMs
    const finished = new FinishedStreams()
    const settler = new Settler({ store, finished, pause, random, judgingMs, onRetry })
    const pacer = new HeartbeatPacer(random)
    const process = `p${newGeneration()}`
    const pools = new PoolLedger({ store, finished, process, now, judgingMs, onLapsed })
    this.#verbs = { store, settler, finished, pacer, pools, now, judgingMs, newGeneration }
    this.#finishedKeptMs = finishedKeptMs
    this.#policy = policy
    this.#asked = attributesAskedBy(policy)
  }

  /**
   * Decides by another policy from now on. Leases that are held stay held, even if the policy would
   * deny them now.
   */
  usePolicy(policy: Policy): void {
    this.#policy = policy
    this.#asked = attributesAskedBy(policy)
  }

  /** Whether a plan of the policy, or one on trial, asks for this attribute. */
  asksFor(attribute: string): boolean {
    return this.#asked.has(attribute)
  }

  /** Whether the policy holds a plan of this name. */
  hasPlan(name: string, tenant?: string): boolean {
    const plans = tenant === undefined ? this.#policy.plans : this.#policy.tenants?.get(tenant)?.plans
    return plans?.has(name) === true
  }

  /** Whether the policy holds a tenant of this name. */
  hasTenant(name: string): boolean {
    return this.#policy.tenants?.has(name) === true
  }

  /** The id under which a user is stored: see `tenants.ts`. */
  storedUser(user: UserId, tenant?: string): UserId {
    return tenant === undefined ? user : storedUser(tenantNamed(this.#policy, tenant).scope, user)
  }

  /**
   * Admits one more stream, renews one that is held already, or denies it and names the streams in
   * its way.
   *
   * One call to the store if there is room, or if there is none. Two if the start is repeated,
   * takes the slot of replaced, lapsed or evicted leases, or is under a plan that asks more than a
   * count. A repeated start never uses a second slot.
   */
  start(request: StartRequest): Promise<StartResult> {
    if (request.tenant === undefined) return start(this.#verbs, this.#policy, request)
    return this.#placed(request, (policy, placed) => start(this.#verbs, policy, placed))
  }

  /**
   * Renews a lease that is held, lapsed or not, in one call to the store and whatever the limit
   * says.
   *
   * A lease that is gone is admitted again if there is room, unless it was evicted or stopped, the
   * request names a generation, or too little is known of it to judge it. A lease in grace is
   * judged at each call, in two calls to the store. A plan that the policy does not hold counts as
   * none.
   */
  heartbeat(request: HeartbeatRequest): Promise<HeartbeatResult> {
    if (request.tenant === undefined) return heartbeat(this.#verbs, this.#policy, request)
    return this.#placed(request, (policy, placed) => heartbeat(this.#verbs, policy, placed))
  }

  /**
   * Ends a stream. Its slot is free before this resolves, and its player's later heartbeats are
   * told that it ended: for the length of a lease, and after an operator's stop for as long as
   * after an eviction.
   *
   * One call to the store, and a second one to drop notes from an earlier playback if there are
   * any. An operator's stop makes two.
   */
  stop(request: StopRequest): Promise<StopResult> {
    if (request.tenant === undefined) return stop(this.#verbs, this.#policy, request)
    return this.#placed(request, (policy, placed) => stop(this.#verbs, policy, placed))
  }

  /**
   * Ends a stream whose player reports that playback is over, if the report is about what that
   * player plays and is not older than the last renewal. Two calls to the store.
   */
  playedOut(request: PlayedOutRequest): Promise<StopResult> {
    return this.#placed(request, (policy, placed) => playedOut(this.#verbs, policy, placed))
  }

  /** What runs for a user now, under the plan of the stream started last, or the default plan. */
  list(user: UserId, tenant?: string): Promise<PlanView> {
    return this.#placed({ user, tenant }, (policy, placed) => list(this.#verbs, policy, placed.user))
  }

  /** The devices that a user has registered. One call to the store. */
  devices(user: UserId, tenant?: string): Promise<devices.DeviceView> {
    return this.#placed({ user, tenant }, (policy, placed) =>
      devices.viewDevices(this.#verbs, policy, placed.user),
    )
  }

  /**
   * Removes a device, or all of a user's, and ends the streams on it. Its registration still counts
   * as a change. A start on it registers it again. Two calls to the store.
   */
  removeDevice(device: devices.DeviceRef): ReturnType<typeof devices.removeDevice> {
    return this.#placed(device, (policy, placed) => devices.removeDevice(this.#verbs, policy, placed))
  }

  /** Gives a registered device another name. Two calls to the store. */
  nameDevice(name: devices.DeviceName): ReturnType<typeof devices.nameDevice> {
    return this.#placed(name, (_policy, placed) => devices.nameDevice(this.#verbs, placed))
  }

  /** All that is stored about the user. One call to the store. */
  export(user: UserId, tenant?: string): Promise<RosterContent> {
    return this.#placed({ user, tenant }, (_policy, placed) => this.#verbs.store.read(placed.user))
  }

  /** Forgets all about the user. */
  erase(user: UserId, tenant?: string): Promise<void> {
    return this.#placed({ user, tenant }, (_policy, placed) => this.#verbs.store.erase(placed.user))
  }

  /**
   * Ends a stream for every user. From now on its leases do not count, and it can be neither
   * started nor renewed: here at once, and in every other process after its next refresh. May be
   * repeated.
   */
  finish(streamId: StreamId, tenant?: string): Promise<void> {
    return finish(this.#verbs, this.#policy, { streamId, tenant, keptMs: this.#finishedKeptMs })
  }

  /** How a pool stands, by its full name. `undefined` if there is none. One call to the store. */
  async pool(name: string): Promise<PoolView | undefined> {
    const pool = poolNamed(this.#policy.pools ?? [], name)
    return pool && this.#verbs.pools.view(pool)
  }

  /** Tends this process's slots of pools; call it every second. Without any it makes no call. */
  tendPools(): Promise<void> {
    return this.#verbs.pools.tend(poolPolicyOf(this.#policy))
  }

  /** Gives back the slots of pools that this process does not use. Call it before the end. */
  leavePools(): Promise<void> {
    return this.#verbs.pools.close(poolPolicyOf(this.#policy))
  }

  /**
   * Learns which streams have finished; call it every few seconds. One call to the store if little
   * is new.
   */
  async refreshFinished(): Promise<void> {
    const { store, finished, now } = this.#verbs
    await finished.refresh(store, now())
  }

  /** Makes a call under the plans of its tenant, for the user as stored. */
  async #placed<Request extends TenantRef & { readonly user: UserId }, Result>(
    request: Request,
    call: (policy: Policy, placed: Request) => Promise<Result>,
  ): Promise<Result> {
    const { policy, placed } = placedIn(this.#policy, request, this.asksFor('tenant'))
    return call(policy, placed)
  }
}
