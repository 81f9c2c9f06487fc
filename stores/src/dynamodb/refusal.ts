/**
 * The two ways in which DynamoDB refuses a write because of another write. Nothing is written then.
 */
import type {
  ConditionalCheckFailedException,
  ReplicatedWriteConflictException,
} from '@aws-sdk/client-dynamodb'

/** Whether the condition of a write did not hold. */
export function isRefusal(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}

/**
 * Whether a write met another Region's write to the same item. Only global tables with multi-Region
 * strong consistency refuse like this, and they do not return the item.
 */
export function isRegionalConflict(error: unknown): error is ReplicatedWriteConflictException {
  return error instanceof Error && error.name === 'ReplicatedWriteConflictException'
}
