import assert from 'node:assert/strict'
import { LimiterError, type Store, type StreamId } from '@streamgate/core'
import { clause, type Clause } from './clause.ts'
import { leaseOf, stopOf, USER } from './specimens.ts'

const CALLS: Readonly<Record<Exclude<keyof Store, 'close'>, (store: Store) => Promise<unknown>>> = {
  read: (store) => store.read(USER),
  add: (store) => store.add(USER, leaseOf('a'), { capacity: 1 }),
  renew: (store) => store.renew(USER, leaseOf('a'), { renewedAtMs: 1, expiresAtMs: 2 }),
  remove: (store) => store.remove(USER, leaseOf('a'), stopOf('a')),
  replace: (store) => store.replace(USER, { leases: [], notes: [], version: 0 }, { leases: [], notes: [] }),
  erase: (store) => store.erase(USER),
  scan: (store) => store.scan({ pageSize: 1 }),
  noteFinished: (store) => store.noteFinished({ streamId: 'match' as StreamId, untilMs: 2 }, 1),
  finishedSince: (store) => store.finishedSince(),
  readShared: (store) => store.readShared('key'),
  writeShared: (store) => store.writeShared('key', 0, 'text'),
}

export const FAILING: readonly Clause[] = [
  clause('a closed store rejects every call with STORE_CLOSED', async (store) => {
    await store.close()
    for (const [name, call] of Object.entries(CALLS)) {
      await assert.rejects(call(store), (error) => isFailure(error, 'STORE_CLOSED'), name)
    }
  }),

  clause('a store may be closed twice', async (store) => {
    await store.close()
    await assert.doesNotReject(store.close())
  }),

  clause('writes in flight settle while the store closes', async (store) => {
    const adds = Array.from({ length: 10 }, (_, index) =>
      store.add(USER, leaseOf(`a${index}`), { capacity: 10 }),
    )
    const settled = Promise.allSettled(adds)
    await store.close()
    for (const result of await settled) {
      if (result.status === 'rejected') assert.ok(result.reason instanceof LimiterError)
    }
  }),

  clause(
    'a driver’s failure becomes STORE_UNAVAILABLE with its cause',
    async (_store, { makeFailingStore }) => {
      if ('exemption' in makeFailingStore) return
      const { store, user } = await makeFailingStore()
      try {
        await assert.rejects(
          store.read(user),
          (error) => isFailure(error, 'STORE_UNAVAILABLE') && hasCause(error),
        )
      } finally {
        await store.close()
      }
    },
  ),
]

/** Whether it is a `LimiterError` with this code. */
export function isFailure(error: unknown, code: LimiterError['code']): error is LimiterError {
  return error instanceof LimiterError && error.code === code
}

/** Whether it carries the driver's own error. */
export function hasCause(error: LimiterError): boolean {
  return error.cause instanceof Error && !(error.cause instanceof LimiterError)
}
