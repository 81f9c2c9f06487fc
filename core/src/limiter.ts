/**
 * Start, heartbeat, stop, list, erase and finish over any store.
 *
 * Each verb first tries the one write that is right in the common case, without reading. Where the
 * store refuses, the roster it hands back says why: the pure rules decide on it, the write that makes
 * the decision true is tried, and so on for a bounded number of times.
 */
import { admit, type Claim, type Denial } from './admission.ts'
import type {
  Finished,
  Grant,
  HeartbeatRequest,
  HeartbeatResult,
  PlanView,
  Refusal,
  StartRequest,
  StartResult,
} from './decision.ts'
import { planFor, shadowDecision } from './enforcement.ts'
import { LimiterError } from './errors.ts'
import { FinishedStreams } from './finished-streams.ts'
import { judgeLostHeartbeat } from './heartbeat.ts'
import { leaseIdOf, leaseTimes, type Generation, type Lease, type StreamId, type UserId } from './lease.ts'
import { counted, headlineLimit, ignored, isOneCount } from './limits.ts'
import { Pacer } from './pace.ts'
import type { Plan } from './plan.ts'
import type { Policy } from './policy.ts'
import { EMPTY_ROSTER, heldLease, liveLeases, type Roster } from './roster.ts'
import { Settler, type Settled } from './settler.ts'
import type { LeaseRef, Outcome, Store } from './store.ts'

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

/** Long enough for every player of a live event to have called, also one that was asleep over a night. */
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
  readonly #pacer: Pacer
  #policy: Policy

  constructor(parts: LimiterParts) {
    this.#parts = parts
    this.#policy = parts.policy
    const { store, pause, random } = parts
    this.#pacer = new Pacer(random)
    this.#settler = new Settler({
      store,
      finished: this.#finished,
      pause,
      random,
      judgingMs: () => this.#judgingMs(),
    })
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
   * One call to the store where there is room, or where there is truly none; two where a lease is
   * repeated, replaced, or takes the place of lapsed or evicted ones, or where the plan asks more than a count. May be
   * repeated any number of times: it takes one place.
   */
  async start(request: StartRequest): Promise<StartResult> {
    const { user, stream, replaces } = request
    const plan = this.#planNamed(request.plan)
    if (this.#finished.has(stream.streamId, this.#parts.now())) return FINISHED
    const claim: Claim = { newcomer: this.#newcomer(request), plan: planFor(user, plan), replaces }
    const { newcomer } = claim
    const first = await this.#tryFirst(user, claim)
    if (first.done) {
      await this.#settler.forgetEviction(user, newcomer, first.roster)
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
    const { verdict, after } = settled
    if (verdict.outcome === 'denied') return this.#refusal({ claim, plan }, { ...settled, verdict })
    await this.#settler.forgetEviction(user, heldLease(after, newcomer.id) ?? newcomer, after)
    return this.#grant(user, { claim, plan }, { ...settled, verdict })
  }

  /**
   * Renews a lease that is held, lapsed or not, in one call to the store and without regard to the limit.
   *
   * One that is gone is admitted anew if there is room, unless another stream took its place or the
   * request names a generation. One in grace is judged at each call, in two.
   */
  async heartbeat(request: HeartbeatRequest): Promise<HeartbeatResult> {
    const { user, stream, generation, replaces, onlyIfHeld } = request
    const named = this.#planNamed(request.plan)
    if (this.#finished.has(stream.streamId, this.#parts.now())) return FINISHED
    const newcomer = this.#newcomer(request)
    const { id, renewedAtMs, expiresAtMs } = newcomer
    const first = await this.#parts.store.renew(user, { id, generation }, { renewedAtMs, expiresAtMs })
    const held = first.done ? heldLease(first.roster, id) : undefined
    const plan = request.plan === undefined ? this.#planOf(held) : named
    const claim: Claim = { newcomer, plan: planFor(user, plan), replaces, isHeartbeat: true }
    if (held !== undefined && held.graceUntilMs === undefined) {
      const settled = {
        verdict: { outcome: 'renewed', ends: [] },
        before: first.roster,
        after: first.roster,
      } as const
      return this.#grant(user, { claim, plan }, settled)
    }
    const lost = { claim, generation, onlyIfHeld }
    const settled = await this.#settler.settle(user, first.roster, (roster, nowMs) =>
      judgeLostHeartbeat(roster, lost, nowMs),
    )
    const { verdict } = settled
    switch (verdict.outcome) {
      case 'admitted':
      case 'renewed':
        return this.#grant(user, { claim, plan }, { ...settled, verdict })
      case 'denied':
        return this.#refusal({ claim, plan }, { ...settled, verdict })
      case 'evicted':
      case 'ended':
        return verdict
    }
  }

  /** Ends a stream; its place is free before this resolves. `stopped` says whether it was held. */
  async stop(user: UserId, lease: LeaseRef): Promise<{ readonly stopped: boolean }> {
    const outcome = await this.#parts.store.remove(user, lease)
    return { stopped: outcome.done }
  }

  /** What runs for a user now, under the plan of the stream started last, or the default plan. */
  async list(user: UserId): Promise<PlanView> {
    const live = this.#liveIn(await this.#parts.store.read(user))
    return viewOf(this.#planOf(live.at(-1)), live)
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

  /** The write that is right where nothing stands in the way: of a count by the count, else of a user nobody knows. */
  async #tryFirst(user: UserId, { newcomer, plan, replaces }: Claim): Promise<Outcome> {
    const { store } = this.#parts
    if (replaces !== undefined) return { done: false, roster: await store.read(user) }
    return isOneCount(plan)
      ? store.add(user, newcomer, headlineLimit(plan).max)
      : store.replace(user, EMPTY_ROSTER, { leases: [newcomer], evictions: [] })
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
    let live = this.#liveIn(after)
    const { heartbeatSeconds, leaseMs } = this.#pacer.paceOf(user, this.#policy.paces, { plan, live })
    const times = leaseTimes(lease.renewedAtMs, leaseMs)
    if (lease.graceUntilMs === undefined && lease.expiresAtMs !== times.expiresAtMs) {
      // Where this taking is over already, what has come since is not part of the answer.
      const moved = await this.#parts.store.renew(user, lease, times)
      const roster = moved.done ? moved.roster : after
      lease = heldLease(roster, lease.id) ?? lease
      live = this.#liveIn(roster)
    }
    const shadow = outcome === 'admitted' ? shadowDecision(before, claim, this.#judgingMs()) : undefined
    return { ...viewOf(plan, live), outcome, lease, heartbeatSeconds, ends, shadow }
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

  #planNamed(name: string | undefined): Plan {
    if (name === undefined) return this.#policy.defaultPlan
    const plan = this.#policy.plans.get(name)
    if (plan === undefined) {
      throw new LimiterError('PLAN_UNKNOWN', `The policy holds no plan of this name`, {
        facts: { plan: name },
      })
    }
    return plan
  }

  /** The plan a lease was admitted under, as far as the policy still holds it. */
  #planOf(lease: Lease | undefined): Plan {
    const { plans, defaultPlan } = this.#policy
    return (lease?.plan === undefined ? undefined : plans.get(lease.plan)) ?? defaultPlan
  }
}

/** A claim, which is under the plan that holds for this user, and the plan that the user is on. */
type Terms = { readonly claim: Claim; readonly plan: Plan }
type Granted = Pick<Grant, 'outcome' | 'ends'>

function viewOf(plan: Plan, live: readonly Lease[]): PlanView {
  return {
    plan: plan.name,
    limit: headlineLimit(plan),
    live,
    counted: counted(plan, live),
    ignored: ignored(plan, live),
  }
}
