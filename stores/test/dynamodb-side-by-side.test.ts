/** The old service and this one on one table. Together they admit no more than the limit. */
import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { Limiter, parsePolicy, type LeaseId, type StreamId, type UserId } from '@streamgate/core'
import type { DynamoDbStore } from '@streamgate/stores/dynamodb'
import { describe, expect, it } from 'vitest'
import { idsOf, leaseOf } from '../src/contract/specimens.ts'
import { useDynalite } from './dynalite/dynalite.ts'

const dynalite = useDynalite()

const LIMIT = 3
const NOW_MS = 1_800_000_000_000
const EACH = 8
const USERS = Array.from({ length: 8 }, (_, index) => `user-${index}` as UserId)

describe('both services at once', { timeout: 60_000 }, () => {
  it.each([
    ['a user who is new', 0],
    ['a user with a roster full of expired leases', LIMIT],
  ])('let %s watch no more than the limit', async (_who, lapsed) => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName, requestTimeoutMs: 15_000 })
    const client = new DynamoDBClient({ endpoint: dynalite.endpoint })
    const oldService = new OldService(client, tableName)
    const limiter = limiterOver(store)
    for (const user of USERS) {
      for (let index = 0; index < lapsed; index += 1) {
        await store.add(user, leaseOf(`lapsed-${index}`, { expiresAtMs: NOW_MS - 1 }), { capacity: LIMIT })
      }
      const starts = Array.from({ length: EACH }, (_, index) => [
        oldService.start(user, `old-${index}`),
        startOf(limiter, user, `new-${index}`),
      ]).flat()
      const admitted = (await Promise.all(starts)).filter((isAdmitted) => isAdmitted).length
      const held = idsOf(await store.read(user))
      expect(held.length, user).toBeLessThanOrEqual(LIMIT)
      expect(held.filter((id) => !id.startsWith('lapsed')).length, user).toBe(admitted)
      expect(admitted, user).toBeGreaterThan(0)
      expect(await startOf(limiter, user, 'another'), user).toBe(false)
    }
    client.destroy()
    await store.close()
  })

  it('and a stream that the old one started is stopped by this one', async () => {
    const tableName = await dynalite.makeTable()
    const store = await dynalite.makeStore({ tableName })
    const client = new DynamoDBClient({ endpoint: dynalite.endpoint })
    const oldService = new OldService(client, tableName)
    const limiter = limiterOver(store)
    const [user = '' as UserId] = USERS
    for (const id of ['a', 'b', 'c']) expect(await oldService.start(user, id)).toBe(true)
    expect(await startOf(limiter, user, 'd')).toBe(false)
    await limiter.stop({ user, id: 'b' as LeaseId })
    expect(await startOf(limiter, user, 'd')).toBe(true)
    expect(await oldService.start(user, 'e')).toBe(false)
    client.destroy()
    await store.close()
  })
})

/** The decision of the service before this one: one conditional update, and a limit in its code. */
class OldService {
  readonly #client: DynamoDBClient
  readonly #tableName: string

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client
    this.#tableName = tableName
  }

  async start(user: string, streamId: string): Promise<boolean> {
    const command = new UpdateItemCommand({
      TableName: this.#tableName,
      Key: { UserId: { S: user } },
      UpdateExpression: 'SET Streams = list_append(if_not_exists(Streams, :none), :stream)',
      ConditionExpression: 'attribute_not_exists(Streams) OR size(Streams) < :limit',
      ExpressionAttributeValues: {
        ':none': { L: [] },
        ':stream': { L: [{ S: streamId }] },
        ':limit': { N: String(LIMIT) },
      },
    })
    try {
      await this.#client.send(command)
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }
}

function limiterOver(store: DynamoDbStore): Limiter {
  let generations = 0
  return new Limiter({
    store,
    policy: parsePolicy({ plans: { standard: { limits: [{ max: LIMIT }] } } }),
    now: () => NOW_MS,
    newGeneration: () => `generation-${(generations += 1)}`,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    random: Math.random,
  })
}

async function startOf(limiter: Limiter, user: UserId, streamId: string): Promise<boolean> {
  const { outcome } = await limiter.start({ user, stream: { streamId: streamId as StreamId } })
  return outcome === 'admitted'
}
