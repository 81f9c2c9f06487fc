/**
 * Shared texts, in the table of finished streams.
 *
 *     Shard        "shared"    hash key
 *     FinishedAt   "key"       range key: the name of the text
 *     Text         "…"
 *     V            3           version, +1 at every write
 *
 * A write is one `PutItem` and a read is one `Query`, as for notes, so that no other right is
 * needed. They have no `ExpiresAt` and stay.
 */
import type { SharedOutcome, SharedText } from '@streamgate/core'
import type { DynamoDbClient } from './dynamodb-client.ts'
import { DynamoDbError } from './dynamodb-error.ts'
import { numberIn, numberValue, textIn } from './members.ts'

const SHARD = 'shared'

/** Shared texts by name, by single requests. Rejects with what the driver throws. */
export class SharedTexts {
  readonly #client: DynamoDbClient
  readonly #table: string

  constructor(client: DynamoDbClient, table: string) {
    this.#client = client
    this.#table = table
  }

  /** Sees every text that was acknowledged before the call. */
  async read(name: string, deadline: AbortSignal): Promise<SharedText | undefined> {
    const input = {
      TableName: this.#table,
      ConsistentRead: true,
      Limit: 1,
      KeyConditionExpression: '#shard = :shard AND FinishedAt = :name',
      ExpressionAttributeNames: { '#shard': 'Shard' },
      ExpressionAttributeValues: { ':shard': { S: SHARD }, ':name': { S: name } },
    } as const
    const [item] = (await this.#client.send('Query', input, deadline)).output.Items ?? []
    return item && { text: textIn(item['Text']), version: numberIn(item['V']) ?? 0 }
  }

  /** A write whose answer was lost conflicts with itself, and is recognised by its text. */
  async write(
    name: string,
    { seenVersion, text }: { readonly seenVersion: number; readonly text: string },
    deadline: AbortSignal,
  ): Promise<SharedOutcome> {
    const shared = { text, version: seenVersion + 1 }
    const input = {
      TableName: this.#table,
      Item: {
        Shard: { S: SHARD },
        FinishedAt: { S: name },
        Text: { S: text },
        V: numberValue(shared.version),
      },
      ConditionExpression: seenVersion === 0 ? 'attribute_not_exists(V)' : 'V = :seen',
      ...(seenVersion !== 0 && { ExpressionAttributeValues: { ':seen': numberValue(seenVersion) } }),
    }
    try {
      await this.#client.send('PutItem', input, deadline)
      return { done: true, shared }
    } catch (error) {
      const isConflict =
        error instanceof DynamoDbError && (error.isConditionConflict || error.isRegionalConflict)
      if (!isConflict) throw error
      const held = await this.read(name, deadline)
      const isOwn = error.attempts > 1 && held?.version === shared.version && held.text === text
      return { done: isOwn, shared: held }
    }
  }
}
