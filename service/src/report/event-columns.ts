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
  /** A line about its expiry. `extra` is when its player was last heard of, in milliseconds. */
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
  /** Hash of the device id. */
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
  device: Float64Array,
  network: Uint32Array,
  deviceType: Uint16Array,
  plan: Uint16Array,
  rule: Uint16Array,
  extra: Float64Array,
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

  /** One member of one event. */
  get(name: ColumnName, index: number): number {
    return this.#pages[index >> PAGE_BITS]?.[name][index & PAGE_MASK] ?? 0
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
    const order = this.#sortedByUser(users)
    for (let from = 0; from < order.length; ) {
      const user = this.get('user', order[from] ?? 0)
      const events: LogEvent[] = []
      for (; from < order.length && this.get('user', order[from] ?? 0) === user; from += 1) {
        events.push(this.at(order[from] ?? 0))
      }
      yield { user, events: inOrder(events) }
    }
  }

  /** The indices of all events: a counting sort, which keeps the order of one user's events. */
  #sortedByUser(users: number): Uint32Array {
    const next = new Uint32Array(users + 2)
    for (let index = 0; index < this.#length; index += 1) {
      const after = this.get('user', index) + 1
      next[after] = (next[after] ?? 0) + 1
    }
    for (let user = 1; user < next.length; user += 1) next[user] = (next[user] ?? 0) + (next[user - 1] ?? 0)
    const order = new Uint32Array(this.#length)
    for (let index = 0; index < this.#length; index += 1) {
      const user = this.get('user', index)
      const place = next[user] ?? 0
      order[place] = index
      next[user] = place + 1
    }
    return order
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
