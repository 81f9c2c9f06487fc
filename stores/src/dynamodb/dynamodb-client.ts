import { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** Where DynamoDB is and how long it is waited for. */
export type DynamoDbClientOptions = {
  /** Another address than the Region's own: an emulator, a VPC endpoint. */
  readonly endpoint?: string
  /** The AWS Region; where absent, the SDK looks for it in its usual places. */
  readonly region?: string
  /** The longest wait for a connection, for an answer to begin, and for it to go on; 500 ms by default. */
  readonly requestTimeoutMs?: number
  /** How often a request is sent before it is given up; 2 by default. */
  readonly maxAttempts?: number
}

/**
 * Ten times the slowest answer that DynamoDB gives when it is well, and enough for the handshake of a
 * cold start.
 */
export const REQUEST_TIMEOUT_MS = 500

/** One repetition mends a connection that went stale or a lost packet; more only adds to what overloads. */
export const ATTEMPTS_MAX = 2

/**
 * The SDK's client with the limits that it has not by itself: by default it waits for an answer for five
 * minutes and makes four attempts. Credentials come from the SDK's usual places.
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
