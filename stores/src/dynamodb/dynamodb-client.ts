/**
 * A client for the few operations that the store uses, made of the parts of the AWS SDK: it signs,
 * sends, retries and finds credentials as the SDK does.
 *
 * The SDK's own client also checks each member of a request and an answer against a schema, and
 * works out an address for every call. That took most of the time of a call, and of a cold start.
 */
import { HttpRequest } from '@smithy/core/protocols'
import { Sha256 } from '@smithy/core/checksum'
import {
  isClockSkewError,
  isServerError,
  isThrottlingError,
  isTransientError,
  StandardRetryStrategy,
} from '@smithy/core/retry'
import { NodeHttpHandler, streamCollector } from '@smithy/node-http-handler'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsCredentialIdentityProvider, HttpResponse, RetryErrorType, SdkError } from '@smithy/types'
import { defaultCredentials, targetOf, type Target } from './client-config.ts'
import { DynamoDbError, type ErrorBody } from './dynamodb-error.ts'
import type { Operations } from './operations.ts'

/** The address of DynamoDB, and how long to wait for it. */
export type DynamoDbClientOptions = {
  /** An address other than the Region's own: an emulator, a VPC endpoint. */
  readonly endpoint?: string
  /** The AWS Region. If absent, it is looked for in the SDK's usual places. */
  readonly region?: string
  /** Finds credentials. If absent, they come from the SDK's usual places. */
  readonly credentials?: AwsCredentialIdentityProvider
  /**
   * The longest wait for a connection, for an answer to begin, and for it to continue. The default
   * is 500 ms.
   */
  readonly requestTimeoutMs?: number
  /** How often a request is sent before it fails. The default is 2. */
  readonly maxAttempts?: number
}

/** An operation's answer, and how often its request was sent. */
export type Answer<Output> = { readonly output: Output; readonly attempts: number }

/**
 * Ten times the slowest answer of a healthy DynamoDB, and enough for the handshake of a cold start.
 */
const REQUEST_TIMEOUT_MS = 500

/**
 * One retry is enough for a stale connection or a lost packet. More would only add to an overload.
 */
const ATTEMPTS_MAX = 2

/**
 * How long waits may extend a call: the longest wait after a first throttling is 1 s, and after
 * another failure 50 ms.
 */
const WAITS_MS = 1_000

/** A clock that is wrong by more than this makes signatures invalid. */
const CLOCK_SKEW_MS = 300_000

const VERSION = 'DynamoDB_20120810'

/** The longest time that a call with these options can take, in milliseconds. */
export function callLimitMs(options: DynamoDbClientOptions): number {
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, maxAttempts = ATTEMPTS_MAX } = options
  return maxAttempts * requestTimeoutMs + WAITS_MS
}

/** Sends requests, any number at once. */
export class DynamoDbClient {
  readonly #options: DynamoDbClientOptions
  readonly #handler: NodeHttpHandler
  readonly #retries: StandardRetryStrategy
  #ready: Promise<{ readonly target: Target; readonly signer: SignatureV4 }> | undefined
  /** The `Date` of the last answer. */
  lastDate: string | undefined
  /** What DynamoDB's clock showed, and ours, when a signature was refused for its time. */
  #clock: { readonly theirMs: number; readonly atMs: number } | undefined

  /** Sends nothing yet. */
  constructor(options: DynamoDbClientOptions = {}) {
    const { requestTimeoutMs = REQUEST_TIMEOUT_MS, maxAttempts = ATTEMPTS_MAX } = options
    this.#options = options
    this.#retries = new StandardRetryStrategy(maxAttempts)
    this.#handler = new NodeHttpHandler({
      connectionTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      socketTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    })
  }

  /** @throws {Error} if no Region is set, with what to set. Sends nothing. */
  async assertRegion(): Promise<void> {
    await this.#prepared()
  }

  /**
   * Carries out an operation. A request that is throttled, or fails on the way, is sent again.
   *
   * @throws {DynamoDbError} for an answer that is an error.
   * @throws {Error} if there is no answer, no Region or no credential, or once the signal is
   *   raised.
   */
  async send<Name extends keyof Operations>(
    operation: Name,
    input: Operations[Name]['input'],
    signal: AbortSignal,
  ): Promise<Answer<Operations[Name]['output']>> {
    const body = JSON.stringify(input)
    let token = await this.#retries.acquireInitialRetryToken('')
    for (;;) {
      const attempts = token.getRetryCount() + 1
      try {
        const output = (await this.#attempt(operation, body, signal)) as Operations[Name]['output']
        this.#retries.recordSuccess(token)
        return { output, attempts }
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error))
        if (failure instanceof DynamoDbError) failure.attempts = attempts
        const refreshed = this.#retries.refreshRetryTokenForRetry(token, { errorType: errorTypeOf(failure) })
        token = await refreshed.catch(() => {
          throw failure
        })
        signal.throwIfAborted()
      }
    }
  }

  /** Closes idle connections. */
  destroy(): void {
    this.#handler.destroy()
  }

  async #attempt(operation: string, body: string, signal: AbortSignal): Promise<unknown> {
    const { target, signer } = await this.#prepared()
    const clock = this.#clock
    const request = await signer.sign(
      requestOf(target, operation, body),
      clock && { signingDate: new Date(clock.theirMs + performance.now() - clock.atMs) },
    )
    const { response } = await this.#handler.handle(request as HttpRequest, { abortSignal: signal })
    this.lastDate = response.headers['date']
    const text = Buffer.from(await streamCollector(response.body)).toString('utf8')
    if (response.statusCode === 200) return JSON.parse(text)
    throw this.#errorIn(response, text, request.headers['x-amz-date'] ?? '')
  }

  #errorIn(response: HttpResponse, text: string, signedAt: string): DynamoDbError {
    const error = new DynamoDbError(response, bodyIn(text))
    const theirMs = Date.parse(response.headers['date'] ?? '')
    const isSkewed = Math.abs(theirMs - instantOf(signedAt)) >= CLOCK_SKEW_MS
    if (isSkewed && isClockSkewError(error as SdkError)) {
      this.#clock = { theirMs, atMs: performance.now() }
      error.$metadata.clockSkewCorrected = true
    }
    return error
  }

  /** Found once. A search that failed is repeated by the next call. */
  #prepared(): Promise<{ readonly target: Target; readonly signer: SignatureV4 }> {
    this.#ready ??= this.#prepare().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  async #prepare() {
    const { credentials = defaultCredentials() } = this.#options
    const target = await targetOf(this.#options)
    const signer = new SignatureV4({
      credentials,
      region: target.region,
      service: 'dynamodb',
      sha256: Sha256,
    })
    return { target, signer }
  }
}

function requestOf({ url }: Target, operation: string, body: string): HttpRequest {
  const { protocol, hostname, port, host, pathname } = url
  return new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    ...(port !== '' && { port: Number(port) }),
    path: pathname,
    headers: {
      host,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `${VERSION}.${operation}`,
    },
    body,
  })
}

/** The instant of `20261126T130000Z`. */
function instantOf(basic: string): number {
  return Date.parse(basic.replace(/^(.{4})(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
}

/** Its type is in the member `__type`. An answer that is no JSON has no members. */
function bodyIn(text: string): ErrorBody {
  try {
    const { __type: type, ...body } = JSON.parse(text) as ErrorBody & { readonly __type?: string }
    return { ...body, ...(type !== undefined && { type }) }
  } catch {
    return {}
  }
}

function errorTypeOf(error: Error): RetryErrorType {
  const failure = error as SdkError
  if (isThrottlingError(failure)) return 'THROTTLING'
  if (isTransientError(failure)) return 'TRANSIENT'
  return isServerError(failure) ? 'SERVER_ERROR' : 'CLIENT_ERROR'
}
