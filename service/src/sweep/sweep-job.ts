/** What a sweep is asked to do, and what it reports. */

/**
 * A part of all users that has not been completely walked: from after `cursor`, or from its
 * beginning.
 */
export type SegmentLeft = { readonly index: number; readonly cursor?: string }

/** How to sweep. */
export type SweepOptions = {
  /** The most users to look at in a second, over all segments. */
  readonly rate: number
  /** The most read capacity to spend in a second, over all segments, if the store reports it. */
  readonly readCapacity?: number | undefined
  /** In how many parts all users are walked. */
  readonly segments: number
  /** What is left of an earlier sweep, in this order. If absent, everything. */
  readonly left?: readonly SegmentLeft[] | undefined
  /** How many segments are walked at once. If absent, all. */
  readonly inParallel?: number | undefined
  /** Says what it would do, and writes nothing. */
  readonly isDryRun?: boolean | undefined
  /** Raised to stop after the current pages. */
  readonly signal?: AbortSignal | undefined
  /** Gets each page once it is done. */
  readonly onPage?: ((progress: SweepProgress) => void) | undefined
}

/** The tally of a sweep so far. In a dry run, what it would be. */
export type SweepTally = {
  readonly usersSeen: number
  /** Their leases that counted when they were read. */
  readonly leasesLive: number
  readonly leasesLapsed: number
  readonly leasesFinished: number
  readonly notesOutdated: number
  readonly usersRemoved: number
  /** Writes that were refused because of another write in between. */
  readonly writesRefused: number
}

/** A tally on the way. */
export type SweepProgress = {
  readonly tally: SweepTally
  readonly left: readonly SegmentLeft[]
  /** About how many users the store holds, if it knows. */
  readonly usersAbout: number | undefined
}

/** How a sweep ended, its tally, and what it left for another. */
export type SweepReport = {
  readonly outcome: 'finished' | 'interrupted' | 'failed'
  readonly tally: SweepTally
  readonly seconds: number
  readonly left: readonly SegmentLeft[]
  /** Why it failed: the error with which the store kept rejecting. */
  readonly failure?: unknown
  /**
   * Why it could not learn which streams have finished. Leases of those it did not know of stay.
   */
  readonly finishedFailure?: unknown
}

/** A sweep that has done nothing yet. */
export const EMPTY_TALLY = {
  usersSeen: 0,
  leasesLive: 0,
  leasesLapsed: 0,
  leasesFinished: 0,
  notesOutdated: 0,
  usersRemoved: 0,
  writesRefused: 0,
} satisfies SweepTally

/** Every segment from its beginning. */
export function wholeOf(segments: number): readonly SegmentLeft[] {
  return Array.from({ length: segments }, (_, index) => ({ index }))
}
