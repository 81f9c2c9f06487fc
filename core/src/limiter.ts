/**
 * Start, heartbeat, stop, list and erase over any store.
 *
 * Each verb first tries the one write that is right in the common case, without reading. Where the
 * store refuses, the roster it hands back says why: the pure rules decide on it, the write that makes
 * the decision true is tried, and so on for a bounded number of times.
 */
import { admit, type Claim, type Denial, type Write } from './admission.ts'
import { LimiterError } from './errors.ts'
import { judgeLostHeartbeat, type LostHeartbeatVerdict } from './heartbeat.ts'
import {
  leaseIdOf,
  leaseTimes,
  type Generation,
  type Lease,
  type LeaseId,
  type StreamDescription,
  type UserId,
} from './lease.ts'
import type { Limit, Plan, Policy } from './policy.ts'
import { heldLease, liveLeases, type Eviction, type Roster } from './roster.ts'
import type { LeaseRef, Outcome, Store } from './store.ts'

/** What the limiter cannot make itself, because the rules know no clock and no chance. */
export type LimiterParts = {
  readonly store: Store
  readonly policy: Policy
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /**
   * How far the clocks of all processes on the store may differ, in milliseconds: a lease counts for so
   * much longer than it runs, lest a process whose clock is fast give away the place of one that is slow.
   * 0 where they share a clock.
   */
  readonly skewMs?: number
  /** A text that no other call returns, in any process. */
  readonly newGeneration: () => string
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number
}

/** May this user start this stream? */
export type StartRequest = {
  readonly user: UserId
  readonly stream: StreamDescription
  /** The plan's name; the default plan where it is absent. */
  readonly plan?: string | undefined
  /** A lease to end in the same step. */
  readonly replaces?: LeaseId | undefined
}

/** The player is still here. What it tells of the stream is used only where the lease must be taken anew. */
export type HeartbeatRequest = StartRequest & {
  /** Only this taking of the lease; it is then never taken anew. */
  readonly generation?: Generation | undefined
}

/** The stream may run until `lease.expiresAtMs`. */
export type Grant = {
  /** `admitted`: taken by this call. `renewed`: it was held already. */
  readonly outcome: 'admitted' | 'renewed'
  readonly lease: Lease
  readonly limit: Limit
  /** All that runs for this user now, this stream among it, oldest first. */
  readonly live: readonly Lease[]
  /** The wait until the next heartbeat; `null` where none is needed. */
  readonly heartbeatSeconds: number | null
}

export type StartResult = Grant | Denial
export type HeartbeatResult =
  | StartResult
  | { readonly outcome: 'evicted'; readonly eviction: Eviction }
  | { readonly outcome: 'ended' }

/** What runs for a user now, oldest first, and how much may. */
export type Listing = { readonly limit: Limit; readonly live: readonly Lease[] }

/** A user has a handful of devices: this many lost races in a row mean that something else is wrong. */
const WRITE_ATTEMPTS_MAX = 5
/** Longest wait before the next attempt, times the attempt's number; drawn at random, so that losers part. */
const PAUSE_STEP_MS = 4

/**
 * Decides, for any number of processes on one store, who may watch.
 *
 * Every method rejects with a `LimiterError` and with nothing else: `PLAN_UNKNOWN` before the store is
 * asked, `STORE_CONTENDED` after too many lost races, or what the store rejects with.
 */
export class Limiter {
  readonly #parts: LimiterParts

  constructor(parts: LimiterParts) {
    this.#parts = parts
  }

  /** Whether the policy holds a plan of this name. */
  hasPlan(name: string): boolean {
    return this.#parts.policy.plans.has(name)
  }

  /**
   * Admits one more stream, renews one that is held already, or denies it and names who stands in the way.
   *
   * One call to the store where there is room, or where there is truly none; two where a lease is
   * repeated, replaced, or takes the place of lapsed ones. May be repeated any number of times: it
   * takes one place.
   */
  async start(request: StartRequest): Promise<StartResult> {
    const { store } = this.#parts
    const { user, replaces } = request
    const plan = this.#planNamed(request.plan)
    const claim: Claim = { newcomer: this.#newcomer(request), limit: plan.limit, replaces }
    const { newcomer, limit } = claim
    const first =
      replaces === undefined
        ? await store.add(user, newcomer, limit.max)
        : { done: false, roster: await store.read(user) }
    if (first.done) {
      await this.#forgetEviction(user, newcomer, first.roster)
      return this.#grant('admitted', newcomer, { roster: first.roster, plan })
    }
    const verdict = await this.#settle(user, first.roster, (roster, nowMs) => admit(roster, claim, nowMs))
    if (verdict.outcome === 'denied') return verdict
    await this.#forgetEviction(user, heldLease(verdict.roster, newcomer.id) ?? newcomer, verdict.roster)
    return this.#grant(verdict.outcome, newcomer, { ...verdict, plan })
  }

  /**
   * Renews a lease that is held, lapsed or not, in one call to the store and without regard to the limit.
   *
   * One that is gone is admitted anew if there is room, unless another stream took its place or the
   * request names a generation.
   */
  async heartbeat(request: HeartbeatRequest): Promise<HeartbeatResult> {
    const { store } = this.#parts
    const { user, generation, replaces } = request
    const named = this.#planNamed(request.plan)
    const newcomer = this.#newcomer(request)
    const { renewedAtMs, expiresAtMs } = newcomer
    const first = await store.renew(user, { id: newcomer.id, generation }, { renewedAtMs, expiresAtMs })
    if (first.done) {
      const plan = request.plan === undefined ? this.#planOf(heldLease(first.roster, newcomer.id)) : named
      return this.#grant('renewed', newcomer, { roster: first.roster, plan })
    }
    const lost = { claim: { newcomer, limit: named.limit, replaces }, generation }
    const verdict = await this.#settle(user, first.roster, (roster, nowMs) =>
      judgeLostHeartbeat(roster, lost, nowMs),
    )
    return 'roster' in verdict ? this.#grant(verdict.outcome, newcomer, { ...verdict, plan: named }) : verdict
  }

  /** Ends a stream; its place is free before this resolves. `stopped` says whether it was held. */
  async stop(user: UserId, lease: LeaseRef): Promise<{ readonly stopped: boolean }> {
    const outcome = await this.#parts.store.remove(user, lease)
    return { stopped: outcome.done }
  }

  /** What runs for a user now, under the plan of the stream started last, or the default plan. */
  async list(user: UserId): Promise<Listing> {
    const live = liveLeases(await this.#parts.store.read(user), this.#judgingMs())
    return { limit: this.#planOf(live.at(-1)).limit, live }
  }

  /** Forgets the user wholly. */
  async erase(user: UserId): Promise<void> {
    await this.#parts.store.erase(user)
  }

  /** Decides on the roster and writes, and where the write is refused decides again on the newer one. */
  async #settle<Verdict extends LostHeartbeatVerdict>(
    user: UserId,
    seen: Roster,
    decide: (roster: Roster, nowMs: number) => Verdict,
  ): Promise<Exclude<Verdict, { write: Write }> | Settled> {
    let roster = seen
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS_MAX; attempt += 1) {
      const verdict = decide(roster, this.#judgingMs())
      if (!('write' in verdict)) return verdict as Exclude<Verdict, { write: Write }>
      const outcome = await this.#write(user, roster, verdict.write)
      if (outcome.done) return { outcome: verdict.outcome, roster: outcome.roster }
      roster = outcome.roster
      await this.#parts.pause(this.#parts.random() * PAUSE_STEP_MS * attempt)
    }
    throw new LimiterError('STORE_CONTENDED', `The roster changed under all ${WRITE_ATTEMPTS_MAX} attempts`, {
      facts: { attempts: WRITE_ATTEMPTS_MAX },
    })
  }

  #write(user: UserId, seen: Roster, write: Write): Promise<Outcome> {
    const { store } = this.#parts
    switch (write.verb) {
      case 'add':
        return store.add(user, write.lease, write.capacity)
      case 'renew':
        return store.renew(user, write.lease, write.times)
      case 'replace':
        return store.replace(user, seen, write.next)
    }
  }

  /**
   * Drops the note on a stream that was evicted and now runs again, or its next lapse would be taken for
   * that old eviction. A note may have come between a decision and its write, or have been left by a start
   * that was cut short. The stream runs already, so a lost race here is no failure; nor
   * is what others do meanwhile part of the answer.
   */
  async #forgetEviction(user: UserId, started: Lease, written: Roster): Promise<void> {
    const isOutdated = (note: Eviction) =>
      note.leaseId === started.id && note.generation !== started.generation
    let roster = written
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS_MAX && roster.evictions.some(isOutdated); attempt += 1) {
      const evictions = roster.evictions.filter((note) => !isOutdated(note))
      roster = (await this.#parts.store.replace(user, roster, { leases: roster.leases, evictions })).roster
    }
  }

  #newcomer(request: StartRequest): Lease {
    const nowMs = this.#parts.now()
    const { stream, plan } = request
    return {
      ...stream,
      id: leaseIdOf(stream),
      ...(plan !== undefined && { plan }),
      startedAtMs: nowMs,
      ...leaseTimes(nowMs, this.#parts.policy.leaseMs),
      generation: this.#parts.newGeneration() as Generation,
    }
  }

  #grant(outcome: Grant['outcome'], newcomer: Lease, written: { roster: Roster; plan: Plan }): Grant {
    const { roster, plan } = written
    const { policy } = this.#parts
    return {
      outcome,
      lease: heldLease(roster, newcomer.id) ?? newcomer,
      limit: plan.limit,
      live: liveLeases(roster, this.#judgingMs()),
      heartbeatSeconds: policy.heartbeatSeconds,
    }
  }

  /** The instant at which a lease must have ended for everybody to agree that it has lapsed. */
  #judgingMs(): number {
    return this.#parts.now() - (this.#parts.skewMs ?? 0)
  }

  #planNamed(name: string | undefined): Plan {
    const { policy } = this.#parts
    if (name === undefined) return policy.defaultPlan
    const plan = policy.plans.get(name)
    if (plan === undefined) {
      throw new LimiterError('PLAN_UNKNOWN', `The policy holds no plan of this name`, {
        facts: { plan: name },
      })
    }
    return plan
  }

  /** The plan a lease was admitted under, as far as the policy still holds it. */
  #planOf(lease: Lease | undefined): Plan {
    const { policy } = this.#parts
    return (lease?.plan === undefined ? undefined : policy.plans.get(lease.plan)) ?? policy.defaultPlan
  }
}

/** A write that was done, and the roster after it. */
type Settled = { readonly outcome: Grant['outcome']; readonly roster: Roster }
