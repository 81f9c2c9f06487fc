/** A store with very many users. Nine in ten left long ago, and their data was never removed. */
import {
  EMPTY_ROSTER,
  leaseIdOf,
  type Generation,
  type Lease,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'

const LEASE_MS = 75_000
/** Every tenth user is watching, for longer than any benchmark. */
const WATCHING_EVERY = 10
const WATCHING_MS = 86_400_000
/** Writes in flight. The more there are, the more share one flush. */
const AT_ONCE = 10_000

/** Puts `user-0` to `user-<count - 1>` into the environment in this folder. */
export async function populate(path: string, count: number): Promise<void> {
  const store = new LmdbStore({ path })
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from)
    await Promise.all(Array.from({ length }, (_, offset) => addUser(store, from + offset)))
  }
  await store.close()
}

async function addUser(store: LmdbStore, number: number): Promise<void> {
  const expiresAtMs = Date.now() + (number % WATCHING_EVERY === 0 ? WATCHING_MS : -10 * LEASE_MS)
  const leases = ['film', 'match'].map((name) => leaseOf(`${name}-${number}`, expiresAtMs))
  await store.replace(`user-${number}` as UserId, EMPTY_ROSTER, { leases, notes: [] })
}

function leaseOf(name: string, expiresAtMs: number): Lease {
  const streamId = name as StreamId
  const renewedAtMs = expiresAtMs - LEASE_MS
  return {
    id: leaseIdOf({ streamId }),
    streamId,
    deviceType: 'tv',
    label: 'Living room TV',
    startedAtMs: renewedAtMs,
    renewedAtMs,
    expiresAtMs,
    generation: 'abcdefgh12' as Generation,
  }
}
