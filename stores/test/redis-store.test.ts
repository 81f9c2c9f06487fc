import type { UserId } from '@streamgate/core'
import { describeStoreContract } from '@streamgate/stores/contract'
import { useRedis, redisStoreAt } from './redis/use-redis.ts'

const redis = useRedis()

describeStoreContract({
  name: 'RedisStore',
  makeStore: async () => redisStoreAt(redis.newUrl()),
  makeFailingStore: async () => ({ store: redisStoreAt('redis://127.0.0.1:1'), user: 'anybody' as UserId }),
  makeLastingStore: async () => {
    const url = redis.newUrl()
    return { store: redisStoreAt(url), reopen: async () => redisStoreAt(url) }
  },
})
