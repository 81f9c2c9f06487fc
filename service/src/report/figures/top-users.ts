/**
 * The users with the most refusals and the most watched hours, and the lines that prove it.
 */
import type { History } from '../history.ts'
import { count, hours, text, type ReportSection } from '../report.ts'
import { placeOf, type Figure, type Names } from './names.ts'
import { Top } from './top.ts'

const USERS_SHOWN = 10
const LINES_SHOWN = 3
const HOUR_MS = 3_600_000

type Refused = {
  readonly user: number
  readonly refused: number
  readonly devices: number
  readonly lines: string
}
type Watched = {
  readonly user: number
  readonly ms: number
  readonly sessions: number
  readonly devices: number
  readonly lines: string
}

/** Finds them. */
export class TopUsers implements Figure {
  readonly #names: Names
  readonly #refused = new Top<Refused>(USERS_SHOWN, ({ refused }) => refused)
  readonly #watched = new Top<Watched>(USERS_SHOWN, ({ ms }) => ms)

  constructor(names: Names) {
    this.#names = names
  }

  add({ user, sessions, refusals }: History): void {
    const linesOf = (places: readonly { readonly log: number; readonly line: number }[]) =>
      places
        .slice(0, LINES_SHOWN)
        .map((place) => placeOf(this.#names, place))
        .join(', ')
    if (refusals.length > 0) {
      const devices = new Set(refusals.map(({ device }) => device)).size
      this.#refused.add({ user, refused: refusals.length, devices, lines: linesOf(refusals) })
    }
    if (sessions.length > 0) {
      const ms = sessions.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
      const devices = new Set(sessions.map(({ device }) => device)).size
      const longest = sessions.toSorted(
        (one, other) => other.endMs - other.startMs - (one.endMs - one.startMs),
      )
      this.#watched.add({ user, ms, sessions: sessions.length, devices, lines: linesOf(longest) })
    }
  }

  sections(): readonly ReportSection[] {
    const { userOf } = this.#names
    const user = text('user', 'User')
    return [
      {
        id: 'top-users',
        title: 'Top users',
        lead: 'Each with lines of the log to look at.',
        tables: [
          {
            id: 'top-users-by-refusals',
            title: 'Most refused starts',
            columns: [
              user,
              count('refused', 'Refused starts'),
              count('devices', 'On devices'),
              text('lines', 'First lines'),
            ],
            rows: this.#refused.items.map((one) => [userOf(one.user), one.refused, one.devices, one.lines]),
          },
          {
            id: 'top-users-by-hours',
            title: 'Most hours watched',
            columns: [
              user,
              hours('hours', 'Hours'),
              count('sessions', 'Sessions'),
              count('devices', 'Devices'),
              text('lines', 'Starts of the longest'),
            ],
            rows: this.#watched.items.map((one) => [
              userOf(one.user),
              one.ms / HOUR_MS,
              one.sessions,
              one.devices,
              one.lines,
            ]),
          },
        ],
      },
    ]
  }
}
