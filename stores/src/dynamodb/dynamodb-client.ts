import { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** The address of DynamoDB, and how long to wait for it. */
export type DynamoDbClientOptions = {
  /** An address other than the Region's own: an emulator, a VPC endpoint. */
  readonly endpoint?: string
  /** The AWS Region. If absent, the SDK looks for it in its usual places. */
  readonly region?: string
  /**
   * The longest wait for a connection, for an answer to begin, and for it to continue. The default
   * is 500 ms.
   */
  readonly requestTimeoutMs?: number
  /** How often a request is sent before it fails. The default is 2. */
  readonly maxAttempts?: number
}

/**
 * Ten times the slowest answer of a healthy DynamoDB, and enough for the handshake of a cold start.
 */
const REQUEST_TIMEOUT_MS = 500

/**
 * One retry is enough for a stale connection or a lost packet. More would only add to an overload.
 */
const ATTEMPTS_MAX = 2

/**
 * How long waits may extend a call: the SDK's longest wait after a first throttling is 1 s, and
 * after another failure 50 ms.
 */
const WAITS_MS = 1_000

/** The longest time that a call with these options can take, in milliseconds. */
export function callLimitMs(options: DynamoDbClientOptions): number {
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, maxAttempts = ATTEMPTS_MAX } = options
  return maxAttempts * requestTimeoutMs + WAITS_MS
}

/**
 * The SDK's client with limits that it lacks by default: it waits for an answer for five minutes
 * and makes four attempts. Credentials come from the SDK's usual places.
 */
export function makeDynamoDbClient(options: DynamoDbClientOptions = {}): DynamoDBClient {
  const { endpoint, region, requestTimeoutMs = REQUEST_TIMEOUT_MS, maxAttempts = ATTEMPTS_MAX } = options
  return new DynamoDBClient({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    maxAttempts,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      socketTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  })
}

/**
 * Looks for the Region in the SDK's usual places. Sends nothing.
 *
 * @throws {Error} if there is none, with what to set.
 */
export async function assertRegion(client: DynamoDBClient): Promise<void> {
  try {
    await client.config.region()
  } catch (cause) {
    throw new Error('no AWS Region is set: set AWS_REGION', { cause })
  }
}
