import type { HttpResponse } from '@smithy/types'
import type { AttributeValue } from './attribute-value.ts'

/** The body of an error, as far as it is read. */
export type ErrorBody = {
  readonly type?: string
  readonly message?: string
  readonly Message?: string
  readonly Item?: Readonly<Record<string, AttributeValue>>
}

/**
 * An answer of DynamoDB that is an error. `name` is its type (Amazon DynamoDB Developer Guide,
 * "Error handling with DynamoDB").
 */
export class DynamoDbError extends Error {
  /** In the SDK's form, so that its parts can tell what may be retried. */
  readonly $metadata: { readonly httpStatusCode: number; clockSkewCorrected?: boolean }
  readonly $fault: 'client' | 'server'
  /** The item that a condition did not hold for, if it was asked for. */
  readonly Item: Readonly<Record<string, AttributeValue>> | undefined
  /** How often the request was sent. */
  attempts = 1

  constructor({ statusCode, headers }: HttpResponse, body: ErrorBody) {
    super(body.message ?? body.Message ?? `DynamoDB answered ${statusCode}`)
    this.name = typeIn(headers['x-amzn-errortype'] ?? body.type ?? '')
    this.$metadata = { httpStatusCode: statusCode }
    this.$fault = statusCode >= 500 ? 'server' : 'client'
    this.Item = body.Item
  }

  /** Whether the condition of a write did not hold. Nothing is written then. */
  get isConditionConflict(): boolean {
    return this.name === 'ConditionalCheckFailedException'
  }

  /**
   * Whether a write met another Region's write to the same item. Nothing is written then. Only
   * global tables with multi-Region strong consistency answer like this, and they do not return
   * the item.
   */
  get isRegionalConflict(): boolean {
    return this.name === 'ReplicatedWriteConflictException'
  }
}

/** The name in `com.amazonaws.dynamodb.v20120810#NAME` and `NAME:http://…`. */
function typeIn(text: string): string {
  return text.split(':')[0]?.split('#').at(-1) || 'UnknownError'
}
