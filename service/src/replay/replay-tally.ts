import type { LeaseId, Limit, ShadowDecision } from '@streamgate/core'
import { limitInWords } from '../policy/policy-words.ts'
import type { LoggedCall, PlayableDecision } from '../telemetry/decision-reader.ts'

/** The outcome of a call in the replay. */
export type Replayed = {
  /**
   * As in a decision. Or `silent`: not made, because its player was sent away before. Or
   * `plan-unknown`.
   */
  readonly outcome: string
  readonly plan?: string
  /** The limit that denied. */
  readonly limit?: Limit
  readonly ends?: readonly { readonly id: LeaseId }[]
  readonly shadow?: ShadowDecision | undefined
  /** Its lease was started before the log begins. */
  readonly isBeforeLog?: boolean
  /** It renewed in time then, and would come too late now. */
  readonly isLate?: boolean
}

/** A number as it was then, and as it would have been under the other policy. */
export type BothCounts = { logged: number; replayed: number }

/** What happened under one plan. */
export type PlanTally = {
  readonly starts: BothCounts
  readonly refused: BothCounts
  readonly evicted: BothCounts
  /**
   * Starts that were admitted, but that a shadow plan, or a plan that is not enforced for this
   * user, would have refused.
   */
  readonly trialRefused: BothCounts
  readonly usersRefused: { readonly logged: Set<string>; readonly replayed: Set<string> }
}

/** A call with a different outcome. */
export type Difference = {
  readonly time: string
  readonly verb: LoggedCall['verb']
  readonly user: string
  readonly lease: string
  readonly logged: string
  readonly replayed: string
}

/** How many differences are kept to be shown. All are counted. */
const DIFFERENCES_KEPT = 20

/** Stands for the plan of a call that has none. */
const NO_PLAN = ''

/** Counts the outcomes of decisions, then and now. */
export class ReplayTally {
  readonly plans = new Map<string, PlanTally>()
  /** Refusals by plan and by limit in words. */
  readonly rules = new Map<string, Map<string, BothCounts>>()
  /** Starts that were refused and would not have been, and the other way round. */
  readonly starts = { newlyRefused: 0, newlyAdmitted: 0 }
  /** By verb and by outcome, `then -> now`. */
  readonly differences = new Map<string, number>()
  readonly samples: Difference[] = []
  readonly unknownPlans = new Map<string, number>()
  beforeLog = 0
  lateHeartbeats = 0
  firstMs: number | undefined
  lastMs = 0

  /** A decision was made at this instant. */
  at(atMs: number): void {
    this.firstMs ??= atMs
    this.lastMs = Math.max(this.lastMs, atMs)
  }

  note(call: LoggedCall & PlayableDecision, now: Replayed): void {
    if (now.isBeforeLog === true) this.beforeLog += 1
    if (now.isLate === true) this.lateHeartbeats += 1
    if (now.outcome === 'plan-unknown') {
      const name = call.plan ?? NO_PLAN
      this.unknownPlans.set(name, (this.unknownPlans.get(name) ?? 0) + 1)
    }
    const [planThen, planNow] = [call.plan ?? NO_PLAN, now.plan ?? call.plan ?? NO_PLAN]
    this.#plan(planThen).evicted.logged += call.ends.length
    this.#plan(planNow).evicted.replayed += now.ends?.length ?? 0
    if (call.verb === 'start') this.#noteStart({ call, now, planThen, planNow })
    if (now.outcome !== 'silent' && now.outcome !== call.outcome) this.#noteDifference(call, now)
  }

  #noteStart(about: {
    readonly call: LoggedCall
    readonly now: Replayed
    readonly planThen: string
    readonly planNow: string
  }): void {
    const { call, now, planThen, planNow } = about
    const [before, after] = [this.#plan(planThen), this.#plan(planNow)]
    before.starts.logged += 1
    after.starts.replayed += 1
    const wasRefused = ['denied', 'device-denied', 'pool-full'].includes(call.outcome)
    const isRefused = ['denied', 'device-denied', 'pool-full', 'plan-unknown'].includes(now.outcome)
    if (wasRefused) {
      before.refused.logged += 1
      before.usersRefused.logged.add(call.user)
      if (call.rule !== undefined) this.#rule(planThen, call.rule).logged += 1
    } else if (call.trial === 'denied') before.trialRefused.logged += 1
    if (isRefused) {
      after.refused.replayed += 1
      after.usersRefused.replayed.add(call.user)
      if (now.limit !== undefined) this.#rule(planNow, now.limit).replayed += 1
    } else if (now.shadow?.outcome === 'denied') after.trialRefused.replayed += 1
    if (isRefused && !wasRefused) this.starts.newlyRefused += 1
    if (wasRefused && !isRefused) this.starts.newlyAdmitted += 1
  }

  #noteDifference(
    { verb, outcome, user, leaseId, atMs }: LoggedCall & PlayableDecision,
    now: Replayed,
  ): void {
    const kind = `${verb}: ${outcome} -> ${now.outcome}`
    this.differences.set(kind, (this.differences.get(kind) ?? 0) + 1)
    if (this.samples.length >= DIFFERENCES_KEPT) return
    const time = new Date(atMs).toISOString()
    this.samples.push({ time, verb, user, lease: leaseId, logged: outcome, replayed: now.outcome })
  }

  #plan(name: string): PlanTally {
    const known = this.plans.get(name)
    if (known !== undefined) return known
    const plan: PlanTally = {
      starts: nought(),
      refused: nought(),
      evicted: nought(),
      trialRefused: nought(),
      usersRefused: { logged: new Set(), replayed: new Set() },
    }
    this.plans.set(name, plan)
    return plan
  }

  #rule(plan: string, limit: Limit): BothCounts {
    const rules = this.rules.get(plan) ?? new Map<string, BothCounts>()
    const words = limitInWords(limit)
    const count = rules.get(words) ?? { logged: 0, replayed: 0 }
    this.rules.set(plan, rules.set(words, count))
    return count
  }
}

function nought(): BothCounts {
  return { logged: 0, replayed: 0 }
}
