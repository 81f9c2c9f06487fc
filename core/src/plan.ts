/**
 * A plan as values: what it counts, how much may run at once, and what happens when that is reached.
 */

/** Most streams a limit can grant: beyond a thousand the whole roster no longer fits in one record everywhere. */
export const LIMIT_MAX = 1000

/** Members of a stream that a rule may ask for. A list means: any of these. */
export type StreamFilter = {
  readonly deviceType?: string | readonly string[]
  readonly deviceId?: string | readonly string[]
  readonly contentId?: string | readonly string[]
}

/** What a limit may be counted by: each device, or each content, then has the limit for itself. */
export type LimitKey = 'deviceId' | 'contentId'

/**
 * How many streams a user may have at once: of all, of those that `deviceType` and `where` describe, or,
 * with `per`, of each device or content by itself. A stream that lacks the member is not counted by such a limit.
 */
export type Limit = {
  readonly max: number
  /** Short for a `where` of this alone. */
  readonly deviceType?: string | readonly string[]
  readonly where?: StreamFilter
  readonly per?: LimitKey
}

/** `evict-oldest` ends the stream that started first, `evict-idle` the one least recently heard of. */
export type WhenFull = 'deny' | 'evict-oldest' | 'evict-idle'

/** An overage window: so many streams more, for so long, once the limit is reached. */
export type Grace = { readonly streams: number; readonly windowMs: number }

/** A named set of limits, which hold all at once, and what happens when one is reached. */
export type Plan = {
  readonly name: string
  /** At least one. */
  readonly limits: readonly Limit[]
  readonly whenFull: WhenFull
  /** Whether a device's new stream takes the place of its own former one. */
  readonly sameDeviceReplaces: boolean
  /** Streams that do not count, such as trailers. */
  readonly ignore: readonly StreamFilter[]
  readonly grace: Grace | null
  /** The share of users for whom the limits hold; the others are only told of in the log. */
  readonly enforcePercent: number
  /** A plan whose decision is computed and told of, and changes nothing. */
  readonly shadow: Plan | null
}

/** A plan of one limit on all streams, denied when full; a device's new stream replaces its former one. */
export function planOfOneLimit(name: string, max: number): Plan {
  return {
    name,
    limits: [{ max }],
    whenFull: 'deny',
    sameDeviceReplaces: true,
    ignore: [],
    grace: null,
    enforcePercent: 100,
    shadow: null,
  }
}
