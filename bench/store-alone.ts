/**
 * The LMDB store alone, in this process, with the calls of the mixes: the most that a server on it
 * can reach.
 */
import type { Generation, Lease, LeaseId, Note, StreamId, UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import { nextViewer, type Mix, type Stretch } from './load.ts'

const LEASE_MS = 75_000

/** Runs the mix with as many sequences in flight as a server has connections. */
export async function loadStore(
  store: LmdbStore,
  mix: Mix,
  shape: { connections: number; seconds: number },
): Promise<Stretch> {
  const latenciesMs: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + shape.seconds * 1000
  const oneSequence = async () => {
    while (performance.now() < endsAt) {
      const viewer = nextViewer()
      const user = viewer.user as UserId
      const lease = leaseOf(viewer.stream)
      for (const verb of mix.verbs) {
        const calledAt = performance.now()
        await call(store, verb, { user, lease })
        latenciesMs.push(performance.now() - calledAt)
      }
    }
  }
  await Promise.all(Array.from({ length: shape.connections }, oneSequence))
  return {
    answers: latenciesMs.length,
    seconds: (performance.now() - startedAt) / 1000,
    latenciesMs,
    faults: 0,
  }
}

async function call(
  store: LmdbStore,
  verb: Mix['verbs'][number],
  about: { user: UserId; lease: Lease },
): Promise<void> {
  const { user, lease } = about
  const nowMs = Date.now()
  const times = { renewedAtMs: nowMs, expiresAtMs: nowMs + LEASE_MS }
  if (verb === 'heartbeat') await store.renew(user, { id: lease.id }, times)
  else if (verb === 'stop') await store.remove(user, { id: lease.id }, noteOf(lease, nowMs))
  else if (!(await store.add(user, lease, { capacity: 3 })).done)
    await store.renew(user, { id: lease.id }, times)
}

function noteOf({ id }: Lease, atMs: number): Note {
  return { how: 'stopped', leaseId: id, atMs, untilMs: atMs + LEASE_MS }
}

function leaseOf(streamId: string): Lease {
  const nowMs = Date.now()
  return {
    id: streamId as LeaseId,
    streamId: streamId as StreamId,
    startedAtMs: nowMs,
    renewedAtMs: nowMs,
    expiresAtMs: nowMs + LEASE_MS,
    generation: 'abcdefgh12' as Generation,
  }
}
