/**
 * Other policies on the same log, side by side. Each is a replay of its own, and all of them read
 * the log together.
 */
import { planOfOneLimit, type Policy, type Store } from '@streamgate/core'
import { inOrderOfTime } from '../../replay/decision-queue.ts'
import type { LogReader } from '../../replay/log-reader.ts'
import type { LogSurvey } from '../../replay/log-survey.ts'
import { Replay } from '../../replay/replay.ts'
import { UnloggedRenewals } from '../../replay/unlogged-renewals.ts'
import type { LoggedDecision } from '../../telemetry/decision-reader.ts'
import { RUN_UP_MS, type Collector, type Span } from '../collector.ts'
import type { LoggedSessions } from './logged-sessions.ts'
import { TrialTally } from './trial-tally.ts'

/** A policy on trial, by the name that the report gives it. */
export type NamedPolicy = { readonly name: string; readonly policy: Policy }

/** The logs, as they were read once. */
export type WhatIfParts = {
  readonly reader: LogReader
  readonly names: readonly string[]
  readonly survey: LogSurvey
  readonly collector: Collector
  readonly sessions: LoggedSessions
  readonly span: Span
  /** Makes an empty store. */
  readonly openStore: () => Promise<Store>
}

/** What one policy would have done. */
export type Trial = { readonly name: string; readonly tally: TrialTally }

/** Plays the logs under each policy. */
export async function tryPolicies(
  policies: readonly NamedPolicy[],
  parts: WhatIfParts,
): Promise<readonly Trial[]> {
  const { reader, names, collector, survey, span, sessions, openStore } = parts
  const trials = await Promise.all(
    policies.map(async ({ name, policy }) => {
      const tally = new TrialTally(sessions, span.fromMs)
      const replay = new Replay({
        policy,
        store: await openStore(),
        skewMs: 0,
        onReplayed: (call, now) => tally.note(call, now),
      })
      return { name, tally, replay, renewals: new UnloggedRenewals(survey, policy) }
    }),
  )
  const sources = names.map((name) => reader.decisionsIn(name))
  const beginMs = names.map((name) => collector.beginsMs(name))
  for await (const decisions of inOrderOfTime(sources, { late: 0 }, beginMs)) {
    for (const decision of decisions) {
      if (!isIn(span, decision)) continue
      for (const { replay, renewals } of trials) {
        for (const one of renewals.upTo(decision)) await replay.play(one)
      }
    }
    // A replay never waits for anything, so without this no progress would be seen.
    await new Promise(setImmediate)
  }
  for (const { replay } of trials) await replay.end()
  return trials
}

function isIn({ fromMs, toMs }: Span, { atMs }: LoggedDecision): boolean {
  return atMs >= fromMs - RUN_UP_MS && atMs < toMs
}

/** The built-in length of a lease, for logs that tell none. */
const LEASE_MS = 75_000
const HEARTBEATS_PER_LEASE = 3

/** Every plan of the log with one limit of so many streams, and the usual lease of the log. */
export function policyOfMax(max: number, { plans, tenants, usualLeaseMs }: Collector): NamedPolicy {
  const names = Array.from({ length: plans.count }, (_none, index) => plans.textOf(index + 1))
  const [first = 'standard'] = names
  const made = new Map([first, ...names].map((name) => [name, planOfOneLimit(name, max)]))
  const defaultPlan = made.get(first) ?? planOfOneLimit(first, max)
  const leaseMs = usualLeaseMs ?? LEASE_MS
  const pace = { heartbeatSeconds: leaseMs / 1000 / HEARTBEATS_PER_LEASE, leaseMs }
  const ofTenants = [...tenants].map((name) => [name, { defaultPlan, plans: made, scope: name }] as const)
  return {
    name: `max ${max}`,
    policy: {
      paces: { whenRoom: pace, whenFull: pace },
      defaultPlan,
      plans: made,
      ...(ofTenants.length > 0 && { tenants: new Map(ofTenants) }),
    },
  }
}
