/**
 * A process that writes to an LMDB environment until it is killed. It says so once it has begun.
 */
import type { UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { leaseOf } from '../src/contract/specimens.ts'
import { chanceOf } from './damaging.ts'

const USERS = 3000
const AT_ONCE = 12

const [path = '', seed = '1'] = process.argv.slice(2)
const chance = chanceOf(Number(seed))
const store = new LmdbStore({ path })
process.stdout.write('writing\n')
for (;;) {
  const users = Array.from({ length: AT_ONCE }, () => `user-${chance(USERS)}` as UserId)
  await Promise.all(
    users.map(async (user) => {
      if (chance(4) === 0) await store.erase(user)
      else await store.add(user, leaseOf(`film-${chance(1e6)}`), { capacity: 40 })
    }),
  )
}
