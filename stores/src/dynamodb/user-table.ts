import type { ScanRequest, UserId } from '@streamgate/core'
import type { ItemChange } from './item-change.ts'
import type { DynamoDbClient } from './dynamodb-client.ts'
import { DynamoDbError } from './dynamodb-error.ts'
import type { UserItem } from './user-item.ts'

/** One call of the store: its user, and its deadline. */
export type ItemCall = { readonly user: UserId; readonly deadline: AbortSignal }

/** The result of a conditional write, with the item as it is after it. */
export type Written = {
  readonly done: boolean
  readonly item: UserItem | undefined
  /**
   * Whether the client sent it more than once. A write whose answer was lost then conflicts with
   * its own repetition.
   */
  readonly wasRepeated: boolean
}

/** One step of a walk through the table. */
export type Page = {
  readonly items: readonly UserItem[]
  readonly lastUser?: string
  /** The read capacity of the step, if the endpoint reports it. */
  readonly readUnits?: number
}

/** The table's items, by single requests. Rejects with what the driver throws. */
export class UserTable {
  readonly #client: DynamoDbClient
  readonly #name: string

  constructor(client: DynamoDbClient, name: string) {
    this.#client = client
    this.#name = name
  }

  async read({ user, deadline }: ItemCall): Promise<UserItem | undefined> {
    const input = { ...this.#keyOf(user), ConsistentRead: true } as const
    return (await this.#client.send('GetItem', input, deadline)).output.Item
  }

  /**
   * Makes the change if its condition holds.
   *
   * A conflict returns the item, from the same instant. If it comes without one,
   * because there is none or because the endpoint does not know the option, one consistent read
   * replaces it. That may already be newer than the conflict. A write that met one of another
   * Region conflicts in the same way.
   */
  async write(call: ItemCall, change: ItemChange): Promise<Written> {
    try {
      return await this.#send(call, change)
    } catch (error) {
      const isConflict =
        error instanceof DynamoDbError && (error.isConditionConflict || error.isRegionalConflict)
      if (!isConflict) throw error
      const item = error.Item ?? (await this.read(call))
      return { done: false, item, wasRepeated: error.attempts > 1 }
    }
  }

  /** Sees every write that was acknowledged before the call. */
  async page({ cursor, pageSize, segment }: ScanRequest, deadline: AbortSignal): Promise<Page> {
    const input = {
      TableName: this.#name,
      ConsistentRead: true,
      Limit: pageSize,
      ReturnConsumedCapacity: 'TOTAL',
      ...(cursor !== undefined && { ExclusiveStartKey: { UserId: { S: cursor } } }),
      ...(segment !== undefined && { Segment: segment.index, TotalSegments: segment.count }),
    } as const
    const { output: answer } = await this.#client.send('Scan', input, deadline)
    const lastUser = answer.LastEvaluatedKey?.['UserId']?.S
    const readUnits = answer.ConsumedCapacity?.CapacityUnits
    return {
      items: answer.Items ?? [],
      ...(lastUser !== undefined && { lastUser }),
      ...(readUnits !== undefined && { readUnits }),
    }
  }

  async #send({ user, deadline }: ItemCall, change: ItemChange): Promise<Written> {
    const { update, condition, names = {}, values } = change
    const input = {
      ...this.#keyOf(user),
      ConditionExpression: condition,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ...(values !== undefined && { ExpressionAttributeValues: values }),
    }
    if (update === undefined) {
      const { attempts } = await this.#client.send('DeleteItem', input, deadline)
      return { done: true, item: undefined, wasRepeated: attempts > 1 }
    }
    const updating = { ...input, UpdateExpression: update, ReturnValues: 'ALL_NEW' } as const
    const { output, attempts } = await this.#client.send('UpdateItem', updating, deadline)
    return { done: true, item: output.Attributes, wasRepeated: attempts > 1 }
  }

  #keyOf(user: UserId) {
    return { TableName: this.#name, Key: { UserId: { S: user } } }
  }
}
