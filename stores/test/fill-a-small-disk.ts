/**
 * Runs under a limit on file sizes. It writes until the LMDB environment cannot grow, then prints
 * one line of JSON: how it failed and whether anything acknowledged is missing.
 */
import { LimiterError, type UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { leaseOf } from '../src/contract/specimens.ts'

const BATCH = 50
const BATCHES_MAX = 1000

process.on('SIGXFSZ', () => {})
const path = process.argv[2] ?? ''
const store = new LmdbStore({ path })
const acknowledged: UserId[] = []
let failure: unknown
for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
  if (failure !== undefined) break
  const users = Array.from({ length: BATCH }, (_, index) => `user-${batch}-${index}` as UserId)
  const results = await Promise.allSettled(
    users.map((user) => store.add(user, leaseOf('film'), { capacity: 3 })),
  )
  results.forEach((result, index) => {
    if (result.status === 'fulfilled') acknowledged.push(users[index] as UserId)
    else failure = result.reason
  })
}
const readsAfterwards = (await store.read(acknowledged[0] as UserId)).leases.length === 1
await store.close()

const reopened = new LmdbStore({ path })
let lost = 0
for (const user of acknowledged) lost += (await reopened.read(user)).leases.length === 1 ? 0 : 1
await reopened.close()
const { code, cause } =
  failure instanceof LimiterError ? failure : { code: String(failure), cause: undefined }
process.stdout.write(JSON.stringify({ code, hasCause: cause instanceof Error, lost, readsAfterwards }))
