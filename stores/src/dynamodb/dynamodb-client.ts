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
export const REQUEST_TIMEOUT_MS = 500

/**
 * One retry is enough for a stale connection or a lost packet. More would only add to an overload.
 */
export const ATTEMPTS_MAX = 2

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
