import {
  leaseIdOf,
  type Generation,
  type Lease,
  type Store,
  type StreamId,
  type UserId,
} from '@streamgate/core'

/**
 * The users of the first walk: one who may start more, and one who watches the three streams that
 * are allowed.
 */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  user1: ['abc'],
  user2: ['abc', 'def', 'hij'],
}

/**
 * Gives each sample user its streams, which are held until they are stopped, unless the user
 * already holds something.
 */
export async function addSamples(store: Store, nowMs: number): Promise<void> {
  for (const [name, streamIds] of Object.entries(SAMPLES)) {
    const user = name as UserId
    const seen = await store.read(user)
    if (seen.leases.length > 0) continue
    const leases = streamIds.map((streamId) => sampleLease(streamId as StreamId, nowMs))
    await store.replace(user, seen, { leases, notes: [] })
  }
}

function sampleLease(streamId: StreamId, nowMs: number): Lease {
  return {
    id: leaseIdOf({ streamId }),
    streamId,
    startedAtMs: nowMs,
    renewedAtMs: nowMs,
    expiresAtMs: null,
    generation: `sample-${streamId}` as Generation,
  }
}
