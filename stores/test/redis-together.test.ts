/**
 * RedisStore on servers that work together: a master with replicas and Sentinels, and a cluster.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { UserId } from '@streamgate/core'
import { describeStoreContract } from '@streamgate/stores/contract'
import { beforeAll, describe, expect, it } from 'vitest'
import { leaseOf, USER } from '../src/contract/specimens.ts'
import { moveSlotOf, startCluster, startSentinelGroup, until, type SentinelGroup } from './redis/groups.ts'
import type { RedisServer } from './redis/redis-server.ts'
import { redisStoreAt } from './redis/use-redis.ts'
import { atEndOfTests } from './temporary-folder.ts'

const USERS = Array.from({ length: 100 }, (_, index) => `user-${index}` as UserId)
const RACERS = 20
const CAPACITY = 3
const MOVES = 10

describe('a cluster of three', { timeout: 90_000 }, () => {
  const atEnd = atEndOfTests()
  let cluster: { url: string; servers: readonly RedisServer[] }
  let prefixes = 0
  beforeAll(async () => {
    cluster = await startCluster(atEnd)
  }, 60_000)
  const newStore = () => {
    prefixes += 1
    return redisStoreAt(`${cluster.url}?prefix=p${prefixes}:`)
  }

  it('admits exactly the limit for each of many users at once', async () => {
    const url = `${cluster.url}?prefix=race:`
    const [one, other] = [redisStoreAt(url), redisStoreAt(url)]
    const admitted = await Promise.all(
      USERS.map(async (user) => {
        const racers = Array.from({ length: RACERS }, (_, index) =>
          (index % 2 === 0 ? one : other).add(user, leaseOf(`film-${index}`), { capacity: CAPACITY }),
        )
        return (await Promise.all(racers)).filter(({ done }) => done).length
      }),
    )
    expect(admitted).toEqual(USERS.map(() => CAPACITY))
    await Promise.all([one.close(), other.close()])
  })

  it('is walked from server to server, and every user is met once', async () => {
    const store = newStore()
    await Promise.all(USERS.map((user) => store.add(user, leaseOf('film'), { capacity: 1 })))
    for (const pageSize of [3, 40, 1000]) {
      const met: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.scan({ pageSize, ...(cursor !== undefined && { cursor }) })
        met.push(...page.users.map(({ user }) => user))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(met.toSorted()).toEqual([...USERS].toSorted())
    }
    await store.close()
  })

  it('refuses the users of a dead server within the limit, and serves all once it is back', async () => {
    const store = redisStoreAt(`${cluster.url}?prefix=dead:&requestTimeoutMs=500`)
    await Promise.all(USERS.map((user) => store.add(user, leaseOf('film'), { capacity: 1 })))
    const [dead] = cluster.servers
    await dead?.signal('SIGKILL')
    const startedAt = performance.now()
    const results = await Promise.allSettled(USERS.map((user) => store.read(user)))
    expect(performance.now() - startedAt).toBeLessThan(3000)
    const failed = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(failed.length).toBeGreaterThan(0)
    for (const { reason } of failed) {
      expect(reason).toMatchObject({ code: expect.stringMatching(/^STORE_(?:UNAVAILABLE|TIMED_OUT)$/) })
    }
    await dead?.start()
    await until('all users are served', async () => {
      const rosters = await Promise.all(USERS.map((user) => store.read(user)))
      return rosters.every(({ leases }) => leases.length === 1)
    })
    await store.close()
  })

  it('that is down as a whole fails every call within the limit, changes nothing, and heals', async () => {
    const store = redisStoreAt(`${cluster.url}?prefix=down:&requestTimeoutMs=500`)
    await Promise.all(USERS.map((user) => store.add(user, leaseOf('film'), { capacity: 1 })))
    const [dead, ...living] = cluster.servers as [RedisServer, RedisServer, RedisServer]
    await dead.signal('SIGKILL')
    for (const { admin } of living) {
      await until('a server knows that the cluster is down', async () =>
        ((await admin.call('CLUSTER', 'INFO')) as string).includes('cluster_state:fail'),
      )
    }
    const startedAt = performance.now()
    const asked = USERS.map((user) => store.add(user, leaseOf('another'), { capacity: 9 }))
    const results = await Promise.allSettled(asked)
    expect(performance.now() - startedAt).toBeLessThan(3000)
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(reasons).toHaveLength(USERS.length)
    for (const reason of reasons) {
      expect(reason).toMatchObject({ code: expect.stringMatching(/^STORE_(?:UNAVAILABLE|TIMED_OUT)$/) })
    }
    await dead.start()
    const heldByEach = async () => {
      const rosters = await Promise.all(USERS.map((user) => store.read(user)))
      return rosters.map(({ leases }) => leases.length)
    }
    await until('all users are served', async () => (await heldByEach()).length === USERS.length)
    // A call that its caller gave up is not made later.
    await pause(1000)
    expect(await heldByEach()).toEqual(USERS.map(() => 1))
    await store.close()
  })

  it('moves a slot back and forth under load, and every call is done once', async () => {
    const url = `${cluster.url}?prefix=moving:`
    const store = redisStoreAt(url)
    const user = 'mover' as UserId
    await store.add(user, leaseOf('first'), { capacity: 1000 })
    const moves = { areOver: false }
    const load = (async () => {
      const ids = ['first']
      while (!moves.areOver) {
        const id = `film-${ids.length}`
        expect((await store.add(user, leaseOf(id), { capacity: 10_000 })).done).toBe(true)
        ids.push(id)
        await pause(1)
      }
      return ids
    })()
    for (let round = 0; round < MOVES; round += 1) await moveSlotOf(`moving:user:{${user}}`, cluster.servers)
    moves.areOver = true
    const ids = await load
    expect(ids.length).toBeGreaterThan(MOVES)
    expect((await store.read(user)).leases.map(({ id }) => id)).toEqual(ids)
    await store.close()
  })
})

describe('RedisStore on a cluster', () => {
  const atEnd = atEndOfTests()
  let url = ''
  beforeAll(async () => {
    url = (await startCluster(atEnd)).url
  }, 60_000)
  let prefixes = 0
  describeStoreContract({
    name: 'RedisStore on a cluster',
    makeStore: async () => {
      prefixes += 1
      return redisStoreAt(`${url}?prefix=p${prefixes}:`)
    },
    makeFailingStore: async () => ({
      store: redisStoreAt('redis+cluster://127.0.0.1:1?requestTimeoutMs=300'),
      user: USER,
    }),
    makeLastingStore: async () => {
      prefixes += 1
      const own = `${url}?prefix=p${prefixes}:`
      return { store: redisStoreAt(own), reopen: async () => redisStoreAt(own) }
    },
  })
})

describe('a master with replicas and Sentinels', { timeout: 120_000 }, () => {
  const atEnd = atEndOfTests()
  let group: SentinelGroup
  beforeAll(async () => {
    group = await startSentinelGroup(atEnd)
  }, 60_000)

  it('is found, and found again after each failover', async () => {
    const store = redisStoreAt(`${group.url}?requestTimeoutMs=500`, { waitReplicas: 1 })
    const acknowledged: string[] = []
    for (let round = 0; round < 3; round += 1) {
      const id = `film-${round}`
      await until('a start is acknowledged', async () => {
        await store.add(USER, leaseOf(id), { capacity: 9 })
        return true
      })
      acknowledged.push(id)
      const master = await group.master()
      await master.signal('SIGKILL')
      await until('another master is named', async () => (await group.master()) !== master)
      await until('it answers', async () => (await store.read(USER)) !== undefined)
      await group.revive(master)
    }
    const ids = (await store.read(USER)).leases.map(({ id }) => id as string)
    expect(ids).toEqual(acknowledged)
    await store.close()
  })

  it('does not acknowledge a start that no replica has, if one must', async () => {
    const store = redisStoreAt(`${group.url}?requestTimeoutMs=4000`, { waitReplicas: 1 })
    await group.isWhole()
    const master = await group.master()
    const replicas = group.servers.filter((server) => server !== master)
    await until('a start is acknowledged', async () => {
      await store.add(USER, leaseOf('before'), { capacity: 99 })
      return true
    })
    for (const replica of replicas) await replica.signal('SIGSTOP')
    await expect(store.add(USER, leaseOf('alone'), { capacity: 99 })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: { message: '0 of 1 replicas have the write' },
    })
    for (const replica of replicas) await replica.signal('SIGCONT')
    await until('a start is acknowledged', async () => {
      await store.add(USER, leaseOf('after'), { capacity: 99 })
      return true
    })
    await store.close()
  })
})
