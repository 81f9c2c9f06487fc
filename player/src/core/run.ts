/** One playback, from its start to its stop. */
import type { Answer, Waiting } from './call.ts'
import { heartbeatMs, leaseMs } from './answers.ts'
import type { Claim } from './host.ts'
import { newLatch, type Latch } from './latch.ts'
import type { StartResult } from './types.ts'

/** What a watch knows of the playback that is being started, or runs. */
export type Run = {
  /** Open: nothing is sent for it any more, except its stop. */
  readonly over: Latch
  /** Its pause between two attempts to start. */
  readonly waiting: Waiting
  /** The start, as the application sees it. Set before anything else happens. */
  started: Promise<StartResult>
  /** The last call of the start has its answer. It is not sent again after that. */
  asked: Promise<Answer>
  streamId?: string
  /** The address of its lease. */
  url: string
  /** It may hold a slot, which has to be freed. */
  mayHold?: boolean
  /** Another page of this device has taken over its slot. */
  isTaken?: boolean
  etag?: string | undefined
  /** From one heartbeat to the next. `null`: none are wanted. */
  waitMs?: number | null
  calledAtMs: number
  isCalling?: boolean
  failures: number
  /** When the lease was last renewed, and how long it surely lasts from then. */
  heldAtMs: number
  leaseMs: number
  /** The query of the stop that a page may send without a token. Empty if it needs none. */
  stopQuery?: string
  timer?: unknown
  unlisten?: (() => void) | undefined
  claim?: Claim | undefined
}

/** A playback of which nothing was sent yet. */
export function newRun(): Run {
  return { over: newLatch(), waiting: {}, calledAtMs: 0, failures: 0, heldAtMs: 0, leaseMs: 0 } as Run
}

/** Takes over what a start or a heartbeat that succeeded answers. */
export function noteHeld(run: Run, answer: Answer): void {
  run.failures = 0
  run.etag = answer.etag
  run.waitMs = heartbeatMs(answer)
  run.heldAtMs = run.calledAtMs
  const { stopUrl } = answer.body
  if (stopUrl) run.stopQuery = String(stopUrl).replace(/^[^?]*/, '')
  if (answer.status === 201) run.leaseMs = leaseMs(answer)
  if (answer.body['graceUntil']) run.leaseMs = 0
}

/**
 * The tag for `If-Match`, as long as the lease is surely held. After that its heartbeat asks to be
 * admitted again, which one with `If-Match` never is.
 */
export function sureTag({ etag, heldAtMs, leaseMs: lengthMs }: Run, nowMs: number): string | undefined {
  const heldMs = nowMs - heldAtMs
  return heldMs >= 0 && heldMs < lengthMs ? etag : undefined
}
