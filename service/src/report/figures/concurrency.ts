/**
 * How many streams users run at the same time.
 */
import type { History } from '../history.ts'
import { count, hours, share, shareOf, text, type ReportSection } from '../report.ts'
import { Counter } from './counter.ts'
import type { Figure } from './names.ts'

const HOUR_MS = 3_600_000
/** All above share a row. */
const LEVEL_MAX = 20

/** How the number of a user's streams changes. */
type Step = { readonly atMs: number; readonly by: number }

/** Users by highest concurrency and by highest demand, and the time at each concurrency. */
export class Concurrency implements Figure {
  readonly #reached = new Counter<number>()
  readonly #tried = new Counter<number>()
  readonly #ms = new Counter<number>()

  add({ sessions, refusals }: History): void {
    const steps = stepsOf(sessions)
    let [running, highest, tried, atMs] = [0, 0, 0, 0]
    let next = 0
    for (const step of steps) {
      for (; (refusals[next]?.atMs ?? Infinity) < step.atMs; next += 1) tried = Math.max(tried, running + 1)
      if (running > 0) this.#ms.add(Math.min(running, LEVEL_MAX), step.atMs - atMs)
      running += step.by
      atMs = step.atMs
      highest = Math.max(highest, running)
    }
    if (next < refusals.length) tried = Math.max(tried, running + 1)
    if (highest > 0) this.#reached.add(Math.min(highest, LEVEL_MAX))
    const wanted = Math.max(highest, tried)
    if (wanted > 0) this.#tried.add(Math.min(wanted, LEVEL_MAX))
  }

  sections(): readonly ReportSection[] {
    const top = Math.max(1, ...this.#reached.keys, ...this.#tried.keys)
    const levels = Array.from({ length: top }, (_none, index) => index + 1)
    return [
      {
        id: 'concurrency',
        title: 'Concurrency',
        lead: 'What a limit meets: how many streams users run at once, and how many they try to run.',
        tables: [
          {
            id: 'users-by-highest-concurrency',
            title: 'Users by highest concurrency',
            note: 'Reached counts streams that were admitted. Tried counts refused starts too. A stream counts until the last that was heard of its player.',
            columns: [
              text('streams', 'Streams at once'),
              count('users_reached', 'Users who reached it'),
              share('share_reached', 'Share'),
              count('users_tried', 'Users who tried it'),
              share('share_tried', 'Share'),
            ],
            rows: levels.map((level) => [
              levelName(level),
              this.#reached.of(level),
              shareOf(this.#reached.of(level), this.#reached.total),
              this.#tried.of(level),
              shareOf(this.#tried.of(level), this.#tried.total),
            ]),
            chart: { shape: 'upright', series: ['users_reached', 'users_tried'] },
          },
          {
            id: 'time-at-each-concurrency',
            title: 'Time at each concurrency',
            note: 'Hours, over all users, during which exactly so many streams of one user ran.',
            columns: [text('streams', 'Streams at once'), hours('hours', 'Hours'), share('share', 'Share')],
            rows: levels.map((level) => [
              levelName(level),
              this.#ms.of(level) / HOUR_MS,
              shareOf(this.#ms.of(level), this.#ms.total),
            ]),
            chart: { shape: 'upright', series: ['hours'] },
          },
        ],
      },
    ]
  }
}

/** Starts and ends in order. An end at the instant of a start comes first. */
function stepsOf(sessions: History['sessions']): readonly Step[] {
  return sessions
    .flatMap(({ startMs, endMs }) => [
      { atMs: startMs, by: 1 },
      { atMs: Math.max(endMs, startMs + 1), by: -1 },
    ])
    .toSorted((one, other) => one.atMs - other.atMs || one.by - other.by)
}

function levelName(level: number): string {
  return level === LEVEL_MAX ? `${level} or more` : String(level)
}
