/**
 * A process that opens the LMDB environment in each given folder, reads and writes all over it, and
 * opens it again. For each folder it writes one line of JSON before it begins, and one with the
 * result.
 */
import { LimiterError, type StreamId, type UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { leaseOf } from '../src/contract/specimens.ts'

/** Enough that pages of every tree are taken and freed. */
const ROUNDS = 8
const USERS_PER_ROUND = 12

for (const path of process.argv.slice(2)) {
  tell({ path, begins: true })
  tell({ path, ...(await useTwice(path)) })
}

async function useTwice(path: string): Promise<object> {
  const warnings: string[] = []
  try {
    const users = await use(path, warnings)
    await use(path, warnings)
    return { opened: true, users, warnings }
  } catch (error) {
    if (!(error instanceof LimiterError)) throw error
    return { opened: false, code: error.code, reason: String(error.cause) }
  }
}

async function use(path: string, warnings: string[]): Promise<number> {
  const store = new LmdbStore({ path, warn: (message) => void warnings.push(message) })
  const users = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await settle(store.scan({ pageSize: 100, ...(cursor !== undefined && { cursor }) }))
    for (const { user } of page?.users ?? []) users.add(user)
    cursor = page?.cursor
  } while (cursor !== undefined)
  for (let round = 0; round < ROUNDS; round += 1) {
    const some = Array.from(
      { length: USERS_PER_ROUND },
      (_, index) => `user-${round * 97 + index * 7}` as UserId,
    )
    await Promise.all(
      some.map((user) => settle(store.add(user, leaseOf(`new-${round}`), { capacity: 1000 }))),
    )
    await Promise.all(
      some.map((user, index) => settle(index % 2 === 0 ? store.erase(user) : renew(store, user))),
    )
    await settle(store.noteFinished({ streamId: `stream-${round}` as StreamId, untilMs: round }, round))
  }
  await settle(store.finishedSince())
  await store.close()
  return users.size
}

async function renew(store: LmdbStore, user: UserId): Promise<void> {
  const { leases } = await store.read(user)
  for (const lease of leases.slice(0, 2)) await store.renew(user, lease, lease)
}

/** A damaged value fails its own call and no other. */
async function settle<Value>(call: Promise<Value>): Promise<Value | undefined> {
  return call.catch((error: unknown) => {
    if (error instanceof LimiterError) return undefined
    throw error
  })
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
