/** Handwritten histories, under one plan of two streams. */
import {
  planOfOneLimit,
  type Generation,
  type Lease,
  type LeaseId,
  type Policy,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { check } from './checker.ts'
import type { Answer, History, Operation, Request, RunRequest } from '../history.ts'

export const USER = 'user' as UserId
const LEASE_MS = 100
const PAIR = planOfOneLimit('pair', 2)
const PACE = { leaseMs: LEASE_MS, heartbeatSeconds: null }
const POLICY: Policy = {
  paces: { whenRoom: PACE, whenFull: PACE },
  defaultPlan: PAIR,
  plans: new Map([[PAIR.name, PAIR]]),
}

/** The answer of an operation whose call was lost. */
export const LOST: Answer = { outcome: 'failed', code: 'STORE_TIMED_OUT' }

export type Line = {
  readonly request: Request
  readonly from: number
  readonly to: number
  readonly answer: Answer
}

/**
 * A history of these operations under a limit of 2. Each instant is at least 2 steps long, so that
 * each answer follows its request.
 */
export function historyOf(lines: readonly Line[]): History {
  const operations = lines.map(({ request, from, to, answer }, index): Operation => {
    const invoked = { step: from * 100 + index * 2 + 1, atMs: from }
    const answered = { step: to * 100 + index * 2 + 2, atMs: to }
    return { number: index + 1, client: 0, request, invoked, answered, answer, limiter: 0, aheadMs: 0 }
  })
  const instants = new Set([...lines.flatMap(({ from, to }) => [from, to]), 1_000_000])
  return {
    terms: { skewMs: 0, percentileOf: new Map() },
    operations,
    errands: [],
    policies: [{ limiter: 0, step: 0, policy: POLICY }],
    clock: [...instants].map((atMs) => ({ step: atMs * 100, atMs })),
    losses: operations
      .filter(({ answer }) => answer === LOST)
      .map(({ answered }) => ({ ...answered, step: answered.step - 0.5 })),
  }
}

export function rulesBrokenBy(history: History): readonly string[] {
  return check(history).map(({ rule }) => rule)
}

export function start(streamId: string): RunRequest {
  const stream = { streamId: streamId as StreamId }
  return { verb: 'start', user: USER, id: streamId as LeaseId, stream }
}

export function leaseOf(streamId: string, startedAtMs: number): Lease {
  return {
    id: streamId as LeaseId,
    streamId: streamId as StreamId,
    startedAtMs,
    renewedAtMs: startedAtMs,
    expiresAtMs: startedAtMs + LEASE_MS,
    generation: `g of ${streamId} at ${startedAtMs}` as Generation,
  }
}

export function granted(lease: Lease, live: readonly Lease[]): Answer {
  return { ...viewOf(live), outcome: 'admitted', lease, heartbeatSeconds: null, ends: [], lapsed: [] }
}

export function denied(holders: readonly Lease[], retryAfterMs: number): Answer {
  return { outcome: 'denied', plan: 'pair', limit: { max: 2 }, holders, makesRoom: [], retryAfterMs }
}

export function listed(live: readonly Lease[]): Answer {
  return { ...viewOf(live), outcome: 'listed' }
}

function viewOf(live: readonly Lease[]) {
  return { plan: 'pair', limit: { max: 2 }, live, counted: live, ignored: [] }
}
