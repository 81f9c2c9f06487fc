/** Users, leases and rosters for the clauses to work with. */
import {
  leaseIdOf,
  type DeviceId,
  type Eviction,
  type Generation,
  type Lease,
  type LeaseId,
  type Roster,
  type Store,
  type StreamId,
  type UserId,
} from '@streamgate/core'

export const USER = 'user-1' as UserId

/** A lease of this stream that lapsed in 1970, which is nothing to a store. */
export function leaseOf(streamId: string, rest: Partial<Lease> = {}): Lease {
  return {
    id: streamId as LeaseId,
    streamId: streamId as StreamId,
    startedAtMs: 1_000,
    renewedAtMs: 1_000,
    expiresAtMs: 2_000,
    generation: `generation of ${streamId}` as Generation,
    ...rest,
  }
}

/** A lease with every member that one can have. */
export function fullLease(): Lease {
  const stream = { streamId: 'film-1' as StreamId, deviceId: 'tv@home' as DeviceId }
  return leaseOf('film-1', {
    ...stream,
    id: leaseIdOf(stream),
    deviceType: 'tv',
    contentId: 'content/1',
    label: 'Wohnzimmer “TV” 📺',
    plan: 'family',
    renewedAtMs: 1_732_240_800_123,
    graceUntilMs: 1_732_240_860_123,
  })
}

/** A note that `leaseId` was evicted. */
export function evictionOfLease(leaseId: string): Eviction {
  return {
    leaseId: leaseId as LeaseId,
    generation: 'generation 1' as Generation,
    by: {
      id: 'film-2@phone' as LeaseId,
      deviceId: 'phone' as DeviceId,
      deviceType: 'mobile',
      label: 'Phone',
    },
    atMs: 1_500,
    untilMs: 3_000,
  }
}

/** A store's user who holds these leases, added one after the other. */
export async function held(store: Store, user: UserId, leases: readonly Lease[]): Promise<Roster> {
  for (const lease of leases) await store.add(user, lease, leases.length)
  return store.read(user)
}

/** The ids held, oldest first. */
export function idsOf(roster: Roster): string[] {
  return roster.leases.map((lease) => lease.id)
}
