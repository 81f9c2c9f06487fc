/**
 * How households watch: zapping, devices and networks.
 */
import type { History } from '../history.ts'
import { count, share, shareOf, text, type ReportSection, type ReportTable } from '../report.ts'
import { Counter } from './counter.ts'
import type { Figure } from './names.ts'

/** A session this short, followed by another on the same device, is a zap. */
const ZAP_MS = 60_000
/** All above share a row. */
const MOST = 10

/** Zaps, and users by how many devices and networks they use. */
export class Viewers implements Figure {
  readonly #devices = new Counter<number>()
  readonly #networks = new Counter<number>()
  readonly #zapsOfUsers = new Counter<string>()
  #zaps = 0
  #started = 0

  add({ sessions }: History): void {
    if (sessions.length === 0) return
    const devices = new Set(sessions.flatMap(({ device }) => (device === 0 ? [] : [device])))
    const networks = new Set(sessions.flatMap(({ network }) => (network === 0 ? [] : [network])))
    this.#devices.add(Math.min(devices.size, MOST))
    this.#networks.add(Math.min(networks.size, MOST))
    const zaps = sessions.filter(
      ({ end, startMs, endMs, isStarted }) => isStarted && end === 'superseded' && endMs - startMs < ZAP_MS,
    ).length
    this.#zaps += zaps
    this.#started += sessions.filter(({ isStarted }) => isStarted).length
    this.#zapsOfUsers.add(zaps === 0 ? 'none' : zaps < 10 ? '1–9' : zaps < 100 ? '10–99' : '100 or more')
  }

  sections(): readonly ReportSection[] {
    return [
      {
        id: 'viewers',
        title: 'Viewers',
        lead: 'Zapping, and how many devices and networks users have.',
        tables: [
          this.#zapTable(),
          perUser(this.#devices, { id: 'devices', title: 'Devices of a user' }),
          perUser(this.#networks, {
            id: 'networks',
            title: 'Networks of a user',
            note: 'The log tells the network only if a plan, or a plan on trial, asks for it.',
          }),
        ],
      },
    ]
  }

  #zapTable(): ReportTable {
    const classes = ['none', '1–9', '10–99', '100 or more']
    const part = ((shareOf(this.#zaps, this.#started) ?? 0) * 100).toFixed(1)
    return {
      id: 'zapping',
      title: 'Zapping',
      note: `${this.#zaps.toLocaleString('en')} sessions (${part} %) gave way within a minute to another on their own device.`,
      columns: [text('zaps', 'Zaps of a user'), count('users', 'Users'), share('share', 'Share')],
      rows: classes.map((name) => [
        name,
        this.#zapsOfUsers.of(name),
        shareOf(this.#zapsOfUsers.of(name), this.#zapsOfUsers.total),
      ]),
    }
  }
}

function perUser(
  users: Counter<number>,
  { id, title, note }: { readonly id: string; readonly title: string; readonly note?: string },
): ReportTable {
  const most = Math.max(1, ...users.keys)
  return {
    id: `${id}-per-user`,
    title,
    ...(note !== undefined && { note }),
    columns: [
      text(id, id === 'devices' ? 'Devices' : 'Networks'),
      count('users', 'Users'),
      share('share', 'Share'),
    ],
    rows: Array.from({ length: most + 1 }, (_none, number) => [
      number === 0 ? 'none told' : number === MOST ? `${MOST} or more` : String(number),
      users.of(number),
      shareOf(users.of(number), users.total),
    ]),
    chart: { shape: 'upright', series: ['users'] },
  }
}
