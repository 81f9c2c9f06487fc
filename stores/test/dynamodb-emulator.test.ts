/** Tests the emulator: what the other tests rely on, and that the store can do without it. */
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { UserId } from '@streamgate/core'
import { describeStoreContract } from '@streamgate/stores/contract'
import { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { describe, expect, it } from 'vitest'
import { leaseOf, USER } from '../src/contract/specimens.ts'
import { itemByHand, useDynalite } from './dynalite/dynalite.ts'
import { Wire } from './dynalite/wire.ts'

const dynalite = useDynalite()

describe('dynalite', () => {
  it('returns the item with a refusal, of an update and of a deletion', async () => {
    const client = new DynamoDBClient({ endpoint: dynalite.endpoint })
    const TableName = await dynalite.makeTable()
    const item = itemByHand(USER, ['a'])
    await dynalite.put(TableName, item)
    const refused = {
      TableName,
      Key: { UserId: { S: USER } },
      ConditionExpression: 'attribute_not_exists(UserId)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    }
    const sendings = [
      () => client.send(new UpdateItemCommand({ ...refused, UpdateExpression: 'REMOVE V' })),
      () => client.send(new DeleteItemCommand(refused)),
    ]
    for (const send of sendings) {
      const error: unknown = await send().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(ConditionalCheckFailedException)
      expect(error).toMatchObject({ Item: item })
    }
    client.destroy()
  })

  it('refuses what DynamoDB refuses in an expression', async () => {
    const client = new DynamoDBClient({ endpoint: dynalite.endpoint })
    const TableName = await dynalite.makeTable()
    const Key = { UserId: { S: USER } }
    const one = { ':one': { N: '1' } }
    const mistakes: Partial<UpdateItemCommandInput>[] = [
      { UpdateExpression: 'SET Status = :one', ExpressionAttributeValues: one },
      { UpdateExpression: 'SET V = :one REMOVE V', ExpressionAttributeValues: one },
      { UpdateExpression: 'SET Q.a = :one REMOVE Q', ExpressionAttributeValues: one },
      { UpdateExpression: 'REMOVE V', ExpressionAttributeValues: one },
      { UpdateExpression: 'REMOVE V', ExpressionAttributeNames: { '#lease': 'L#a' } },
      { UpdateExpression: 'SET V = V + :one', ExpressionAttributeValues: one },
      { UpdateExpression: 'SET Q.a = :one', ExpressionAttributeValues: one },
      { UpdateExpression: 'REMOVE Q.a' },
    ]
    for (const mistake of mistakes) {
      const sending = client.send(new UpdateItemCommand({ TableName, Key, ...mistake }))
      await expect(sending).rejects.toMatchObject({ name: 'ValidationException' })
    }
    client.destroy()
  })

  it('reads all that an update reads before it writes anything', async () => {
    const client = new DynamoDBClient({ endpoint: dynalite.endpoint })
    const TableName = await dynalite.makeTable()
    await dynalite.put(TableName, { UserId: { S: USER }, QU: { N: '4' }, QB: { N: '3' } })
    const { Attributes: item } = await client.send(
      new UpdateItemCommand({
        TableName,
        Key: { UserId: { S: USER } },
        UpdateExpression: 'SET QU = :until, QB = if_not_exists(QU, :until)',
        ExpressionAttributeValues: { ':until': { N: '5' } },
        ReturnValues: 'ALL_NEW',
      }),
    )
    expect(item).toMatchObject({ QU: { N: '5' }, QB: { N: '4' } })
    client.destroy()
  })

  it('returns no item unless it is asked to', async () => {
    const wire = new Wire(dynalite.endpoint, { handsItemsBack: false })
    await wire.open()
    const store = await dynalite.makeStore({ endpoint: wire.endpoint })
    await store.add(USER, leaseOf('a'), { capacity: 1 })
    expect((await store.add(USER, leaseOf('b'), { capacity: 1 })).roster.leases).toEqual([leaseOf('a')])
    expect(wire.requests.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem', 'GetItem'])
    await store.close()
    await wire.close()
  })
})

describeStoreContract({
  name: 'DynamoDbStore on an endpoint that returns no items with refusals',
  makeStore: async () => makeStoreBehindWire(await dynalite.makeTable()),
  makeFailingStore: async () => ({
    store: await dynalite.makeStore({ tableName: 'NoSuchTable' }),
    user: 'anybody' as UserId,
  }),
  makeLastingStore: async () => {
    const tableName = await dynalite.makeTable()
    return {
      store: await makeStoreBehindWire(tableName),
      reopen: () => makeStoreBehindWire(tableName),
    }
  },
})

async function makeStoreBehindWire(tableName: string): Promise<DynamoDbStore> {
  const wire = new Wire(dynalite.endpoint, { handsItemsBack: false })
  await wire.open()
  const store = await dynalite.makeStore({ endpoint: wire.endpoint, tableName })
  return Object.assign(store, { close: closing(store, wire) })
}

/** Closes the store, and then the wire that it was on. */
function closing(store: DynamoDbStore, wire: Wire): () => Promise<void> {
  const close = store.close.bind(store)
  let wireClosed: Promise<void> | undefined
  return async () => {
    await close()
    wireClosed ??= wire.close()
    await wireClosed
  }
}
