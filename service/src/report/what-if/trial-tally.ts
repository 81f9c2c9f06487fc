/**
 * What another policy would have done to starts, users and hours, by plan.
 */
import type { LeaseId } from '@streamgate/core'
import type { Replayed } from '../../replay/replay-tally.ts'
import type { LoggedCall, PlayableDecision } from '../../telemetry/decision-reader.ts'
import type { LoggedSessions } from './logged-sessions.ts'

/** Counts of one plan, as logged and under the policy on trial. */
export type TrialCounts = {
  starts: number
  refusedThen: number
  refused: number
  evictedThen: number
  evicted: number
  /** Starts that were refused, and would not have been. */
  newlyAdmitted: number
  /** How much longer streams ran than they would have, in milliseconds. */
  lostMs: number
  /** Users who would have met a refusal or an eviction that they did not meet. */
  readonly touched: Set<string>
}

const HOUR_MS = 3_600_000
const REFUSED: ReadonlySet<string> = new Set(['denied', 'device-denied', 'pool-full', 'plan-unknown'])

/** Takes each call of a replay. */
export class TrialTally {
  readonly plans = new Map<string, TrialCounts>()
  /** Plans that the policy on trial does not have, and how many starts named them. */
  readonly unknownPlans = new Map<string, number>()
  readonly #sessions: LoggedSessions
  readonly #fromMs: number

  constructor(sessions: LoggedSessions, fromMs: number) {
    this.#sessions = sessions
    this.#fromMs = fromMs
  }

  /** A call as logged, and its outcome in the replay. */
  note(call: LoggedCall & PlayableDecision, now: Replayed): void {
    if (call.atMs < this.#fromMs) return
    const counts = this.#plan(call.plan ?? now.plan ?? '')
    if (call.verb === 'start') this.#noteStart(call, now, counts)
    else if (call.outcome === 'renewed' && now.outcome === 'denied') {
      counts.touched.add(call.user)
      this.#lose(call, call.leaseId, counts)
    }
    counts.evictedThen += call.ends.length
    const ended = now.ends ?? []
    counts.evicted += ended.length
    for (const { id } of ended) {
      if (call.ends.includes(id)) continue
      if (this.#lose(call, id, counts)) counts.touched.add(call.user)
    }
  }

  /** The counts of all plans together. */
  get total(): TrialCounts {
    const sum = nought()
    for (const counts of this.plans.values()) {
      sum.starts += counts.starts
      sum.refusedThen += counts.refusedThen
      sum.refused += counts.refused
      sum.evictedThen += counts.evictedThen
      sum.evicted += counts.evicted
      sum.newlyAdmitted += counts.newlyAdmitted
      sum.lostMs += counts.lostMs
      for (const user of counts.touched) sum.touched.add(user)
    }
    return sum
  }

  #noteStart(call: LoggedCall & PlayableDecision, now: Replayed, counts: TrialCounts): void {
    const [wasRefused, isRefused] = [REFUSED.has(call.outcome), REFUSED.has(now.outcome)]
    counts.starts += 1
    if (now.outcome === 'plan-unknown') {
      const name = call.plan ?? ''
      this.unknownPlans.set(name, (this.unknownPlans.get(name) ?? 0) + 1)
    }
    if (wasRefused) counts.refusedThen += 1
    if (isRefused) counts.refused += 1
    if (wasRefused && !isRefused) counts.newlyAdmitted += 1
    if (isRefused && !wasRefused) {
      counts.touched.add(call.user)
      this.#lose(call, call.leaseId, counts)
    }
  }

  /** What the stream ran from this call on is lost. Tells whether it ran at all. */
  #lose(call: LoggedCall & PlayableDecision, lease: LeaseId, counts: TrialCounts): boolean {
    const lostMs = this.#sessions.leftMs(call.user, lease, call.atMs)
    counts.lostMs += lostMs
    return lostMs > 0
  }

  #plan(name: string): TrialCounts {
    const counts = this.plans.get(name) ?? nought()
    this.plans.set(name, counts)
    return counts
  }
}

/** Hours, to be shown. */
export function hoursOf({ lostMs }: TrialCounts): number {
  return lostMs / HOUR_MS
}

function nought(): TrialCounts {
  return {
    starts: 0,
    refusedThen: 0,
    refused: 0,
    evictedThen: 0,
    evicted: 0,
    newlyAdmitted: 0,
    lostMs: 0,
    touched: new Set(),
  }
}
