/**
 * Replays a log of decisions under another policy.
 *
 * A real limiter decides, over a memory store, at the times in the log. What players would have
 * done under the other policy is unknown, so the replay assumes this: a player whose start is
 * refused, or who is evicted, goes away and makes no more calls until it starts again. All others
 * call as they did.
 *
 * Under the policy that made the log everything comes out the same, except for what the log does
 * not know: a lease that expired while a call was in flight may have counted or not, and the
 * instants are those of several processes' clocks.
 */
import {
  heldLease,
  isLive,
  leaseTimes,
  Limiter,
  LimiterError,
  type Generation,
  type HeartbeatResult,
  type Lease,
  type Policy,
  type StartResult,
  type Store,
  userIn,
} from '@streamgate/core'
import { WrappedStore } from '@streamgate/stores/wrappers'
import { forgetStreams } from './forget-streams.ts'
import { generationIn } from './known-generation.ts'
import { ExplainedOrder } from './explained-order.ts'
import type { LoggedCall, PlayableDecision } from '../telemetry/decision-reader.ts'
import { ReplayTally, type Replayed } from './replay-tally.ts'
import { Viewers } from './viewers.ts'

/** Outcomes that no policy would change: a stream or report was at its end, or the store away. */
const AS_LOGGED: ReadonlySet<string> = new Set(['ended', 'outdated', 'degraded'])

export type ReplayParts = {
  readonly policy: Policy
  /** Empty. Only the replay uses it. */
  readonly store: Store
  /** The clock skew of the service's store: 0 unless its instances have separate clocks. */
  readonly skewMs: number
  /** Gets each call and its outcome in the replay. */
  readonly onReplayed?: (call: LoggedCall & PlayableDecision, now: Replayed) => void
}

/**
 * This many lengths of the longest lease after a user's last call, nothing of the roster matters
 * any more.
 */
const LEASES_UNTIL_FORGOTTEN = 4
/** How many decisions are replayed between two clean-ups of users. */
const FORGET_EVERY = 10_000

type Instant = Pick<PlayableDecision, 'arrivedAtMs' | 'atMs'>

/** One replay. Decisions must be replayed one after another, in the order of their answers. */
export class Replay {
  readonly tally = new ReplayTally()
  readonly #store: Store
  readonly #policy: Policy
  readonly #limiter: Limiter
  readonly #viewers = new Viewers()
  readonly #order = new ExplainedOrder()
  readonly #forgottenAfterMs: number
  readonly #onReplayed: ReplayParts['onReplayed']
  #nowMs = 0
  #answeredAtMs = 0
  #generations = 0
  #played = 0

  constructor({ policy, store, skewMs, onReplayed }: ReplayParts) {
    this.#onReplayed = onReplayed
    this.#policy = policy
    this.#store = store
    const { whenRoom, whenFull } = policy.paces
    const leaseMs = Math.max(whenRoom.leaseMs ?? Infinity, whenFull.leaseMs ?? Infinity)
    this.#forgottenAfterMs = leaseMs * LEASES_UNTIL_FORGOTTEN + skewMs
    this.#limiter = new Limiter({
      // A call arrives with its request and is judged with its answer, with the store in between.
      store: new WrappedStore(store, async (_verb, call) => {
        const result = await call()
        this.#nowMs = this.#answeredAtMs
        return result
      }),
      policy,
      skewMs,
      now: () => this.#nowMs,
      newGeneration: () => this.#newGeneration(),
      pause: async () => {},
      random: () => 0.5,
    })
  }

  /**
   * Replays one decision, and notes its outcome, perhaps only once more of the user's decisions are
   * known.
   */
  async play(decision: PlayableDecision): Promise<void> {
    for (const next of this.#order.next(this.#asStored(decision))) await this.#playNow(next)
  }

  /** The decision on the user as stored: tenants that share their users have one user of an id. */
  #asStored(decision: PlayableDecision): PlayableDecision {
    if (!('user' in decision) || decision.tenant === undefined) return decision
    if (!this.#isTenantKnown(decision)) return decision
    return { ...decision, user: this.#limiter.storedUser(userIn(decision.user), decision.tenant) }
  }

  /** Whether the policy on trial has the tenant, or none is named. */
  #isTenantKnown({ tenant }: { readonly tenant?: string }): boolean {
    return tenant === undefined || this.#limiter.hasTenant(tenant)
  }

  /** Replays what still waits. Call it after the last decision. */
  async end(): Promise<void> {
    for (const next of this.#order.rest()) await this.#playNow(next)
  }

  async #playNow(decision: PlayableDecision): Promise<void> {
    this.#nowMs = decision.arrivedAtMs
    this.#answeredAtMs = decision.atMs
    this.tally.at(decision.atMs)
    switch (decision.verb) {
      case 'start':
      case 'heartbeat':
      case 'stop':
        this.#viewers.meet(decision.user, decision.atMs)
        this.#note(decision, await this.#replayed(decision))
        break
      case 'erase':
        if (this.#isTenantKnown(decision)) await this.#limiter.erase(userIn(decision.user), decision.tenant)
        this.#viewers.forget(decision.user)
        break
      case 'remove-device':
        if (this.#isTenantKnown(decision)) {
          await this.#limiter.removeDevice({ ...decision, user: userIn(decision.user) })
        }
        break
      case 'finish':
        if (this.#isTenantKnown(decision)) await this.#limiter.finish(decision.streamId, decision.tenant)
        break
    }
    this.#played += 1
    if (this.#played % FORGET_EVERY === 0) await this.#forgetUsers(decision.atMs)
  }

  #note(call: LoggedCall & Instant, now: Replayed): void {
    this.tally.note(call, now)
    this.#onReplayed?.(call, now)
  }

  async #replayed(call: LoggedCall & Instant): Promise<Replayed> {
    const { verb, user, leaseId, outcome } = call
    if (!this.#isTenantKnown(call)) return { outcome: 'plan-unknown' }
    const isHeld = await this.#isHeld(call)
    const isUnheardOf = isHeld === 'no' && !this.#viewers.hasSeen(user, leaseId)
    const isBeforeLog = isUnheardOf && ['renewed', 'stopped', 'evicted'].includes(outcome)
    if (isBeforeLog && outcome === 'evicted') return { outcome, isBeforeLog }
    if (isBeforeLog) await this.#adopt(call)
    const isSilent = verb !== 'start' && this.#viewers.isSilent(user, leaseId)
    this.#viewers.note(user, leaseId, isSilent ? 'silent' : 'seen')
    if (isSilent) return { outcome: 'silent' }
    if (verb === 'stop') return { ...(await this.#stop(call)), isBeforeLog }
    if (AS_LOGGED.has(outcome)) return { outcome, isBeforeLog }
    const isLate = verb === 'heartbeat' && outcome === 'renewed' && isHeld !== 'live' && !isBeforeLog
    const result = await this.#decide(call)
    // A player that was sent away in the log too, and still called, did what players do.
    const isSentAway = mayRun(outcome) && !mayRun(result.outcome)
    if (isSentAway) this.#viewers.note(user, leaseId, 'silent')
    return { ...result, isBeforeLog, isLate }
  }

  /** A start or a heartbeat, as the limiter decides it. */
  async #decide(
    call: LoggedCall,
  ): Promise<StartResult | HeartbeatResult | { readonly outcome: 'plan-unknown' }> {
    const { tenant, stream, replaces, plan: named, isPlanNamed, hasIfMatch, isReport } = call
    const plan = isPlanNamed ? named : undefined
    const request = { user: userIn(call.user), tenant, stream, plan, replaces }
    const known = hasIfMatch ? generationIn(await this.#store.read(call.user), call.leaseId) : undefined
    try {
      return call.verb === 'start'
        ? await this.#limiter.start(request)
        : await this.#limiter.heartbeat({
            ...request,
            generation: known,
            report: isReport ? {} : undefined,
          })
    } catch (error) {
      if (error instanceof LimiterError && error.code === 'PLAN_UNKNOWN') return { outcome: 'plan-unknown' }
      throw error
    }
  }

  async #stop(call: LoggedCall): Promise<Replayed> {
    const { tenant, leaseId, hasIfMatch, outcome, isReport, isByOperator } = call
    const user = userIn(call.user)
    if (outcome === 'ignored' || (hasIfMatch && outcome === 'not-held')) return { outcome }
    const id = leaseId
    if (!isReport) return this.#limiter.stop({ user, tenant, id, byOperator: isByOperator ? {} : undefined })
    const held = heldLease(await this.#store.read(call.user), id)
    const reportedContentId = held?.contentId ?? held?.reportedContentId
    const report = { ...(reportedContentId !== undefined && { reportedContentId }) }
    return this.#limiter.playedOut({ user, tenant, id, report })
  }

  async #isHeld(call: LoggedCall & Instant): Promise<'live' | 'lapsed' | 'no'> {
    const { leaseId, atMs } = call
    const { leases } = await this.#store.read(call.user)
    const held = leases.find(({ id }) => id === leaseId)
    if (held === undefined) return 'no'
    return isLive(held, atMs) ? 'live' : 'lapsed'
  }

  /** A lease that was started before the log begins is held as it was, whatever the limit. */
  async #adopt(call: LoggedCall & Instant): Promise<void> {
    const { user, stream, leaseId, plan, isPlanNamed, arrivedAtMs } = call
    const lease: Lease = {
      ...stream,
      id: leaseId,
      ...(plan !== undefined && isPlanNamed && { plan }),
      startedAtMs: arrivedAtMs,
      ...leaseTimes(arrivedAtMs, this.#policy.paces.whenRoom.leaseMs),
      generation: this.#newGeneration() as Generation,
    }
    await this.#store.add(user, lease, { capacity: Infinity })
  }

  /** Forgets users who have long gone, so that only users who watch take room. */
  async #forgetUsers(nowMs: number): Promise<void> {
    for (const user of this.#viewers.silentSince(nowMs - this.#forgottenAfterMs)) {
      this.#viewers.forget(user)
      this.#order.forget(user)
      await forgetStreams(this.#store, user)
    }
  }

  #newGeneration(): string {
    this.#generations += 1
    return String(this.#generations)
  }
}

function mayRun(outcome: string): boolean {
  return outcome === 'admitted' || outcome === 'renewed'
}
