/**
 * Why the limiter could not decide: the closed set of failures. A denial is a decision and not one
 * of them.
 */
export type LimiterErrorCode =
  /** The store's engine failed. The cause is the driver's own error. */
  | 'STORE_UNAVAILABLE'
  /** The store did not answer within its time limit. It may or may not have written. */
  | 'STORE_TIMED_OUT'
  /** Others kept writing the same roster. The attempts are used up, and nothing was written. */
  | 'STORE_CONTENDED'
  /** The store was used after `close()`. */
  | 'STORE_CLOSED'
  /** The start names a plan that the policy does not hold. */
  | 'PLAN_UNKNOWN'
  /** The request names a tenant that the policy does not hold. */
  | 'TENANT_UNKNOWN'
  /** The plan registers devices, and the stream names none. */
  | 'DEVICE_REQUIRED'

/** A failure with its code for programs, its facts as fields, and its cause for the log alone. */
export class LimiterError extends Error {
  override readonly name = 'LimiterError'
  readonly code: LimiterErrorCode
  readonly facts: Readonly<Record<string, string | number>>

  constructor(
    code: LimiterErrorCode,
    message: string,
    options: { cause?: unknown; facts?: Readonly<Record<string, string | number>> } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.facts = options.facts ?? {}
  }
}

/** Whether a decision was given up because other writes for the same user kept coming first. */
export function isContention(error: unknown): error is LimiterError {
  return error instanceof LimiterError && error.code === 'STORE_CONTENDED'
}

/** Whether the store's engine failed, or did not answer in time. */
export function isStoreFailure(error: unknown): error is LimiterError {
  if (!(error instanceof LimiterError)) return false
  return error.code === 'STORE_UNAVAILABLE' || error.code === 'STORE_TIMED_OUT'
}
