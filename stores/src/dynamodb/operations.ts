/**
 * The operations that the store uses, as far as it uses them (Amazon DynamoDB API Reference).
 */
import type { AttributeValue } from './attribute-value.ts'

type Item = Readonly<Record<string, AttributeValue>>

type Keyed = { readonly TableName: string; readonly Key: Item }

type Expressions = {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Item
}

type Conditional = Expressions & {
  readonly ConditionExpression: string
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD'
}

type Several = {
  readonly TableName: string
  readonly ConsistentRead: true
  readonly Limit: number
}

type Found = { readonly Items?: readonly Item[]; readonly LastEvaluatedKey?: Item }

/** The request and the answer of each, by its name. */
export type Operations = {
  readonly GetItem: {
    readonly input: Keyed & { readonly ConsistentRead: true }
    readonly output: { readonly Item?: Item }
  }
  readonly UpdateItem: {
    readonly input: Keyed &
      Conditional & { readonly UpdateExpression: string; readonly ReturnValues: 'ALL_NEW' }
    readonly output: { readonly Attributes?: Item }
  }
  readonly DeleteItem: {
    readonly input: Keyed & Conditional
    readonly output: object
  }
  readonly PutItem: {
    readonly input: { readonly TableName: string; readonly Item: Item } & Conditional
    readonly output: object
  }
  readonly Query: {
    readonly input: Several & Expressions & { readonly KeyConditionExpression: string }
    readonly output: Found
  }
  readonly Scan: {
    readonly input: Several & {
      readonly ReturnConsumedCapacity: 'TOTAL'
      readonly ExclusiveStartKey?: Item
      readonly Segment?: number
      readonly TotalSegments?: number
    }
    readonly output: Found & { readonly ConsumedCapacity?: { readonly CapacityUnits?: number } }
  }
}
