/**
 * Start, heartbeat, stop, list, erase and finish over any store.
 *
 * Each verb first tries the write that is right in the common case. If that conflicts with what is
 * held, the store hands back the roster, and the settler decides on that.
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
} from './decision.ts'
import { FinishedStreams } from './finished-streams.ts'
import { HeartbeatPacer } from './heartbeat-pacer.ts'
import { heartbeat } from './heartbeat.ts'
import type { StreamId, UserId } from './lease.ts'
import type { Policy } from './policy/policy.ts'
import {
  nameDevice,
  removeDevice,
  viewDevices,
  type DeviceName,
  type DeviceRef,
  type DeviceView,
} from './registered-devices.ts'
import { attributesAskedBy, planOf } from './rules/plan-lookup.ts'
import { viewOf } from './rules/plan-view.ts'
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
    const { policy, skewMs = 0, finishedKeptMs = FINISHED_KEPT_MS } = options
    const judgingMs = () => now() - skewMs
    const finished = new FinishedStreams()
    const settler = new Settler({ store, finished, pause, random, judgingMs })
    const pacer = new HeartbeatPacer(random)
    this.#verbs = { store, settler, finished, pacer, now, judgingMs, newGeneration }
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
  hasPlan(name: string): boolean {
    return this.#policy.plans.has(name)
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
    return start(this.#verbs, this.#policy, request)
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
    return heartbeat(this.#verbs, this.#policy, request)
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
    return stop(this.#verbs, this.#policy, request)
  }

  /**
   * Ends a stream whose player reports that playback is over, if the report is about what that
   * player plays and is not older than the last renewal. Two calls to the store.
   */
  playedOut(request: PlayedOutRequest): Promise<StopResult> {
    return playedOut(this.#verbs, this.#policy, request)
  }

  /** What runs for a user now, under the plan of the stream started last, or the default plan. */
  async list(user: UserId): Promise<PlanView> {
    const { store, finished, judgingMs } = this.#verbs
    const live = finished.liveIn(await store.read(user), judgingMs())
    return viewOf(planOf(this.#policy, live.at(-1)), live)
  }

  /** The devices that a user has registered. One call to the store. */
  devices(user: UserId): Promise<DeviceView> {
    return viewDevices(this.#verbs, this.#policy, user)
  }

  /**
   * Removes a device, or all of a user's, and ends the streams on it. Its registration still counts
   * as a change. A start on it registers it again. Two calls to the store.
   */
  removeDevice(device: DeviceRef): ReturnType<typeof removeDevice> {
    return removeDevice(this.#verbs, this.#policy, device)
  }

  /** Gives a registered device another name. Two calls to the store. */
  nameDevice(name: DeviceName): ReturnType<typeof nameDevice> {
    return nameDevice(this.#verbs, name)
  }

  /** Forgets all about the user. */
  async erase(user: UserId): Promise<void> {
    await this.#verbs.store.erase(user)
  }

  /**
   * Ends a stream for every user. From now on its leases do not count, and it can be neither
   * started nor renewed: here at once, and in every other process after its next refresh. May be
   * repeated.
   */
  async finish(streamId: StreamId): Promise<void> {
    const { store, finished, now } = this.#verbs
    const nowMs = now()
    const untilMs = nowMs + this.#finishedKeptMs
    await store.noteFinished({ streamId, untilMs }, nowMs)
    finished.learn(streamId, untilMs)
  }

  /**
   * Learns which streams have finished; call it every few seconds. One call to the store if little
   * is new.
   */
  async refreshFinished(): Promise<void> {
    const { store, finished, now } = this.#verbs
    await finished.refresh(store, now())
  }
}
