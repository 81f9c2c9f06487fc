import type {
  Generation,
  HeartbeatResult,
  LeaseId,
  PlanView,
  StreamDescription,
  UserId,
} from '@streamgate/core'

/** A point of a run. All events have a step of their own, in their order; the virtual clock may stand still. */
export type Moment = { readonly step: number; readonly atMs: number }

/** Asks for a stream to run on. A `generation` is only ever named by a heartbeat. */
export type RunRequest = {
  readonly verb: 'start' | 'heartbeat'
  readonly user: UserId
  readonly id: LeaseId
  readonly stream: StreamDescription
  readonly plan?: string | undefined
  /** How many streams the plan allows. */
  readonly limit: number
  readonly replaces?: LeaseId | undefined
  readonly generation?: Generation | undefined
}

export type StopRequest = {
  readonly verb: 'stop'
  readonly user: UserId
  readonly id: LeaseId
  readonly generation?: Generation | undefined
}

export type UserRequest = { readonly verb: 'list' | 'erase'; readonly user: UserId }

export type Request = RunRequest | StopRequest | UserRequest

/** `failed`: the limiter rejected; whether it wrote is unknown where the code is `STORE_TIMED_OUT`. */
export type Answer =
  | HeartbeatResult
  | { readonly outcome: 'stopped'; readonly stopped: boolean }
  | ({ readonly outcome: 'listed' } & PlanView)
  | { readonly outcome: 'erased' }
  | { readonly outcome: 'failed'; readonly code: string }

/** One question and its answer, as the client saw them. */
export type Operation<Asked extends Request = Request> = {
  readonly number: number
  readonly client: number
  readonly request: Asked
  readonly invoked: Moment
  readonly answered: Moment
  readonly answer: Answer
  /** How far the clock of the limiter that was asked is ahead of the virtual clock. */
  readonly aheadMs: number
}

/** What was agreed before a run. */
export type Terms = {
  /** How long a lease runs; `null` where it never lapses. */
  readonly leaseMs: number | null
  /** How far two limiters' clocks may differ; no clock is further ahead. */
  readonly skewMs: number
  readonly heartbeatSeconds: number | null
  /** What the plans allow, by name; a request without a plan has the default. */
  readonly plans: ReadonlyMap<string, number>
  readonly defaultLimit: number
  /** The most that any request of a user may claim. */
  readonly mostOf: ReadonlyMap<UserId, number>
}

/** All that clients saw of one run, and all that the checker knows. */
export type History = {
  readonly terms: Terms
  readonly operations: readonly Operation[]
  /** Where the virtual clock was moved, and to what. */
  readonly clock: readonly Moment[]
  /** Where a call to the store, or its answer, was lost. */
  readonly losses: readonly Moment[]
}

/** When the operation was asked, by the clock of its limiter. */
export function askedAtMs({ invoked, aheadMs }: Operation): number {
  return invoked.atMs + aheadMs
}

/** The instant at which a lease must have ended to have lapsed for this answer. */
export function judgedAtMs({ answered, aheadMs }: Operation, { skewMs }: Terms): number {
  return answered.atMs + aheadMs - skewMs
}

/** Whether an operation asked for a stream to run on. */
export function isRun(operation: Operation): operation is Operation<RunRequest> {
  return operation.request.verb === 'start' || operation.request.verb === 'heartbeat'
}

/** Whether nobody knows what became of an operation: it was never carried out, or it was before it failed. */
export function isLost({ answer }: Operation): boolean {
  return answer.outcome === 'failed' && answer.code === 'STORE_TIMED_OUT'
}

/** Whether an operation can have changed what is held. */
export function mayHaveWritten(operation: Operation): boolean {
  const { answer } = operation
  switch (answer.outcome) {
    case 'admitted':
    case 'renewed':
    case 'erased':
      return true
    case 'stopped':
      return answer.stopped
    case 'failed':
      return isLost(operation) && operation.request.verb !== 'list'
    case 'denied':
    case 'evicted':
    case 'ended':
    case 'finished':
    case 'listed':
      return false
  }
}
