/** The results of a replay, as values for programs and as tables for people. */
import { printable } from '../text/printable.ts'
import { textTable } from '../text/text-table.ts'
import type { LineCounts } from './log-reader.ts'
import type { Difference, ReplayTally, BothCounts } from './replay-tally.ts'

/**
 * Everything in it. Each number `then` comes from the log, and each `now` from the other policy.
 */
export type ReplayReport = {
  readonly decisions: number
  readonly otherLines: number
  readonly faultyLines: number
  readonly firstFaulty?: string
  /** Compressed logs that end early or are damaged, and were read up to there. */
  readonly cutShort: readonly string[]
  /** Decisions so far from their order that they were replayed late. */
  readonly lateLines: number
  readonly from?: string
  readonly to?: string
  readonly starts: number
  readonly refused: BothCounts
  readonly usersRefused: BothCounts
  readonly evicted: BothCounts
  readonly newlyRefused: number
  readonly newlyAdmitted: number
  readonly plans: readonly PlanReport[]
  readonly rules: readonly ({ readonly plan: string; readonly rule: string } & BothCounts)[]
  readonly differences: Readonly<Record<string, number>>
  /** The first of them. */
  readonly samples: readonly Difference[]
  readonly unknownPlans: Readonly<Record<string, number>>
  /** Calls of streams that ran before the log begins. */
  readonly beforeLog: number
  readonly lateHeartbeats: number
}

type PlanReport = {
  readonly plan: string
  readonly starts: BothCounts
  readonly refused: BothCounts
  readonly usersRefused: BothCounts
  readonly evicted: BothCounts
  readonly trialRefused: BothCounts
}

/** The report of a finished replay. */
export function replayReport(
  tally: ReplayTally,
  lines: LineCounts & { readonly late: number },
): ReplayReport {
  const plans = [...tally.plans].map(([plan, { usersRefused, ...counts }]) => ({
    plan,
    ...counts,
    usersRefused: { logged: usersRefused.logged.size, replayed: usersRefused.replayed.size },
  }))
  const sum = (count: (plan: PlanReport) => BothCounts): BothCounts => ({
    logged: plans.reduce((all, plan) => all + count(plan).logged, 0),
    replayed: plans.reduce((all, plan) => all + count(plan).replayed, 0),
  })
  const usersRefused = (when: keyof BothCounts) =>
    new Set([...tally.plans.values()].flatMap((plan) => [...plan.usersRefused[when]])).size
  const { decisions, otherLines, faultyLines, firstFaulty, cutShort, late } = lines
  return {
    decisions,
    otherLines,
    faultyLines,
    ...(firstFaulty !== undefined && { firstFaulty }),
    cutShort: [...cutShort],
    lateLines: late,
    ...(tally.firstMs !== undefined && { from: instant(tally.firstMs), to: instant(tally.lastMs) }),
    starts: sum(({ starts }) => starts).logged,
    refused: sum(({ refused }) => refused),
    usersRefused: { logged: usersRefused('logged'), replayed: usersRefused('replayed') },
    evicted: sum(({ evicted }) => evicted),
    ...tally.starts,
    plans: plans.filter(
      ({ starts, evicted }) => starts.logged + starts.replayed + evicted.logged + evicted.replayed > 0,
    ),
    rules: [...tally.rules].flatMap(([plan, rules]) =>
      [...rules].map(([rule, count]) => ({ plan, rule, ...count })),
    ),
    differences: Object.fromEntries(tally.differences),
    samples: tally.samples,
    unknownPlans: Object.fromEntries(tally.unknownPlans),
    beforeLog: tally.beforeLog,
    lateHeartbeats: tally.lateHeartbeats,
  }
}

/** The same for people. */
export function reportInWords(report: ReplayReport): string {
  const { starts, refused, newlyRefused, newlyAdmitted, usersRefused, evicted, from, to } = report
  const share = starts === 0 ? '' : ` (${((100 * refused.replayed) / starts).toFixed(1)} %)`
  return [
    `${grouped(report.decisions)} decisions from ${from ?? '?'} to ${to ?? '?'}\n`,
    `${grouped(starts)} starts: ${grouped(refused.logged)} were refused; ${grouped(refused.replayed)} would have been${share}.`,
    `${grouped(newlyRefused)} that were admitted would have been refused, ${grouped(newlyAdmitted)} the other way round.`,
    `Users who were refused: ${grouped(usersRefused.logged)}; who would have been: ${grouped(usersRefused.replayed)}.`,
    `Streams that ended for another: ${grouped(evicted.logged)}; that would have: ${grouped(evicted.replayed)}.\n`,
    planTable(report),
    ...(report.rules.length > 0 ? [ruleTable(report)] : []),
    ...caveats(report).map((caveat) => `* ${caveat}\n`),
  ].join('\n')
}

function planTable({ plans }: ReplayReport): string {
  const hasTrial = plans.some(({ trialRefused }) => trialRefused.logged + trialRefused.replayed > 0)
  const head = [
    'PLAN',
    'STARTS',
    'REFUSED',
    'USERS REFUSED',
    'ENDED FOR ANOTHER',
    ...(hasTrial ? ['ON TRIAL'] : []),
  ]
  const rows = plans.map((plan) => [
    nameOf(plan.plan),
    change(plan.starts),
    change(plan.refused),
    change(plan.usersRefused),
    change(plan.evicted),
    ...(hasTrial ? [change(plan.trialRefused)] : []),
  ])
  return textTable({ head, rows, numbers: new Set(head.slice(1)) })
}

function ruleTable({ rules }: ReplayReport): string {
  const head = ['PLAN', 'LIMIT THAT REFUSED', 'STARTS']
  const rows = rules.map(({ plan, rule, ...count }) => [nameOf(plan), rule, change(count)])
  return textTable({ head, rows, numbers: new Set(['STARTS']) })
}

/** What to know before trusting the numbers. */
function caveats(report: ReplayReport): string[] {
  const { newlyAdmitted, lateHeartbeats, beforeLog, lateLines, unknownPlans, faultyLines, otherLines } =
    report
  const unknown = Object.entries(unknownPlans).map(
    ([name, count]) => `${nameOf(name)} (${grouped(count)} calls)`,
  )
  return [
    ...(unknown.length > 0
      ? [`The policy holds no plan of this name, and the service would answer 400: ${unknown.join(', ')}.`]
      : []),
    ...(newlyAdmitted > 0
      ? [
          'The log cannot tell how long a stream would have run that was refused then. It counts for one lease.',
        ]
      : []),
    ...(lateHeartbeats > 0
      ? [
          `${grouped(lateHeartbeats)} heartbeats would have come after the lease had lapsed: then players were told to call less often than this policy asks for.`,
        ]
      : []),
    ...(beforeLog > 0
      ? [
          `${grouped(beforeLog)} calls were of streams that ran before the log begins; they are taken as held.`,
        ]
      : []),
    ...(lateLines > 0
      ? [`${grouped(lateLines)} lines stood more than 5 s from their order, and were played late.`]
      : []),
    ...(faultyLines > 0
      ? [
          `${grouped(faultyLines)} lines about decisions could not be read; the first is ${report.firstFaulty ?? '?'}.`,
        ]
      : []),
    ...report.cutShort.map(
      (name) => `${printable(name)} is compressed and ends early. It was read up to there.`,
    ),
    ...(otherLines > 0 ? [`${grouped(otherLines)} lines were about something else.`] : []),
  ]
}

function change({ logged, replayed }: BothCounts): string {
  return logged === replayed ? grouped(logged) : `${grouped(logged)} → ${grouped(replayed)}`
}

function nameOf(plan: string): string {
  return plan === '' ? '(none told)' : printable(plan)
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
