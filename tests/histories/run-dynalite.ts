/**
 * The program of a dynalite process. It listens on a free port, creates the two tables, and tells
 * its parent.
 */
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { teachRefusalsWithItems } from '../../stores/test/dynalite/refusals-with-items.ts'
import type { DynaliteReady } from './dynalite-process.ts'

const TABLE = 'UserStreams'

const makeServer = createRequire(import.meta.url)('dynalite') as (options: object) => Server

teachRefusalsWithItems()
const server = makeServer({ createTableMs: 0 })
await once(server.listen(0, '127.0.0.1'), 'listening')
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const client = new DynamoDBClient({
  endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
})
await createTable(TABLE, ['UserId'])
await createTable(`${TABLE}-finished`, ['Shard', 'FinishedAt'])
client.destroy()
const ready: DynaliteReady = { table: TABLE, endpoint }
process.send?.(ready)

async function createTable(TableName: string, keys: readonly string[]): Promise<void> {
  await client.send(
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
}
