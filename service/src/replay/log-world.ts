import { deniesAsMissing, isInTheWay, type LeaseId } from '@streamgate/core'
import type { LoggedCall, LoggedDecision } from '../telemetry/decision-reader.ts'

/** A call with its instants. */
export type TimedCall = LoggedCall & Pick<LoggedDecision, 'arrivedAtMs' | 'atMs'>

/** A stream that runs according to the log, and when it was last heard of. */
type Running = Pick<LoggedCall, 'stream' | 'isIgnored'> & { readonly heardAtMs: number }

/** No lease is shorter, so a stream heard of since then has not expired. */
const LEASE_MS_MIN = 1000

/**
 * What runs for one user according to the log alone, under any policy: streams that were admitted,
 * and not stopped, ended for another, or refused since. The log does not say what has expired. That
 * follows from how many are said to run.
 */
export class LogWorld {
  readonly #running: ReadonlyMap<LeaseId, Running>
  /** Streams that must exist and that the log has not mentioned. */
  readonly #untold: number

  constructor(running: ReadonlyMap<LeaseId, Running> = new Map(), untold = 0) {
    this.#running = running
    this.#untold = untold
  }

  /** Whether nothing runs, as far as is known. */
  get isEmpty(): boolean {
    return this.#running.size === 0 && this.#untold === 0
  }

  /**
   * Whether it is odd that this start was refused here: a stream that it would replace runs, or one
   * of its own device, whose slot it may take under many plans.
   */
  isOddlyRefused({ verb, outcome, replaces, leaseId, stream: { deviceId } }: LoggedCall): boolean {
    if (verb !== 'start' || outcome !== 'denied') return false
    return [...this.#running].some(
      ([id, { stream }]) =>
        id !== leaseId &&
        ([replaces].flat().includes(id) || (deviceId !== undefined && stream.deviceId === deviceId)),
    )
  }

  /**
   * Whether this call can have had its outcome here. Returns the world after it, or the best guess.
   */
  after(call: TimedCall): { readonly isExplained: boolean; readonly world: LogWorld } {
    const running = new Map(this.#running)
    const held = running.get(call.leaseId)
    const mayHaveLapsed = held === undefined || held.heardAtMs <= call.arrivedAtMs - LEASE_MS_MIN
    let isExplained = true
    for (const id of call.ends) isExplained = running.delete(id) && isExplained
    switch (call.outcome) {
      case 'admitted':
      case 'renewed': {
        if (call.outcome === 'admitted' && !mayHaveLapsed) isExplained = false
        if (call.outcome === 'renewed' && held === undefined) isExplained = false
        const { stream, isIgnored } = held ?? call
        running.set(call.leaseId, { stream, isIgnored, heardAtMs: call.atMs })
        break
      }
      case 'stopped':
        if (!running.delete(call.leaseId)) isExplained = false
        break
      case 'not-held':
        if (held !== undefined && !call.hasIfMatch) isExplained = false
        break
      case 'evicted':
        if (held !== undefined) isExplained = false
        break
      default:
        running.delete(call.leaseId)
    }
    return this.#counted(running, call, isExplained)
  }

  /** Adjusts what runs to how many run according to the call. */
  #counted(
    running: Map<LeaseId, Running>,
    call: TimedCall,
    isExplained: boolean,
  ): { readonly isExplained: boolean; readonly world: LogWorld } {
    const isCounting = call.rule === undefined || !deniesAsMissing(call.rule, call.stream)
    if (call.active === undefined || !isCounting)
      return { isExplained, world: new LogWorld(running, this.#untold) }
    const oldestFirst = [...running]
      .filter(([, stream]) => isAmongActive(stream, call))
      .toSorted(([, one], [, other]) => one.heardAtMs - other.heardAtMs)
    const surplus = oldestFirst.length + this.#untold - call.active
    let isRight = isExplained && surplus >= 0
    for (const [id, { heardAtMs }] of oldestFirst.slice(0, Math.max(0, surplus - this.#untold))) {
      if (heardAtMs > call.arrivedAtMs - LEASE_MS_MIN) isRight = false
      running.delete(id)
    }
    const untold = surplus < 0 ? this.#untold - surplus : Math.max(0, this.#untold - Math.max(0, surplus))
    return { isExplained: isRight && surplus <= oldestFirst.length, world: new LogWorld(running, untold) }
  }
}

/** Whether a running stream is one of those that a call's `active` counts. */
function isAmongActive(running: Running, { rule, stream, outcome }: LoggedCall): boolean {
  if (running.isIgnored) return false
  if (outcome !== 'denied' || rule === undefined) return true
  return isInTheWay(rule, running.stream, stream)
}
