/**
 * The decisions of a log in columns of numbers. An object for each would need ten times the memory.
 */

/** What a decision changed. Of one instant, lower numbers come first. */
export const EVENT = {
  /** Ended by a start that named it in `replaces`. */
  killed: 1,
  /** Ended by another stream, as the plan says. */
  dismissed: 2,
  /** Ended by a new stream on its own device. */
  superseded: 3,
  stopped: 4,
  /** Its player was told that it ended, or may not come back. */
  gone: 5,
  /** A line about its expiry. `extra` is how long before its player was last heard of, in ms. */
  lapsed: 6,
  /** All streams of the user, or those on `device` unless that is 0. */
  removed: 7,
  /** `extra` is the length of the lease in milliseconds. */
  admitted: 8,
  renewed: 9,
  /** A start was refused. `extra` is how many streams were in the way. */
  refused: 10,
} as const

/** One of the numbers above. */
export type EventKind = (typeof EVENT)[keyof typeof EVENT]

/** A decision as numbers. Texts are numbered by `Texts`. 0 stands for none. */
export type LogEvent = {
  readonly kind: EventKind
  readonly atMs: number
  readonly user: number
  /** Hash of the lease id. */
  readonly lease: number
  /** Short hash of the device id. */
  readonly device: number
  readonly network: number
  readonly deviceType: number
  readonly plan: number
  /** Of a refusal. */
  readonly rule: number
  readonly extra: number
  readonly log: number
  /** The number of its line, from 1. */
  readonly line: number
}

const PAGE_BITS = 15
const PAGE_SIZE = 1 << PAGE_BITS
const PAGE_MASK = PAGE_SIZE - 1

const COLUMNS = {
  kind: Uint8Array,
  atMs: Float64Array,
  user: Uint32Array,
  lease: Float64Array,
  device: Uint32Array,
  network: Uint32Array,
  deviceType: Uint16Array,
  plan: Uint16Array,
  rule: Uint16Array,
  extra: Float32Array,
  log: Uint16Array,
  line: Uint32Array,
} as const

type ColumnName = keyof typeof COLUMNS
type Page = { readonly [Name in ColumnName]: InstanceType<(typeof COLUMNS)[Name]> }

/** Grows by pages, so that it never has to be copied. */
export class EventColumns {
  readonly #pages: Page[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  add(event: LogEvent): void {
    const place = this.#length & PAGE_MASK
    if (place === 0) this.#pages.push(emptyPage())
    const page = this.#pages[this.#length >> PAGE_BITS]
    if (page === undefined) throw new RangeError('There is no such page')
    page.kind[place] = event.kind
    page.atMs[place] = event.atMs
    page.user[place] = event.user
    page.lease[place] = event.lease
    page.device[place] = event.device
    page.network[place] = event.network
    page.deviceType[place] = event.deviceType
    page.plan[place] = event.plan
    page.rule[place] = event.rule
    page.extra[place] = event.extra
    page.log[place] = event.log
    page.line[place] = event.line
    this.#length += 1
  }

  /** The whole event. */
  at(index: number): LogEvent {
    const page = this.#pages[index >> PAGE_BITS]
    if (page === undefined || index >= this.#length) throw new RangeError('There is no such event')
    const place = index & PAGE_MASK
    return {
      kind: (page.kind[place] ?? 0) as EventKind,
      atMs: page.atMs[place] ?? 0,
      user: page.user[place] ?? 0,
      lease: page.lease[place] ?? 0,
      device: page.device[place] ?? 0,
      network: page.network[place] ?? 0,
      deviceType: page.deviceType[place] ?? 0,
      plan: page.plan[place] ?? 0,
      rule: page.rule[place] ?? 0,
      extra: page.extra[place] ?? 0,
      log: page.log[place] ?? 0,
      line: page.line[place] ?? 0,
    }
  }

  /**
   * The events of each user in the order of time, users in the order of their numbers. So logs may
   * be read in any order.
   *
   * @param users how many users there are. Their numbers begin at 1.
   */
  *byUser(users: number): Generator<{ readonly user: number; readonly events: readonly LogEvent[] }> {
    const { order, ends } = this.#sortedByUser(users)
    let from = 0
    for (let user = 1; user <= users; user += 1) {
      const to = ends[user] ?? from
      const events: LogEvent[] = []
      for (let place = from; place < to; place += 1) events.push(this.at(order[place] ?? 0))
      from = to
      if (events.length > 0) yield { user, events: inOrder(events) }
    }
  }

  /**
   * The indices of all events, and up to which of them each user's go: a counting sort, which keeps
   * the order of one user's events.
   */
  #sortedByUser(users: number): { readonly order: Uint32Array; readonly ends: Uint32Array } {
    const ends = new Uint32Array(users + 1)
    for (const [number, page] of this.#pages.entries()) {
      for (const user of page.user.subarray(0, this.#length - (number << PAGE_BITS))) {
        ends[user] = (ends[user] ?? 0) + 1
      }
    }
    for (let user = 1; user < ends.length; user += 1) ends[user] = (ends[user] ?? 0) + (ends[user - 1] ?? 0)
    const order = new Uint32Array(this.#length)
    for (let number = this.#pages.length - 1; number >= 0; number -= 1) {
      const column = this.#pages[number]?.user ?? new Uint32Array(0)
      const first = number << PAGE_BITS
      for (let place = Math.min(PAGE_SIZE, this.#length - first) - 1; place >= 0; place -= 1) {
        const user = column[place] ?? 0
        const next = (ends[user] ?? 0) - 1
        order[next] = first + place
        ends[user] = next
      }
    }
    // Each is where its user begins by now, which is where the user before it ends.
    return { order, ends: Uint32Array.from(ends, (_begin, user) => ends[user + 1] ?? this.#length) }
  }
}

function emptyPage(): Page {
  return Object.fromEntries(
    Object.entries(COLUMNS).map(([name, Column]) => [name, new Column(PAGE_SIZE)]),
  ) as Page
}

/** Most logs are in order already, and then nothing is sorted. */
function inOrder(events: readonly LogEvent[]): readonly LogEvent[] {
  const isSorted = events.every((event, index) => index === 0 || (events[index - 1]?.atMs ?? 0) <= event.atMs)
  return isSorted ? events : events.toSorted((one, other) => one.atMs - other.atMs || one.kind - other.kind)
}
