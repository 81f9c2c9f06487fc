import type {
  Degraded,
  DeviceRefusal,
  PoolRefusal,
  Generation,
  HeartbeatResult,
  LeaseId,
  PlanView,
  Policy,
  ReportFacts,
  StopResult,
  StreamDescription,
  StreamId,
  UserId,
} from '@streamgate/core'

/**
 * A point of a run. Every event has its own step, in order. The virtual clock may stand still
 * between steps.
 */
export type Moment = { readonly step: number; readonly atMs: number }

/** From a request to its answer. */
export type Span = { readonly invoked: Moment; readonly answered: Moment }

/** Asks to play a stream. Only a heartbeat names a `generation` or carries a `report`. */
export type RunRequest = {
  readonly verb: 'start' | 'heartbeat'
  readonly user: UserId
  readonly id: LeaseId
  readonly stream: StreamDescription
  readonly plan?: string | undefined
  readonly replaces?: LeaseId | undefined
  readonly generation?: Generation | undefined
  /** What a CMCD report says. A heartbeat that is not a report has none. */
  readonly report?: ReportFacts | undefined
}

/** A stop by the stream's own player, or by an operator. */
export type StopRequest = {
  readonly verb: 'stop'
  readonly user: UserId
  readonly id: LeaseId
  readonly generation?: Generation | undefined
  readonly byOperator?: { readonly reason?: string | undefined } | undefined
}

/** A player reports that its playback is over. */
export type PlayedOutRequest = {
  readonly verb: 'played-out'
  readonly user: UserId
  readonly id: LeaseId
  readonly report: ReportFacts
}

export type UserRequest = { readonly verb: 'list' | 'erase'; readonly user: UserId }

export type Request = RunRequest | StopRequest | PlayedOutRequest | UserRequest

/** A call that is about no user: a stream has finished, or a limiter reads which streams have. */
export type Errand = { readonly verb: 'finish'; readonly streamId: StreamId } | { readonly verb: 'refresh' }

/** `failed`: the limiter threw. With the code `STORE_TIMED_OUT` it may or may not have written. */
export type Answer =
  | Exclude<HeartbeatResult, Degraded | DeviceRefusal | PoolRefusal>
  | StopResult
  | ({ readonly outcome: 'listed' } & PlanView)
  | { readonly outcome: 'erased' }
  | { readonly outcome: 'failed'; readonly code: string }

/** One request and its answer, as the client saw them. */
export type Operation<Asked extends Request = Request> = Span & {
  readonly number: number
  readonly client: number
  readonly request: Asked
  readonly answer: Answer
  /** The limiter that was asked, and how far its clock is ahead of the virtual clock. */
  readonly limiter: number
  readonly aheadMs: number
}

/** An errand that was run. `untilMs` is when the note that the stream finished expires. */
export type ErrandRun = Span & {
  readonly errand: Errand
  readonly limiter: number
  readonly untilMs: number
  readonly isLost: boolean
}

/** From this step on, the limiter decides by this policy. */
export type PolicyChange = { readonly limiter: number; readonly step: number; readonly policy: Policy }

/** What is fixed before a run. */
export type Terms = {
  /** How far the clocks of two limiters may differ. No clock is further ahead. */
  readonly skewMs: number
  /**
   * Each user's place between 0 and 100. A plan is enforced for users below its `enforcePercent`.
   */
  readonly percentileOf: ReadonlyMap<UserId, number>
}

/** Everything that clients and operators saw of one run. The checker knows nothing else. */
export type History = {
  readonly terms: Terms
  readonly operations: readonly Operation[]
  readonly errands: readonly ErrandRun[]
  readonly policies: readonly PolicyChange[]
  /** When the virtual clock was moved, and to what. */
  readonly clock: readonly Moment[]
  /** When a call to the store, or its answer, was lost. */
  readonly losses: readonly Moment[]
}

/** When the operation was asked, by its limiter's clock. */
export function askedAtMs({ invoked, aheadMs }: Operation): number {
  return invoked.atMs + aheadMs
}

/** When the operation was answered, by its limiter's clock. */
export function answeredAtMs({ answered, aheadMs }: Operation): number {
  return answered.atMs + aheadMs
}

/** A lease that expires at this instant or earlier had certainly expired for this answer. */
export function judgedAtMs({ answered, aheadMs }: Operation, { skewMs }: Terms): number {
  return answered.atMs + aheadMs - skewMs
}

/** The earliest instant by which this answer can have been judged. */
export function judgedFromMs({ invoked, aheadMs }: Operation, { skewMs }: Terms): number {
  return invoked.atMs + aheadMs - skewMs
}

/** Whether the first was answered before the second was asked. Then only one order is possible. */
export function isBefore(one: Span, other: Span): boolean {
  return one.answered.step < other.invoked.step
}

/** Whether both were in flight at the same time. */
export function overlap(one: Span, other: Span): boolean {
  return one !== other && !isBefore(one, other) && !isBefore(other, one)
}

/** Whether an operation asked to play a stream. */
export function isRun(operation: Operation): operation is Operation<RunRequest> {
  return operation.request.verb === 'start' || operation.request.verb === 'heartbeat'
}

/** Whether an operation is a heartbeat. */
export function isHeartbeat(operation: Operation): operation is Operation<RunRequest> {
  return operation.request.verb === 'heartbeat'
}

/**
 * Whether the outcome of an operation is unknown. It failed, either before or after it was carried
 * out.
 */
export function isLost({ answer }: Operation): boolean {
  return answer.outcome === 'failed' && answer.code === 'STORE_TIMED_OUT'
}

/**
 * Whether an operation can have changed what is held. Any heartbeat may first renew a lease in
 * grace, whatever it is told in the end.
 */
export function mayHaveWritten(operation: Operation): boolean {
  const { answer, request } = operation
  switch (answer.outcome) {
    case 'admitted':
    case 'renewed':
    case 'erased':
    case 'stopped':
    case 'noted':
      return true
    case 'failed':
      return (isLost(operation) && request.verb !== 'list') || request.verb === 'heartbeat'
    case 'denied':
    case 'evicted':
    case 'ended':
    case 'outdated':
      return request.verb === 'heartbeat'
    case 'finished':
    case 'listed':
    case 'not-held':
    case 'ignored':
      return false
  }
}

/** Whether an operation can have ended other leases. */
export function mayHaveEnded(operation: Operation): boolean {
  return isLost(operation) || 'ends' in operation.answer
}
