/** Users, leases and rosters that the clauses use. */
import {
  leaseIdOf,
  type DeviceId,
  type Generation,
  type Lease,
  type LeaseId,
  type Note,
  type NoteOf,
  type Roster,
  type Store,
  type StreamId,
  type UserId,
} from '@streamgate/core'

export const USER = 'user-1' as UserId

/** A lease of this stream that expired in 1970, which does not matter to a store. */
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

/** Names that every object has are names of attributes too. */
const FREE = { attributes: { profile: 'Kinder “👶”', toString: 'x', constructor: 'y' }, network: 'n-1' }

/** A lease with every member that it can have. */
export function fullLease(): Lease {
  const stream = { streamId: 'film-1' as StreamId, deviceId: 'tv@home' as DeviceId }
  return leaseOf('film-1', {
    ...stream,
    id: leaseIdOf(stream),
    deviceType: 'tv',
    contentId: 'content/1',
    label: 'Wohnzimmer “TV” 📺',
    plan: 'family',
    ...FREE,
    poolProcess: 'process-1',
    renewedAtMs: 1_732_240_800_123,
    graceUntilMs: 1_732_240_860_123,
    reportedContentId: 'content/1?part=2',
    reportedAtMs: 1_732_240_799_987,
  })
}

/** A lease of this stream on this device. */
export function leaseOn(deviceId: string, streamId: string): Lease {
  const stream = { streamId: streamId as StreamId, deviceId: deviceId as DeviceId }
  return leaseOf(streamId, { ...stream, id: leaseIdOf(stream) })
}

/** A note that `leaseId` was evicted. */
export function evictionOfLease(leaseId: string): NoteOf<'evicted'> {
  return {
    how: 'evicted',
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

/** A note that the player of `leaseId` stopped it. */
export function stopOf(leaseId: string, untilMs = 4_000): NoteOf<'stopped'> {
  return { how: 'stopped', leaseId: leaseId as LeaseId, atMs: 1_600, untilMs }
}

/** A note of each kind with every member that it can have, and one with as few as it can have. */
export function notesOfEveryKind(): readonly Note[] {
  const facts = {
    plan: 'family',
    deviceType: 'tv',
    contentId: 'content/1',
    label: 'Wohnzimmer “TV” 📺',
    reportedContentId: 'content/1?part=2',
    ...FREE,
  }
  const generation = 'generation 1' as Generation
  const times = { atMs: 1_732_240_800_123, untilMs: 1_732_240_860_456 }
  const about = (leaseId: string) => ({ leaseId: leaseId as LeaseId, ...times })
  return [
    evictionOfLease('evicted@tv'),
    { ...about('evicted'), how: 'evicted', by: { id: 'film' as LeaseId } },
    { ...about('ended@tv'), how: 'ended', generation, reason: 'Zahlung offen “💳”' },
    { ...about('ended'), how: 'ended' },
    { ...about('stopped@tv'), how: 'stopped', generation },
    { ...about('stopped'), how: 'stopped' },
    { ...about('played@tv'), how: 'played-out', generation, facts, reportedAtMs: 1_732_240_799_987 },
    { ...about('played'), how: 'played-out', facts: {} },
    { ...about('lapsed@tv'), how: 'lapsed', generation, facts },
    { ...about('lapsed'), how: 'lapsed', facts: {} },
  ]
}

/** A user who holds these leases, added one after another. */
export async function held(store: Store, user: UserId, leases: readonly Lease[]): Promise<Roster> {
  for (const lease of leases) await store.add(user, lease, { capacity: leases.length })
  return store.read(user)
}

/** The ids held, oldest first. */
export function idsOf(roster: Roster): string[] {
  return roster.leases.map((lease) => lease.id)
}
