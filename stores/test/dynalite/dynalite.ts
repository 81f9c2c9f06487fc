import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises'
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb'
import { DynamoDbStore, type DynamoDbStoreOptions } from '@streamgate/stores/dynamodb'
import { afterAll, beforeAll, vi } from 'vitest'
import { teachRefusalsWithItems } from './refusals-with-items.ts'

export type Item = Record<string, AttributeValue>

/** Long enough that a busy machine is not mistaken for a dead table. */
const PATIENCE_MS = 15_000

const makeServer = createRequire(import.meta.url)('dynalite') as (options: object) => Server

/** A DynamoDB in this process, with access to its tables. */
export class Dynalite {
  #server = makeServer({ createTableMs: 0 })
  #client: DynamoDBClient | undefined
  #tables = 0

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** @param port any free one by default. */
  async start(port = 0): Promise<void> {
    teachRefusalsWithItems()
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'nothing')
    vi.stubEnv('AWS_REGION', 'eu-central-1')
    await once(this.#server.listen(port, '127.0.0.1'), 'listening')
    this.#client = new DynamoDBClient({ endpoint: this.endpoint })
  }

  /** Ends it, and forgets its tables. It can be started again. */
  async stop(): Promise<void> {
    this.#client?.destroy()
    vi.unstubAllEnvs()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    this.#server = makeServer({ createTableMs: 0 })
    this.#tables = 0
  }

  /** A new, empty table for users, with the one for finished streams. */
  async makeTable(): Promise<string> {
    const TableName = await this.makeUserTable()
    await this.#create(`${TableName}-finished`, 'Shard', 'FinishedAt')
    return TableName
  }

  /** A new, empty table for users, without the one for finished streams. */
  async makeUserTable(): Promise<string> {
    this.#tables += 1
    const TableName = `UserStreams-${this.#tables}`
    await this.#create(TableName, 'UserId')
    return TableName
  }

  async #create(TableName: string, hashKey: string, rangeKey?: string): Promise<void> {
    const keys = rangeKey === undefined ? [hashKey] : [hashKey, rangeKey]
    await this.#client?.send(
      new CreateTableCommand({
        TableName,
        KeySchema: keys.map((AttributeName, place) => ({
          AttributeName,
          KeyType: place === 0 ? 'HASH' : 'RANGE',
        })),
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    await this.#untilActive(TableName)
  }

  async #untilActive(TableName: string): Promise<void> {
    const command = new DescribeTableCommand({ TableName })
    while ((await this.#client?.send(command))?.Table?.TableStatus !== 'ACTIVE') await turnOfTheEventLoop()
  }

  /** A store on a new table, or on the given one. */
  async makeStore(options: Partial<DynamoDbStoreOptions> = {}): Promise<DynamoDbStore> {
    const tableName = options.tableName ?? (await this.makeTable())
    return new DynamoDbStore({
      endpoint: this.endpoint,
      requestTimeoutMs: PATIENCE_MS,
      ...options,
      tableName,
    })
  }

  /** Writes an item by hand. */
  async put(TableName: string, item: Item): Promise<void> {
    await this.#client?.send(new PutItemCommand({ TableName, Item: item }))
  }

  /** Deletes an item, as its TTL does. */
  async expire(TableName: string, Key: Item): Promise<void> {
    await this.#client?.send(new DeleteItemCommand({ TableName, Key }))
  }

  /** The user’s item as it is in the table. */
  async itemOf(TableName: string, user: string): Promise<Item | undefined> {
    return this.itemAt(TableName, { UserId: { S: user } })
  }

  /** The item with this key as it is in the table. */
  async itemAt(TableName: string, Key: Item): Promise<Item | undefined> {
    return (await this.#client?.send(new GetItemCommand({ TableName, Key, ConsistentRead: true })))?.Item
  }
}

/** A DynamoDB for the tests of this file. */
export function useDynalite(): Dynalite {
  const dynalite = new Dynalite()
  beforeAll(() => dynalite.start())
  afterAll(() => dynalite.stop())
  return dynalite
}

/** An item as a program writes it that knows only `UserId` and `Streams`. */
export function itemByHand(user: string, ids: readonly string[]): Item {
  return { UserId: { S: user }, Streams: { L: ids.map((id) => ({ S: id })) } }
}
