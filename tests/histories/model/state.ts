/**
 * What a user's roster may be at one point of an order of calls, as far as the answers so far say.
 */

/** An instant known to lie between two others, both included. It is exact if they are equal. */
export type Span = { readonly from: number; readonly to: number }

/**
 * A stream that was started and has not been ended. It may have expired, and then be gone or not.
 */
export type Lease = {
  readonly id: string
  /** The call that started it, by its place in the history. */
  readonly takenBy: number
  /** Unknown if the answer to that call was lost. */
  readonly etag: string | undefined
  readonly started: Span
  readonly expires: Span
  /** Whether it was never renewed, and so ends one lease length after it started. */
  readonly isFresh: boolean
}

/** What a later heartbeat of an ended stream is told. */
export type Note = {
  readonly id: string
  readonly etag: string | undefined
  readonly cause: 'evicted' | 'stopped' | 'operator'
  /** The call that ended it. */
  readonly by: number
  readonly at: Span
  /** Whether the stream was certainly held when it was ended, so that there must be a note. */
  readonly isSure: boolean
  /** Whether the stream started again since. */
  readonly isPast: boolean
}

export type State = {
  /** In the order in which they started. */
  readonly leases: readonly Lease[]
  readonly notes: readonly Note[]
}

export const EMPTY_STATE: State = { leases: [], notes: [] }

export function exactly(ms: number): Span {
  return { from: ms, to: ms }
}

export function shifted({ from, to }: Span, byMs: number): Span {
  return { from: from + byMs, to: to + byMs }
}

export function contains({ from, to }: Span, ms: number): boolean {
  return from <= ms && ms <= to
}

/** Gives the same text for states that hold the same knowledge. */
export function keyOf({ leases, notes }: State): string {
  let key = ''
  for (const { takenBy, etag, started, expires, isFresh } of leases) {
    key += `;${takenBy} ${etag} ${textOf(started)} ${textOf(expires)} ${isFresh}`
  }
  for (const { id, etag, by, at, isSure, isPast } of notes) {
    key += `|${id} ${etag} ${by} ${textOf(at)} ${isSure} ${isPast}`
  }
  return key
}

function textOf({ from, to }: Span): string {
  return from === to ? String(from) : `${from}-${to}`
}
