/**
 * A plan as values: what it counts, how much may run at once, and what happens when that is
 * reached.
 */

/**
 * The most streams that a limit can grant. Beyond a thousand the whole roster no longer fits into
 * one record everywhere.
 */
export const LIMIT_MAX = 1000

/**
 * What a member of a stream must be: this text, one of several, or none of some. A stream that
 * lacks the member is none of them.
 */
export type WantedValues =
  | string
  | readonly string[]
  | { readonly in: readonly string[] }
  | { readonly not: string | readonly string[] }

/** What the attributes of a stream must be, by the names of attributes. All of them apply. */
export type StreamFilter = Readonly<Record<string, WantedValues>>

/**
 * How many slots a user has: for all streams, for those that `deviceType` and `where` describe, or,
 * with `per`, for each value of an attribute separately.
 *
 * A stream uses one slot. With `distinct` all streams of one value share a slot, and a stream that
 * lacks the attribute has its own. Filters and `per` do not count a stream that lacks their
 * attribute, unless a filter asks for what it is not.
 */
export type Limit = {
  readonly max: number
  /** Short for a `where` with only this attribute. */
  readonly deviceType?: WantedValues
  readonly where?: StreamFilter
  /** The name of an attribute, each value of which has the limit for itself. */
  readonly per?: string
  /** The name of an attribute, each value of which takes one slot. */
  readonly distinct?: string
  /** A start that lacks the attribute of `per` or `distinct` is denied. */
  readonly missing?: 'deny'
}

/**
 * `evict-oldest` ends the stream that started first, `evict-idle` the one whose last heartbeat is
 * oldest.
 */
export type WhenFull = 'deny' | 'evict-oldest' | 'evict-idle'

/** A grace window: so many more streams, for so long, once the limit is reached. */
export type Grace = { readonly streams: number; readonly windowMs: number }

/** How often a user may register a device: `max` times in any window of this length. */
export type DeviceChanges = { readonly max: number; readonly windowMs: number }

/** How many devices a user may register. A start on another device is denied. */
export type DeviceRule = {
  readonly max: number
  readonly changes: DeviceChanges | null
  /** Streams whose devices need not be registered. */
  readonly exempt: readonly StreamFilter[]
  /**
   * `replace-least-recent` removes the device that was used longest ago, unless a stream runs on
   * it.
   */
  readonly whenFull: 'deny' | 'replace-least-recent'
  /** Whether streams without a device may run, because the plan is only on trial. */
  readonly isOptional?: boolean
}

/** A named set of limits, which apply all at once, and what happens when one is reached. */
export type Plan = {
  readonly name: string
  /** At least one. */
  readonly limits: readonly Limit[]
  readonly whenFull: WhenFull
  /** Whether a device's new stream takes the slot of its own former one. */
  readonly sameDeviceReplaces: boolean
  /** Streams that do not count, such as trailers. */
  readonly ignore: readonly StreamFilter[]
  readonly grace: Grace | null
  /** `null` if devices are not registered. */
  readonly devices: DeviceRule | null
  /**
   * The share of users for whom the limits are enforced. For the others decisions are only logged.
   */
  readonly enforcePercent: number
  /** A plan whose decision is computed and logged, and changes nothing. */
  readonly shadow: Plan | null
}

/**
 * A plan of one limit on all streams, denied when full. A device's new stream replaces its former
 * one.
 */
export function planOfOneLimit(name: string, max: number): Plan {
  return {
    name,
    limits: [{ max }],
    whenFull: 'deny',
    sameDeviceReplaces: true,
    ignore: [],
    grace: null,
    devices: null,
    enforcePercent: 100,
    shadow: null,
  }
}
