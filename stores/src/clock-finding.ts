import type { StoreFinding } from './store-findings.ts'

/** A look at another machine's clock, in milliseconds. */
export type ClockLook = {
  /** This machine's clock before and after it asked. */
  readonly beforeMs: number
  readonly afterMs: number
  /** The other clock meanwhile. */
  readonly theirMs: number
  /** How coarse its answer is: the true time may be so much later. */
  readonly coarseMs: number
  /** How far clocks of processes may differ. */
  readonly skewMaxMs: number
}

/** How far this machine's clock is from the one of the store's server. */
export function clockFinding({ beforeMs, afterMs, theirMs, coarseMs, skewMaxMs }: ClockLook): StoreFinding {
  const check = 'clock'
  // The other clock is known to lie in a range. What is inside is agreement.
  const behindMs = theirMs - afterMs
  const aheadMs = beforeMs - (theirMs + coarseMs)
  const skewMs = Math.max(behindMs, aheadMs, 0)
  const direction = behindMs > 0 ? 'behind' : 'ahead of'
  const found =
    skewMs === 0
      ? `it agrees with the store's server to ${Math.ceil(afterMs - beforeMs + coarseMs)} ms`
      : `it is at least ${Math.ceil(skewMs)} ms ${direction} the store's server`
  const todo = `synchronise it (NTP): processes whose clocks differ by more than ${skewMaxMs} ms end each other's leases too early or too late`
  if (skewMs > skewMaxMs) return { check, state: 'fault', found, todo }
  return skewMs > skewMaxMs / 2 ? { check, state: 'warning', found, todo } : { check, state: 'ok', found }
}
