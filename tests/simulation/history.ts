import type {
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

/** A point of a run. All events have a step of their own, in their order; the virtual clock may stand still. */
export type Moment = { readonly step: number; readonly atMs: number }

/** From a question to its answer. */
export type Span = { readonly invoked: Moment; readonly answered: Moment }

/** Asks for a stream to run on. Only a heartbeat ever names a `generation`, or has a `report`. */
export type RunRequest = {
  readonly verb: 'start' | 'heartbeat'
  readonly user: UserId
  readonly id: LeaseId
  readonly stream: StreamDescription
  readonly plan?: string | undefined
  readonly replaces?: LeaseId | undefined
  readonly generation?: Generation | undefined
  /** What a CMCD report tells beside; a heartbeat of another kind has none. */
  readonly report?: ReportFacts | undefined
}

/** Its own player ends a stream, or an operator. */
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

/** What concerns no user: a stream has finished; a limiter hears which have. */
export type Errand = { readonly verb: 'finish'; readonly streamId: StreamId } | { readonly verb: 'refresh' }

/** `failed`: the limiter rejected; whether it wrote is unknown where the code is `STORE_TIMED_OUT`. */
export type Answer =
  | HeartbeatResult
  | StopResult
  | ({ readonly outcome: 'listed' } & PlanView)
  | { readonly outcome: 'erased' }
  | { readonly outcome: 'failed'; readonly code: string }

/** One question and its answer, as the client saw them. */
export type Operation<Asked extends Request = Request> = Span & {
  readonly number: number
  readonly client: number
  readonly request: Asked
  readonly answer: Answer
  /** Which limiter was asked, and how far its clock is ahead of the virtual clock. */
  readonly limiter: number
  readonly aheadMs: number
}

/** An errand that was run; `untilMs` is the end of the note that a stream has finished. */
export type ErrandRun = Span & {
  readonly errand: Errand
  readonly limiter: number
  readonly untilMs: number
  readonly isLost: boolean
}

/** From this step on the limiter decides by this policy. */
export type PolicyChange = { readonly limiter: number; readonly step: number; readonly policy: Policy }

/** What was agreed before a run. */
export type Terms = {
  /** How far two limiters' clocks may differ; no clock is further ahead. */
  readonly skewMs: number
  /** Where each user stands between 0 and 100; the limits hold below the share that a plan enforces. */
  readonly percentileOf: ReadonlyMap<UserId, number>
}

/** All that clients and operators saw of one run, and all that the checker knows. */
export type History = {
  readonly terms: Terms
  readonly operations: readonly Operation[]
  readonly errands: readonly ErrandRun[]
  readonly policies: readonly PolicyChange[]
  /** Where the virtual clock was moved, and to what. */
  readonly clock: readonly Moment[]
  /** Where a call to the store, or its answer, was lost. */
  readonly losses: readonly Moment[]
}

/** When the operation was asked, by the clock of its limiter. */
export function askedAtMs({ invoked, aheadMs }: Operation): number {
  return invoked.atMs + aheadMs
}

/** When it was answered, by that clock. */
export function answeredAtMs({ answered, aheadMs }: Operation): number {
  return answered.atMs + aheadMs
}

/** The instant at which a lease must have ended to have lapsed for this answer. */
export function judgedAtMs({ answered, aheadMs }: Operation, { skewMs }: Terms): number {
  return answered.atMs + aheadMs - skewMs
}

/** The earliest instant that can have been judged for this answer. */
export function judgedFromMs({ invoked, aheadMs }: Operation, { skewMs }: Terms): number {
  return invoked.atMs + aheadMs - skewMs
}

/** Whether the first was answered before the second was asked, so that no order can have them the other way. */
export function isBefore(one: Span, other: Span): boolean {
  return one.answered.step < other.invoked.step
}

/** Whether the two were under way at the same time. */
export function overlap(one: Span, other: Span): boolean {
  return one !== other && !isBefore(one, other) && !isBefore(other, one)
}

/** Whether an operation asked for a stream to run on. */
export function isRun(operation: Operation): operation is Operation<RunRequest> {
  return operation.request.verb === 'start' || operation.request.verb === 'heartbeat'
}

/** Whether an operation was a player going on. */
export function isHeartbeat(operation: Operation): operation is Operation<RunRequest> {
  return operation.request.verb === 'heartbeat'
}

/** Whether nobody knows what became of an operation: it was never carried out, or it was before it failed. */
export function isLost({ answer }: Operation): boolean {
  return answer.outcome === 'failed' && answer.code === 'STORE_TIMED_OUT'
}

/**
 * Whether an operation can have changed what is held. Whatever a heartbeat is told in the end, it may have
 * renewed a lease in grace at first.
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

/** Whether an operation can have taken the place of others. */
export function mayHaveEnded(operation: Operation): boolean {
  return isLost(operation) || 'ends' in operation.answer
}
