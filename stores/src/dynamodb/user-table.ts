import {
  DeleteItemCommand,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import type { ScanRequest, UserId } from '@streamgate/core'
import type { ItemChange } from './item-change.ts'
import { isConditionConflict, isRegionalConflict } from './conflict.ts'
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
  readonly #client: DynamoDBClient
  readonly #name: string

  constructor(client: DynamoDBClient, name: string) {
    this.#client = client
    this.#name = name
  }

  async read({ user, deadline }: ItemCall): Promise<UserItem | undefined> {
    const command = new GetItemCommand({ ...this.#keyOf(user), ConsistentRead: true })
    const { Item: item } = await this.#client.send(command, { abortSignal: deadline })
    return item
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
      if (!isConditionConflict(error) && !isRegionalConflict(error)) throw error
      const conflicting = isConditionConflict(error) ? error.Item : undefined
      const item = conflicting ?? (await this.read(call))
      return { done: false, item, wasRepeated: isRepeated(error.$metadata) }
    }
  }

  /** Sees every write that was acknowledged before the call. */
  async page({ cursor, pageSize, segment }: ScanRequest, deadline: AbortSignal): Promise<Page> {
    const command = new ScanCommand({
      TableName: this.#name,
      ConsistentRead: true,
      Limit: pageSize,
      ReturnConsumedCapacity: 'TOTAL',
      ...(cursor !== undefined && { ExclusiveStartKey: { UserId: { S: cursor } } }),
      ...(segment !== undefined && { Segment: segment.index, TotalSegments: segment.count }),
    })
    const answer = await this.#client.send(command, { abortSignal: deadline })
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
    const options = { abortSignal: deadline }
    const input = {
      ...this.#keyOf(user),
      ConditionExpression: condition,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ...(values !== undefined && { ExpressionAttributeValues: values }),
    }
    if (update === undefined) {
      const { $metadata: metadata } = await this.#client.send(new DeleteItemCommand(input), options)
      return { done: true, item: undefined, wasRepeated: isRepeated(metadata) }
    }
    const command = new UpdateItemCommand({ ...input, UpdateExpression: update, ReturnValues: 'ALL_NEW' })
    const { Attributes: item, $metadata: metadata } = await this.#client.send(command, options)
    return { done: true, item, wasRepeated: isRepeated(metadata) }
  }

  #keyOf(user: UserId) {
    return { TableName: this.#name, Key: { UserId: { S: user } } }
  }
}

function isRepeated({ attempts = 1 }: { readonly attempts?: number | undefined }): boolean {
  return attempts > 1
}
