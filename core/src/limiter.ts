/**
 * Start, heartbeat, stop, list, erase and finish over any store.
 *
 * Each verb first tries the write that is right in the common case. If the store refuses, the roster it hands
 * back says why, and the settler decides on that.
 */
import { admit, roomFor, type Claim, type Denial } from './rules/admission.ts'
import type {
  Finished,
  Grant,
  HeartbeatRequest,
  HeartbeatResult,
  PlanView,
  PlayedOutRequest,
  Refusal,
  StartRequest,
  StartResult,
  StopRequest,
  StopResult,
} from './decision.ts'
import { planFor, shadowDecision } from './rules/enforcement.ts'
import { FinishedStreams } from './finished-streams.ts'
import { judgeLostHeartbeat } from './rules/lost-heartbeat.ts'
import { leaseIdOf, leaseTimes, type Generation, type Lease, type StreamId, type UserId } from './lease.ts'
import { factsOf } from './rules/notes.ts'
import { longestLeaseMs, Pacer } from './pace.ts'
import type { Plan } from './plan.ts'
import { planNamed, planOf } from './rules/plan-lookup.ts'
import { viewOf } from './rules/plan-view.ts'
import type { Policy } from './policy/policy.ts'
import { EMPTY_ROSTER, heldLease, liveLeases, type LeaseFacts, type Roster } from './roster.ts'
import { Settler, type Settled } from './settler.ts'
import { Stops } from './stops.ts'
import type { Outcome, Store } from './store.ts'

/** What the limiter cannot make itself, because the rules know no clock and no chance. */
export type LimiterParts = {
  readonly store: Store
  /** Until `usePolicy` gives another. */
  readonly policy: Policy
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /**
   * How far the clocks of all processes on the store may differ, in milliseconds: a lease counts for so
   * much longer than it runs, lest a process whose clock is fast give away the place of one that is slow.
   * 0 where they share a clock.
   */
  readonly skewMs?: number
  /** How long it is kept that a stream has finished; 48 hours unless it is said. */
  readonly finishedKeptMs?: number
  /** A text that no other call returns, in any process. */
  readonly newGeneration: () => string
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number
}

/** Long enough for every player of a live event to have called, even after a night asleep. */
const FINISHED_KEPT_MS = 48 * 3_600_000

const FINISHED: Finished = { outcome: 'finished' }

/**
 * Decides, for any number of processes on one store, who may watch.
 *
 * Every method rejects with a `LimiterError` and with nothing else: `PLAN_UNKNOWN` before the store is
 * asked, `STORE_CONTENDED` after too many lost races, or what the store rejects with.
 */
export class Limiter {
  readonly #parts: LimiterParts
  readonly #finished = new FinishedStreams()
  readonly #settler: Settler
  readonly #stops: Stops
  readonly #pacer: Pacer
  #policy: Policy

  constructor(parts: LimiterParts) {
    this.#parts = parts
    this.#policy = parts.policy
    const { store, now, pause, random } = parts
    const judgingMs = () => this.#judgingMs()
    this.#pacer = new Pacer(random)
    this.#settler = new Settler({ store, finished: this.#finished, pause, random, judgingMs })
    this.#stops = new Stops({ store, settler: this.#settler, now, judgingMs })
  }

  /** Decides by another policy from now on. What is held lives on, whatever it says. */
  usePolicy(policy: Policy): void {
    this.#policy = policy
  }

  /** Whether the policy holds a plan of this name. */
  hasPlan(name: string): boolean {
    return this.#policy.plans.has(name)
  }

  /**
   * Admits one more stream, renews one that is held already, or denies it and names who stands in the way.
   *
   * One call to the store if there is room, or if there is none; two if a lease is repeated, or takes the slot of
   * replaced, lapsed or evicted ones, or if the plan asks more than a count. May be repeated any number of
   * times: it takes one slot.
   */
  async start(request: StartRequest): Promise<StartResult> {
    const { user, stream, replaces } = request
    const plan = planNamed(this.#policy, request.plan)
    if (this.#finished.has(stream.streamId, this.#parts.now())) return FINISHED
    const claim: Claim = { newcomer: this.#newcomer(request), plan: planFor(user, plan), replaces }
    const first = await this.#tryFirst(user, claim)
    if (first.done) {
      const settled = {
        verdict: { outcome: 'admitted', ends: [] },
        before: this.#finished.judged(first.roster, this.#judgingMs()),
        after: first.roster,
      } as const
      return this.#grant(user, { claim, plan }, settled)
    }
    const settled = await this.#settler.settle(user, first.roster, (roster, nowMs) =>
      admit(roster, claim, nowMs),
    )
    const { verdict } = settled
    return verdict.outcome === 'denied'
      ? this.#refusal({ claim, plan }, { ...settled, verdict })
      : this.#grant(user, { claim, plan }, { ...settled, verdict })
  }

  /**
   * Renews a lease that is held, lapsed or not, in one call to the store and without regard to the limit.
   *
   * One that is gone is admitted again if there is room, unless it was evicted or stopped, or the request names
   * a generation, or too little is known of it to judge it. One in grace is judged at each call, in two.
   */
  async heartbeat(request: HeartbeatRequest): Promise<HeartbeatResult> {
    const { user, stream, generation, report } = request
    planNamed(this.#policy, request.plan)
    if (this.#finished.has(stream.streamId, this.#parts.now())) return FINISHED
    const newcomer = { ...this.#newcomer(request), ...report }
    const { id, renewedAtMs, expiresAtMs } = newcomer
    const renewal = { renewedAtMs, expiresAtMs, ...report }
    const first = await this.#parts.store.renew(user, { id, generation }, renewal)
    const held = first.done ? heldLease(first.roster, id) : undefined
    if (held !== undefined && held.graceUntilMs === undefined) {
      const terms = this.#goingOn(request, newcomer, held)
      const verdict = { outcome: 'renewed', ends: [] } as const
      return this.#grant(user, terms, { verdict, before: first.roster, after: first.roster })
    }
    let terms = this.#goingOn(request, newcomer, held)
    const claimFor = (known: LeaseFacts | undefined) => {
      terms = this.#goingOn(request, newcomer, known)
      return terms.claim
    }
    const settled = await this.#settler.settle(user, first.roster, (roster, nowMs) =>
      judgeLostHeartbeat(roster, { id, generation, report, claimFor }, nowMs),
    )
    const { verdict } = settled
    switch (verdict.outcome) {
      case 'admitted':
      case 'renewed':
        return this.#grant(user, terms, { ...settled, verdict })
      case 'denied':
        return this.#refusal(terms, { ...settled, verdict })
      case 'evicted':
      case 'ended':
      case 'outdated':
        return verdict
    }
  }

  /**
   * Ends a stream; its slot is free before this resolves. Its player's later heartbeats are told so: for one lease,
   * and after an operator's stop for as long as after an eviction.
   *
   * One call to the store; an operator's stop makes two.
   */
  async stop(request: StopRequest): Promise<StopResult> {
    return this.#stops.stop(request, longestLeaseMs(this.#policy.paces))
  }

  /**
   * Ends a stream whose player reports that playback is over, if the report is about what that player plays and not
   * older than the last renewal. Two calls to the store.
   */
  async playedOut(request: PlayedOutRequest): Promise<StopResult> {
    return this.#stops.playedOut(request, longestLeaseMs(this.#policy.paces))
  }

  /** What runs for a user now, under the plan of the stream started last, or the default plan. */
  async list(user: UserId): Promise<PlanView> {
    const live = this.#liveIn(await this.#parts.store.read(user))
    return viewOf(planOf(this.#policy, live.at(-1)), live)
  }

  /** Forgets the user wholly. */
  async erase(user: UserId): Promise<void> {
    await this.#parts.store.erase(user)
  }

  /**
   * Ends a stream for every user: from now on its leases count for nobody and it can be neither started nor
   * renewed, here at once, and in every other process once that has refreshed. May be repeated.
   */
  async finish(streamId: StreamId): Promise<void> {
    const nowMs = this.#parts.now()
    const untilMs = nowMs + (this.#parts.finishedKeptMs ?? FINISHED_KEPT_MS)
    await this.#parts.store.finish({ streamId, untilMs }, nowMs)
    this.#finished.learn(streamId, untilMs)
  }

  /** Hears which streams have finished; to be called every few seconds. One call to the store where little is new. */
  async refreshFinished(): Promise<void> {
    await this.#finished.refresh(this.#parts.store, this.#parts.now())
  }

  /** The write that is right if nothing stands in the way: of a count by the count, else of an unknown user. */
  async #tryFirst(user: UserId, claim: Claim): Promise<Outcome> {
    const { store } = this.#parts
    const { newcomer, replaces } = claim
    if (replaces !== undefined) return { done: false, roster: await store.read(user) }
    const room = roomFor(claim)
    return room === undefined
      ? store.replace(user, EMPTY_ROSTER, { leases: [newcomer], notes: [] })
      : store.add(user, newcomer, room)
  }

  /** A heartbeat's claim, and the plan it is under: what the request does not say is as it is known of the lease. */
  #goingOn(request: HeartbeatRequest, newcomer: Lease, known: LeaseFacts | undefined): Terms {
    const plan =
      request.plan === undefined ? planOf(this.#policy, known) : planNamed(this.#policy, request.plan)
    const { user, replaces } = request
    const { reportedContentId, ...facts } = factsOf(known ?? {})
    const returning = { ...facts, ...newcomer, ...(reportedContentId !== undefined && { reportedContentId }) }
    return { claim: { newcomer: returning, plan: planFor(user, plan), replaces, isHeartbeat: true }, plan }
  }

  #newcomer(request: StartRequest): Lease {
    const nowMs = this.#parts.now()
    const { user, stream, plan } = request
    return {
      ...stream,
      id: leaseIdOf(stream),
      ...(plan !== undefined && { plan }),
      startedAtMs: nowMs,
      ...leaseTimes(nowMs, this.#pacer.guessedLeaseMs(user, this.#policy.paces)),
      generation: this.#parts.newGeneration() as Generation,
    }
  }

  async #grant(user: UserId, { claim, plan }: Terms, settled: Settled<Granted>): Promise<Grant> {
    const { verdict, before, after } = settled
    const { outcome, ends } = verdict
    let lease = heldLease(after, claim.newcomer.id) ?? claim.newcomer
    let shown = after
    const { heartbeatSeconds, leaseMs } = this.#pacer.paceOf(user, this.#policy.paces, {
      plan,
      live: this.#liveIn(after),
    })
    const times = leaseTimes(lease.renewedAtMs, leaseMs)
    if (lease.graceUntilMs === undefined && lease.expiresAtMs !== times.expiresAtMs) {
      const { reportedAtMs } = lease
      const renewal = { ...times, ...(reportedAtMs !== undefined && { reportedAtMs }) }
      const moved = await this.#parts.store.renew(user, lease, renewal)
      // The answer is that of one instant: of the second write it takes nothing but its own lease.
      const own = moved.done ? heldLease(moved.roster, lease.id) : undefined
      if (own !== undefined) {
        lease = own
        shown = { ...after, leases: after.leases.map((other) => (other.id === own.id ? own : other)) }
      }
    }
    const shadow = outcome === 'admitted' ? shadowDecision(before, claim, this.#judgingMs()) : undefined
    return { ...viewOf(plan, this.#liveIn(shown)), outcome, lease, heartbeatSeconds, ends, shadow }
  }

  #refusal({ claim, plan }: Terms, { verdict, before }: Settled<Denial>): Refusal {
    const { outcome, limit, holders, retryAfterMs } = verdict
    const shadow = shadowDecision(before, claim, this.#judgingMs())
    return { outcome, limit, holders, retryAfterMs, plan: plan.name, shadow }
  }

  #liveIn(roster: Roster): Lease[] {
    const nowMs = this.#judgingMs()
    return liveLeases(this.#finished.judged(roster, nowMs), nowMs)
  }

  /** The instant at which a lease must have ended for everybody to agree that it has lapsed. */
  #judgingMs(): number {
    return this.#parts.now() - (this.#parts.skewMs ?? 0)
  }
}

/** A claim, which is under the plan that holds for this user, and the plan that the user is on. */
type Terms = { readonly claim: Claim; readonly plan: Plan }
type Granted = Pick<Grant, 'outcome' | 'ends'>
