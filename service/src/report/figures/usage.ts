/**
 * How much the service is used: per day, and how long sessions last.
 *
 * The metrics are those of Adobe Concurrency Monitoring's usage reports, by the same definitions.
 */
import type { History, Session, SessionEnd } from '../history.ts'
import { count, hours, share, shareOf, text, type ReportSection, type ReportTable } from '../report.ts'
import { Counter, quantile } from './counter.ts'
import type { Figure, Names } from './names.ts'

type Day = {
  activeUsers: number
  activeSessions: number
  started: number
  completed: number
  failed: number
  dismissed: number
  killed: number
  hours: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** Upper bounds of classes of session lengths, in minutes. */
const LENGTHS: readonly (readonly [string, number])[] = [
  ['0–1 min', 1],
  ['1–15 min', 15],
  ['15–30 min', 30],
  ['30–60 min', 60],
  ['1–2 h', 120],
  ['2–4 h', 240],
  ['4+ h', Infinity],
]

const END_WORDS: Readonly<Record<SessionEnd, string>> = {
  stopped: 'stopped by its player or an operator',
  superseded: 'its device started another stream',
  killed: 'a start took its slot on purpose',
  dismissed: 'evicted by the plan',
  lapsed: 'expired: its player vanished',
  gone: 'finished, or refused when it came back',
  removed: 'its device or user was removed',
  running: 'still running at the end of the log',
}

/** Usage by day, lengths of sessions, and how they ended. */
export class Usage implements Figure {
  users = 0
  readonly #names: Names
  readonly #days = new Map<string, Day>()
  readonly #lengths = new Counter<number>()
  readonly #all: number[] = []
  readonly #ends = new Map<SessionEnd, Counter<number>>()

  constructor(names: Names) {
    this.#names = names
  }

  /** How many sessions were started. */
  get started(): number {
    return [...this.#days.values()].reduce((sum, day) => sum + day.started, 0)
  }

  /** How long all sessions ran together, in hours. */
  get hours(): number {
    return [...this.#days.values()].reduce((sum, day) => sum + day.hours, 0)
  }

  add({ sessions, refusals }: History): void {
    const userDays = new Set<string>()
    for (const session of sessions) this.#addSession(session, userDays)
    for (const day of userDays) this.#day(day).activeUsers += 1
    for (const { atMs } of refusals) this.#day(this.#dayOf(atMs)).failed += 1
    if (userDays.size > 0) this.users += 1
  }

  #addSession(session: Session, userDays: Set<string>): void {
    const { startMs, endMs, end, isStarted, deviceType } = session
    const first = this.#dayOf(startMs)
    if (isStarted) {
      this.#day(first).started += 1
      userDays.add(first)
    }
    const last = this.#dayOf(endMs)
    if (end === 'dismissed') this.#day(last).dismissed += 1
    else if (end === 'killed') this.#day(last).killed += 1
    if (end !== 'running') this.#day(last).completed += 1
    this.#addActivity(startMs, endMs)
    const minutes = (endMs - startMs) / MINUTE_MS
    this.#lengths.add(LENGTHS.findIndex(([, max]) => minutes < max))
    this.#all.push(minutes)
    const byType = this.#ends.get(end) ?? new Counter<number>()
    this.#ends.set(end, byType)
    byType.add(deviceType)
  }

  /** A session is active on each day that it touches. */
  #addActivity(startMs: number, endMs: number): void {
    let fromMs = startMs
    do {
      const name = this.#dayOf(fromMs)
      let toMs = fromMs
      while (toMs < endMs && this.#dayOf(toMs) === name) {
        toMs = Math.min(endMs, (Math.floor(toMs / HOUR_MS) + 1) * HOUR_MS)
      }
      const day = this.#day(name)
      day.activeSessions += 1
      day.hours += (toMs - fromMs) / HOUR_MS
      fromMs = toMs
    } while (fromMs < endMs)
  }

  #dayOf(atMs: number): string {
    return this.#names.localTime.of(atMs).day
  }

  #day(name: string): Day {
    const known = this.#days.get(name)
    if (known !== undefined) return known
    const counts = { activeUsers: 0, activeSessions: 0, started: 0, completed: 0, failed: 0 }
    const day = { ...counts, dismissed: 0, killed: 0, hours: 0 }
    this.#days.set(name, day)
    return day
  }

  sections(): readonly ReportSection[] {
    return [
      {
        id: 'usage',
        title: 'Usage',
        lead: 'The seven metrics of Adobe Concurrency Monitoring, and hours watched, by day.',
        tables: [this.#dayTable(), this.#lengthTable(), this.#endTable()],
      },
    ]
  }

  #dayTable(): ReportTable {
    const days = [...this.#days].toSorted(([one], [other]) => (one < other ? -1 : 1))
    return {
      id: 'usage-by-day',
      title: 'Usage by day',
      note: 'Active users started a session on that day. Active sessions ran on that day. Completed: ended in any way. Dismissed: evicted by the plan. Killed: ended on purpose by a start elsewhere.',
      columns: [
        text('day', 'Day'),
        count('active_users', 'Active users'),
        count('active_sessions', 'Active sessions'),
        count('started_sessions', 'Started'),
        count('completed_sessions', 'Completed'),
        count('failed_attempts', 'Refused starts'),
        count('dismissed_sessions', 'Dismissed'),
        count('killed_sessions', 'Killed'),
        hours('hours', 'Hours watched'),
      ],
      rows: days.map(([name, day]) => [
        name,
        day.activeUsers,
        day.activeSessions,
        day.started,
        day.completed,
        day.failed,
        day.dismissed,
        day.killed,
        day.hours,
      ]),
      chart: { shape: 'upright', series: ['started_sessions', 'failed_attempts'] },
    }
  }

  #lengthTable(): ReportTable {
    const sorted = Float64Array.from(this.#all).toSorted()
    const [median, most] = [quantile(sorted, 0.5), quantile(sorted, 0.9)].map((minutes) =>
      minutes === null ? '–' : minutes.toFixed(minutes < 10 ? 1 : 0),
    )
    return {
      id: 'session-lengths',
      title: 'Session lengths',
      note: `Half of the sessions are shorter than ${median} minutes, nine in ten than ${most}. A session of a player that vanished ends when it was last heard of.`,
      columns: [
        text('length', 'Minutes, then hours'),
        count('sessions', 'Sessions'),
        share('share', 'Share'),
      ],
      rows: LENGTHS.map(([name], index) => [
        name,
        this.#lengths.of(index),
        shareOf(this.#lengths.of(index), this.#lengths.total),
      ]),
      chart: { shape: 'upright', series: ['sessions'] },
    }
  }

  #endTable(): ReportTable {
    const { collector } = this.#names
    const total = [...this.#ends.values()].reduce((sum, { total: one }) => sum + one, 0)
    const rows = [...this.#ends].toSorted(([, one], [, other]) => other.total - one.total)
    const types = [...new Set(rows.flatMap(([, byType]) => byType.keys))].toSorted(
      (one, other) => one - other,
    )
    return {
      id: 'session-ends',
      title: 'How sessions ended',
      note: 'Expired leases against stops. A player that vanishes keeps its slot until its lease expires.',
      columns: [
        text('end', 'End'),
        count('sessions', 'Sessions'),
        share('share', 'Share'),
        ...types.map((type) => {
          const name = collector.deviceTypes.textOf(type) || 'no type told'
          return count(`on_${name}`, name)
        }),
      ],
      rows: rows.map(([end, byType]) => [
        END_WORDS[end],
        byType.total,
        shareOf(byType.total, total),
        ...types.map((type) => byType.of(type)),
      ]),
      chart: { shape: 'lying', series: ['sessions'] },
    }
  }
}
