/**
 * Evidence of a shared login: streams of one user that ran at the same time on several networks.
 *
 * It is for a person to look at, and no score. A telephone on its operator's network, a second home
 * and a hotel look the same.
 */
import type { History, Session } from '../history.ts'
import { count, hours, share, shareOf, text, type ReportSection } from '../report.ts'
import { Counter } from './counter.ts'
import { placeOf, type Figure, type Names } from './names.ts'
import { Top } from './top.ts'

const USERS_SHOWN = 20
const TIMES_SHOWN = 3
const HOUR_MS = 3_600_000
const NETWORKS_MAX = 10

/** A time during which a user's streams ran on two networks or more. */
type Overlap = {
  readonly fromMs: number
  toMs: number
  networks: number
  readonly sessions: readonly Session[]
}

type Evidence = {
  readonly user: number
  readonly networks: number
  readonly ms: number
  readonly times: number
  readonly longest: readonly Overlap[]
}

/** Finds users whose streams overlapped on several networks. */
export class Sharing implements Figure {
  readonly #names: Names
  readonly #users = new Counter<number>()
  readonly #top = new Top<Evidence>(USERS_SHOWN, ({ ms }) => ms)

  constructor(names: Names) {
    this.#names = names
  }

  add({ user, sessions }: History): void {
    const overlaps = overlapsOf(sessions)
    if (overlaps.length === 0) {
      if (sessions.some(({ network }) => network !== 0)) this.#users.add(1)
      return
    }
    const networks = Math.max(...overlaps.map((one) => one.networks))
    this.#users.add(Math.min(networks, NETWORKS_MAX))
    const ms = overlaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
    const longest = overlaps
      .toSorted((one, other) => other.toMs - other.fromMs - (one.toMs - one.fromMs))
      .slice(0, TIMES_SHOWN)
    this.#top.add({ user, networks, ms, times: overlaps.length, longest })
  }

  sections(): readonly ReportSection[] {
    const most = Math.max(1, ...this.#users.keys)
    return [
      {
        id: 'sharing',
        title: 'Streams on several networks at once',
        lead: 'Advice for a person who looks into an account, and not a score. A telephone on mobile data, a second home or a guest looks the same as a shared login. Do not act on this alone.',
        isAdvice: true,
        tables: [
          {
            id: 'users-by-networks-at-once',
            title: 'Users by networks at once',
            note: 'Only users whose lines tell a network.',
            columns: [text('networks', 'Networks at once'), count('users', 'Users'), share('share', 'Share')],
            rows: Array.from({ length: most }, (_none, index) => [
              index + 1 === NETWORKS_MAX ? `${NETWORKS_MAX} or more` : String(index + 1),
              this.#users.of(index + 1),
              shareOf(this.#users.of(index + 1), this.#users.total),
            ]),
            chart: { shape: 'upright', series: ['users'] },
          },
          {
            id: 'users-on-several-networks',
            title: 'The longest times on several networks',
            columns: [
              text('user', 'User'),
              count('networks', 'Networks at once'),
              count('times', 'Times'),
              hours('hours', 'Hours'),
              text('when', 'Longest times'),
              text('lines', 'Lines'),
            ],
            rows: this.#top.items.map((one) => this.#row(one)),
          },
        ],
      },
    ]
  }

  #row({ user, networks, times, ms, longest }: Evidence) {
    const { localTime, userOf } = this.#names
    const when = longest.map(
      ({ fromMs, toMs }) => `${localTime.text(fromMs)} for ${Math.round((toMs - fromMs) / 60_000)} min`,
    )
    const lines = longest[0]?.sessions.map((session) => placeOf(this.#names, session)) ?? []
    return [userOf(user), networks, times, ms / HOUR_MS, when.join(', '), lines.join(', ')]
  }
}

/** The times during which sessions ran on two networks or more. */
function overlapsOf(sessions: readonly Session[]): readonly Overlap[] {
  const told = sessions.filter(({ network, startMs, endMs }) => network !== 0 && endMs > startMs)
  if (new Set(told.map(({ network }) => network)).size < 2) return []
  const steps = told
    .flatMap((session) => [
      { atMs: session.startMs, session, isStart: true },
      { atMs: session.endMs, session, isStart: false },
    ])
    .toSorted((one, other) => one.atMs - other.atMs || Number(one.isStart) - Number(other.isStart))
  const running = new Set<Session>()
  const perNetwork = new Map<number, number>()
  const overlaps: Overlap[] = []
  let open: Overlap | undefined
  for (const { atMs, session, isStart } of steps) {
    if (isStart) running.add(session)
    else running.delete(session)
    const left = (perNetwork.get(session.network) ?? 0) + (isStart ? 1 : -1)
    if (left > 0) perNetwork.set(session.network, left)
    else perNetwork.delete(session.network)
    const networks = perNetwork.size
    if (networks >= 2) {
      open ??= { fromMs: atMs, toMs: atMs, networks, sessions: [...running] }
      open.networks = Math.max(open.networks, networks)
    } else if (open !== undefined) {
      open.toMs = atMs
      if (open.toMs > open.fromMs) overlaps.push(open)
      open = undefined
    }
  }
  return overlaps
}
