/**
 * The LMDB store alone, in process, with the calls of a mix: the most that a server on it can
 * reach. `store-alone.ts <port> <folder>`.
 *
 * A message `{ verbs, seconds, connections }` begins a stretch of load, and its report is the
 * answer. The port only says that it is there.
 */
import { createServer } from 'node:http'
import type { Generation, Lease, LeaseId, Note, StreamId, UserId } from '@streamgate/core'
import { LmdbStore } from '@streamgate/stores/lmdb'
import type { Loaded } from '../load/generator.ts'
import { viewerOf, USERS, type Verb } from '../load/mixes.ts'
import { percentile } from '../statistics.ts'

const LEASE_MS = 75_000

type Ordered = { readonly verbs: readonly Verb[]; readonly seconds: number; readonly connections: number }

const [, , port, path = ''] = process.argv
const store = new LmdbStore({ path })
let viewers = 0

process.on('message', (ordered: Ordered) => void load(ordered).then((loaded) => process.send?.(loaded)))
createServer((_request, response) => response.end()).listen(Number(port), '127.0.0.1')

/** Runs the mix with as many sequences in flight as a server has connections. */
async function load({ verbs, seconds, connections }: Ordered): Promise<Loaded> {
  const latenciesMs: number[] = []
  const startedAtMs = performance.now()
  const endsAtMs = startedAtMs + seconds * 1000
  const oneSequence = async () => {
    while (performance.now() < endsAtMs) {
      const viewer = viewerOf((viewers += 1), USERS)
      const user = viewer.user as UserId
      const lease = leaseOf(viewer.stream)
      for (const verb of verbs) {
        const calledAtMs = performance.now()
        await call(verb, { user, lease })
        latenciesMs.push(performance.now() - calledAtMs)
      }
    }
  }
  await Promise.all(Array.from({ length: connections }, oneSequence))
  const sorted = Float64Array.from(latenciesMs).toSorted()
  return {
    answers: sorted.length,
    seconds: (performance.now() - startedAtMs) / 1000,
    faults: 0,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    position: 0,
  }
}

async function call(verb: Verb, { user, lease }: { user: UserId; lease: Lease }): Promise<void> {
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
