/** Ids that DynamoDB's expressions and sizes could stumble over. */
import type { DeviceId, Lease, LeaseId, NoteOf, UserId } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { evictionOfLease, leaseOf, stopOf } from '../src/contract/specimens.ts'
import { useDynalite } from './dynalite/dynalite.ts'

const dynalite = useDynalite()

const LATER = { renewedAtMs: 50_000, expiresAtMs: 60_000 }

const AWKWARD = [
  'a.b.c',
  'a[0]',
  '#a',
  ':a',
  'a "quoted" \'one\'',
  'L#a',
  'V',
  'Streams',
  'ExpiresAt',
  '__proto__',
  '🎬📺',
  'a\\b\n\t',
  '@',
  'a@b@c',
]

describe('awkward ids', { timeout: 60_000 }, () => {
  it('go through every verb, side by side', async () => {
    const store = await dynalite.makeStore()
    for (const user of AWKWARD.map((name) => name as UserId)) {
      for (const name of AWKWARD) {
        const id = name as LeaseId
        expect((await store.add(user, leaseNamed(id), { capacity: AWKWARD.length })).done).toBe(true)
        expect((await store.renew(user, { id }, LATER)).done).toBe(true)
      }
      const seen = await store.read(user)
      expect(seen.leases).toEqual(AWKWARD.map((name) => ({ ...leaseNamed(name as LeaseId), ...LATER })))
      const notes = AWKWARD.map((name) => noteAbout(name as LeaseId))
      const next = { leases: seen.leases.toReversed().slice(1), notes }
      expect((await store.replace(user, seen, next)).roster).toMatchObject(next)
      for (const { id } of next.leases) expect((await store.remove(user, { id }, stopOf(id))).done).toBe(true)
      expect(await store.read(user)).toMatchObject({ leases: [], notes })
    }
    await store.close()
  })
})

/** The lease of an id that may hold `@`. Stream and device follow from it. */
function leaseNamed(id: LeaseId): Lease {
  const [streamId = '', ...device] = id.split('@')
  return leaseOf(streamId, {
    id,
    ...(device.length > 0 && { deviceId: device.join('@') as DeviceId }),
  })
}

/**
 * A note about this lease, by a stream of the same name. Notes keep their order even at one
 * instant.
 */
function noteAbout(leaseId: LeaseId): NoteOf<'evicted'> {
  return { ...evictionOfLease(leaseId), by: { id: leaseId, deviceId: 'own' as DeviceId } }
}
