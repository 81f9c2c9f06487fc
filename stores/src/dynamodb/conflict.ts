/**
 * The two ways in which a write can conflict with another one. Nothing is written then.
 */
import type {
  ConditionalCheckFailedException,
  ReplicatedWriteConflictException,
} from '@aws-sdk/client-dynamodb'

/** Whether the condition of a write did not hold. */
export function isConditionConflict(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException'
}

/**
 * Whether a write met another Region's write to the same item. Only global tables with multi-Region
 * strong consistency answer like this, and they do not return the item.
 */
export function isRegionalConflict(error: unknown): error is ReplicatedWriteConflictException {
  return error instanceof Error && error.name === 'ReplicatedWriteConflictException'
}
