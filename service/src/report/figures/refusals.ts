/**
 * Starts that were refused: by what, when, on which devices, and what their viewers did next.
 */
import type { LogEvent } from '../event-columns.ts'
import type { History, Session } from '../history.ts'
import { count, share, shareOf, text, type ReportSection, type ReportTable } from '../report.ts'
import { Counter, quantile } from './counter.ts'
import type { Figure, Names } from './names.ts'

/** A viewer who was refused and starts nothing on that device for so long has given up. */
const GAVE_UP_MS = 30 * 60_000
const DAY_HOURS = 24

const SOLUTIONS = {
  'take-over': 'took over another stream',
  retry: 'tried again until there was room',
  'gave-up': 'gave up: no start for 30 minutes',
  open: 'not known: the log ends before',
} as const

type Solution = keyof typeof SOLUTIONS
type PlanCounts = { starts: number; refused: number; users: number }

/** Counts refusals. */
export class Refusals implements Figure {
  readonly #names: Names
  readonly #lastMs: number
  readonly #plans = new Map<number, PlanCounts>()
  readonly #rules = new Counter<string>()
  readonly #hours = Array.from({ length: DAY_HOURS }, () => ({ starts: 0, refused: 0 }))
  readonly #types = new Map<number, { starts: number; refused: number }>()
  readonly #solved = new Map<Solution, number[]>()
  total = 0
  starts = 0
  users = 0
  byGhosts = 0

  constructor(names: Names) {
    this.#names = names
    this.#lastMs = names.collector.lastMs
  }

  add(history: History): void {
    const { sessions, refusals } = history
    for (const { isStarted, startMs, plan, deviceType } of sessions) {
      if (isStarted) this.#addStart({ atMs: startMs, plan, deviceType }, 'starts')
    }
    if (refusals.length === 0) return
    this.users += 1
    for (const plan of new Set(refusals.map(({ plan: one }) => one))) this.#plan(plan).users += 1
    for (const refusal of refusals) {
      this.#addStart(refusal, 'refused')
      this.#rules.add(`${refusal.plan} ${refusal.rule}`)
      if (isByGhost(refusal, sessions)) this.byGhosts += 1
    }
    this.#addSolutions(history)
  }

  #addStart(
    { atMs, plan, deviceType }: Pick<LogEvent, 'atMs' | 'plan' | 'deviceType'>,
    how: 'starts' | 'refused',
  ): void {
    const type = this.#types.get(deviceType) ?? { starts: 0, refused: 0 }
    this.#types.set(deviceType, type)
    const counted = [this.#plan(plan), type, this.#hours[this.#names.localTime.of(atMs).hour]]
    for (const one of counted) {
      if (one === undefined) continue
      one.starts += 1
      if (how === 'refused') one.refused += 1
    }
    this.starts += 1
    if (how === 'refused') this.total += 1
  }

  /** Refusals of one device in a row are one trouble, from the first on. */
  #addSolutions({ sessions, refusals }: History): void {
    const since = new Map<number, number>()
    const steps = [
      ...refusals.map((refusal) => ({ atMs: refusal.atMs, device: refusal.device, session: undefined })),
      ...sessions
        .filter(({ isStarted }) => isStarted)
        .map((session) => ({ atMs: session.startMs, device: session.device, session })),
    ].toSorted((one, other) => one.atMs - other.atMs)
    const last = new Map<number, number>()
    for (const { atMs, device, session } of steps) {
      const firstMs = since.get(device)
      const isOld = firstMs !== undefined && atMs - (last.get(device) ?? firstMs) > GAVE_UP_MS
      if (isOld) this.#solve('gave-up', 0)
      if (session === undefined) {
        if (firstMs === undefined || isOld) since.set(device, atMs)
        last.set(device, atMs)
      } else if (firstMs !== undefined) {
        if (!isOld) this.#solve(tookOver(session, sessions) ? 'take-over' : 'retry', atMs - firstMs)
        since.delete(device)
      }
    }
    for (const device of since.keys()) {
      this.#solve(this.#lastMs - (last.get(device) ?? 0) > GAVE_UP_MS ? 'gave-up' : 'open', 0)
    }
  }

  #solve(solution: Solution, ms: number): void {
    const times = this.#solved.get(solution) ?? []
    this.#solved.set(solution, times)
    times.push(ms / 1000)
  }

  #plan(number: number): PlanCounts {
    const plan = this.#plans.get(number) ?? { starts: 0, refused: 0, users: 0 }
    this.#plans.set(number, plan)
    return plan
  }

  sections(): readonly ReportSection[] {
    return [
      {
        id: 'refusals',
        title: 'Refused starts',
        lead: 'Which limits refuse, when, and what becomes of it.',
        tables: [
          this.#planTable(),
          this.#ruleTable(),
          this.#hourTable(),
          this.#typeTable(),
          this.#ghostTable(),
          this.#solutionTable(),
        ],
      },
    ]
  }

  #planTable(): ReportTable {
    const { plans } = this.#names.collector
    return {
      id: 'refusals-by-plan',
      title: 'By plan',
      columns: [text('plan', 'Plan'), ...STARTS, count('users_refused', 'Users refused')],
      rows: [...this.#plans].map(([plan, one]) => [
        plans.textOf(plan) || '(not told)',
        ...startCells(one),
        one.users,
      ]),
    }
  }

  #ruleTable(): ReportTable {
    const { plans, rules } = this.#names.collector
    return {
      id: 'refusals-by-rule',
      title: 'By rule',
      columns: [text('rule', 'Limit that refused'), text('plan', 'Plan'), count('refused', 'Refused starts')],
      rows: this.#rules.largestFirst.map(([key, refused]) => {
        const [plan = 0, rule = 0] = key.split(' ').map(Number)
        return [rules.textOf(rule) || '(not told)', plans.textOf(plan) || '(not told)', refused]
      }),
    }
  }

  #hourTable(): ReportTable {
    return {
      id: 'refusals-by-hour',
      title: 'By hour of the day',
      columns: [text('hour', 'Hour'), ...STARTS],
      rows: this.#hours.map((one, hour) => [String(hour).padStart(2, '0'), ...startCells(one)]),
      chart: { shape: 'upright', series: ['refused'] },
    }
  }

  #typeTable(): ReportTable {
    const { deviceTypes } = this.#names.collector
    return {
      id: 'refusals-by-device-type',
      title: 'By device type',
      columns: [text('device_type', 'Device type'), ...STARTS],
      rows: [...this.#types]
        .toSorted(([, one], [, other]) => other.refused - one.refused)
        .map(([type, one]) => [deviceTypes.textOf(type) || '(not told)', ...startCells(one)]),
      chart: { shape: 'lying', series: ['refused'] },
    }
  }

  #ghostTable(): ReportTable {
    const others = this.total - this.byGhosts
    return {
      id: 'refusals-by-ghosts',
      title: 'Ghosts in the way',
      note: 'A ghost is a stream whose player never called again, and whose lease had not yet expired. A shorter lease makes fewer.',
      columns: [
        text('in_the_way', 'In the way'),
        count('refused', 'Refused starts'),
        share('share', 'Share'),
      ],
      rows: [
        ['at least one ghost', this.byGhosts, shareOf(this.byGhosts, this.total)],
        ['only streams that still ran', others, shareOf(others, this.total)],
      ],
    }
  }

  #solutionTable(): ReportTable {
    const all = [...this.#solved.values()].reduce((sum, times) => sum + times.length, 0)
    return {
      id: 'refusals-solved',
      title: 'What refused viewers did',
      note: 'Refusals in a row on one device count once, from the first on.',
      columns: [
        text('solution', 'Next'),
        count('times', 'Times'),
        share('share', 'Share'),
        { id: 'median_seconds', title: 'Half within', kind: 'seconds' },
        { id: 'p90_seconds', title: '9 in 10 within', kind: 'seconds' },
      ],
      rows: (Object.keys(SOLUTIONS) as Solution[]).map((solution) => {
        const times = (this.#solved.get(solution) ?? []).toSorted((one, other) => one - other)
        const isSolved = solution === 'take-over' || solution === 'retry'
        const within = [0.5, 0.9].map((part) => (isSolved ? quantile(times, part) : null))
        return [SOLUTIONS[solution], times.length, shareOf(times.length, all), ...within]
      }),
      chart: { shape: 'lying', series: ['times'] },
    }
  }
}

const STARTS = [
  count('starts', 'Starts'),
  count('refused', 'Refused starts'),
  share('refused_share', 'Share'),
]

function startCells({ starts, refused }: { readonly starts: number; readonly refused: number }) {
  return [starts, refused, shareOf(refused, starts)]
}

/** Whether a stream was in the way whose player had gone for good. */
function isByGhost({ atMs, extra: active }: LogEvent, sessions: readonly Session[]): boolean {
  const held = sessions.filter(({ startMs, heldUntilMs }) => startMs <= atMs && heldUntilMs > atMs)
  const ghosts = held.filter(({ end, endMs }) => end === 'lapsed' && endMs < atMs)
  // The line tells how many counted. A lease may have been shorter than when it was admitted.
  const running = held.length - ghosts.length
  return ghosts.length > 0 && (active === 0 || running < active)
}

/** Whether the start of a session ended another one on purpose. */
function tookOver({ startMs }: Session, sessions: readonly Session[]): boolean {
  return sessions.some(({ end, endMs }) => end === 'killed' && Math.abs(endMs - startMs) <= 1)
}
