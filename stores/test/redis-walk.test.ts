import type { UserId } from '@streamgate/core'
import { expect, it } from 'vitest'
import { leaseOf } from '../src/contract/specimens.ts'
import { usersMet } from '../src/contract/walking.ts'
import { redisStoreAt, useRedis } from './redis/use-redis.ts'

const redis = useRedis()

/** Numbers of users at which Redis enlarges its table of keys, which it does bit by bit. */
const SIZES = [16, 17, 23, 32, 33, 65, 129]
const ROUNDS = 12

it.each(SIZES)('a walk over %i users meets each once, while Redis rearranges its keys', async (size) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const store = redisStoreAt(redis.newUrl())
    const users = Array.from({ length: size }, (_, index) => `user-${round}-${index}` as UserId)
    for (const user of users) await store.add(user, leaseOf('film'), { capacity: 1 })
    const met = await usersMet(store, { pageSize: 1 + (round % 6) })
    expect(met.map(({ user }) => user).toSorted()).toEqual(users.toSorted())
    await store.close()
  }
})
