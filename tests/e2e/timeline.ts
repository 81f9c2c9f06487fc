/**
 * A ledger that also knows when its callers asked and were answered. So it can tell whether lists
 * of all users are one state that the service had at one instant.
 */
import { Ledger } from './ledger.ts'

/** When a stream's caller asked and was answered. Infinite if that has not happened. */
type Times = { startSent: number; startKept: number; stopSent: number; stopKept: number; isDenied: boolean }

/** Milliseconds of `performance.now()`. */
export type Span = { readonly fromMs: number; readonly toMs: number }

/** The lists of users, by user. */
export type Lists = ReadonlyMap<string, readonly string[]>

const NEVER = Number.POSITIVE_INFINITY

export class Timeline extends Ledger {
  readonly #streams = new Map<string, Map<string, Times>>()
  readonly #limit: number

  constructor(limit: number) {
    super(limit)
    this.#limit = limit
  }

  override note(user: string, stream: string, fate: Parameters<Ledger['note']>[2]): void {
    super.note(user, stream, fate)
    const nowMs = performance.now()
    const streams = this.#streams.get(user) ?? new Map<string, Times>()
    this.#streams.set(user, streams)
    const times = streams.get(stream) ?? neverBegun()
    streams.set(stream, times)
    if (fate === 'starting') times.startSent = nowMs
    if (fate === 'held') times.startKept = nowMs
    if (fate === 'stopping') times.stopSent = nowMs
    if (fate === 'stopped') times.stopKept = nowMs
    if (fate === 'denied') times.isDenied = true
  }

  /** What shows that these lists are no state of the service within the span. */
  faultsOf(lists: Lists, { fromMs, toMs }: Span): readonly string[] {
    const faults = this.users.flatMap((user) =>
      this.#faultsOfUser(user, lists.get(user) ?? [], { fromMs, toMs }),
    )
    return faults.length > 0 || this.#hasInstant(lists, { fromMs, toMs })
      ? faults
      : ['each list was true at some instant, but not all at one']
  }

  #faultsOfUser(user: string, listed: readonly string[], { fromMs, toMs }: Span): readonly string[] {
    const streams = this.#streams.get(user) ?? new Map<string, Times>()
    const lost = [...streams].filter(
      ([stream, { startKept, stopSent }]) =>
        startKept < fromMs && stopSent > toMs && !listed.includes(stream),
    )
    const wrong = listed.filter((stream) => {
      const { startSent, stopKept, isDenied } = streams.get(stream) ?? neverBegun()
      return isDenied || startSent > toMs || stopKept < fromMs
    })
    return [
      ...lost.map(([stream]) => `${user}: ${stream} ran all the time and is missing`),
      ...wrong.map((stream) => `${user}: ${stream} is listed and never ran in that time`),
      ...(listed.length > this.#limit ? [`${user}: ${listed.length} streams of ${this.#limit}`] : []),
      ...(new Set(listed).size < listed.length ? [`${user}: a stream is listed twice`] : []),
    ]
  }

  /** Whether there is an instant at which all that is listed could run, and nothing else had to. */
  #hasInstant(lists: Lists, { fromMs, toMs }: Span): boolean {
    const all = [...this.#streams].flatMap(([user, streams]) =>
      [...streams].map(([stream, times]) => ({
        times,
        isListed: lists.get(user)?.includes(stream) === true,
      })),
    )
    const listed = all.filter(({ isListed }) => isListed).map(({ times }) => times)
    const latest = Math.min(toMs, ...listed.map(({ stopKept }) => stopKept))
    const spans = all
      .filter(({ isListed }) => !isListed)
      .map(({ times }) => ({ fromMs: times.startKept, toMs: times.stopSent }))
      .toSorted((one, other) => one.fromMs - other.fromMs)
    let instant = Math.max(fromMs, ...listed.map(({ startSent }) => startSent))
    for (const span of spans) if (span.fromMs < instant && instant < span.toMs) instant = span.toMs
    return instant <= latest
  }
}

function neverBegun(): Times {
  return { startSent: NEVER, startKept: NEVER, stopSent: NEVER, stopKept: NEVER, isDenied: false }
}
