/** For each clause on renewing and removing, a store that breaks it. */
import { heldLease, type Store } from '@streamgate/core'
import { idsOf } from '../../src/contract/specimens.ts'
import { GHOST, broken, ignoringGeneration, mistakingGeneration } from './breaking.ts'

export const BROKEN_IN_RENEWING: Readonly<Record<string, () => Store>> = {
  'a renewal moves the two instants of its lease and nothing else': broken((sound) => ({
    renew: async (user, { id }, renewal) => {
      const roster = await sound.read(user)
      return sound.replace(user, roster, {
        leases: roster.leases.map((lease) => ({ ...lease, ...renewal })),
        notes: idsOf(roster).includes(id) ? [] : roster.notes,
      })
    },
  })),
  'a renewal turns a lease into one that never expires, and back': broken((sound) => ({
    renew: (user, lease, renewal) =>
      sound.renew(user, lease, { ...renewal, expiresAtMs: renewal.expiresAtMs ?? 0 }),
  })),
  'a renewal by a report keeps what is reported first, and no content reported later': broken((sound) => ({
    renew: async (user, ref, renewal) => {
      const outcome = await sound.renew(user, ref, renewal)
      const { reportedContentId } = renewal
      if (reportedContentId === undefined) return outcome
      const leases = outcome.roster.leases.map((lease) =>
        lease.id === ref.id ? { ...lease, reportedContentId } : lease,
      )
      return sound.replace(user, outcome.roster, { ...outcome.roster, leases })
    },
  })),
  'a renewal keeps the time of the report that it comes from, and otherwise none': broken((sound) => ({
    renew: async (user, ref, renewal) => {
      const former = heldLease(await sound.read(user), ref.id)?.reportedAtMs
      return sound.renew(user, ref, { ...(former !== undefined && { reportedAtMs: former }), ...renewal })
    },
  })),
  'a renewal of a lease that is not held conflicts, and nothing is added': broken((sound) => ({
    renew: async (user, lease, renewal) => ({ ...(await sound.renew(user, lease, renewal)), done: true }),
  })),
  'a renewal for a user never seen conflicts, and the user stays unseen': broken((sound) => {
    let isTouched = false
    return {
      renew: (user, lease, renewal) => {
        isTouched = true
        return sound.renew(user, lease, renewal)
      },
      scan: async (request) => (isTouched ? { users: [GHOST] } : sound.scan(request)),
    }
  }),
  'a renewal with the right generation is done': mistakingGeneration('renew'),
  'a renewal with another generation conflicts, and nothing changes': ignoringGeneration('renew'),
  'a removal ends its lease and no other, wherever it is in the list': broken((sound) => ({
    remove: async (user, lease, note) => {
      const first = (await sound.read(user)).leases[0]
      return sound.remove(user, first ?? lease, note)
    },
  })),
  'a removal of a lease that is not held conflicts, and nothing changes': broken((sound) => ({
    remove: async (user, lease, note) => ({ ...(await sound.remove(user, lease, note)), done: true }),
  })),
  'a removal for a user never seen conflicts, and the user stays unseen': broken((sound) => {
    let isTouched = false
    return {
      remove: (user, lease, note) => {
        isTouched = true
        return sound.remove(user, lease, note)
      },
      scan: async (request) => (isTouched ? { users: [GHOST] } : sound.scan(request)),
    }
  }),
  'a removal with the right generation is done': mistakingGeneration('remove'),
  'a removal with another generation conflicts, and nothing changes': ignoringGeneration('remove'),
  'a slot that was freed can be taken at once': broken((sound) => {
    let freed = 0
    return {
      remove: (user, lease, note) => {
        freed += 1
        return sound.remove(user, lease, note)
      },
      add: (user, lease, room) => sound.add(user, lease, { ...room, capacity: room.capacity - freed }),
    }
  }),
  'a removal leaves the notes on evictions as they are': broken((sound) => ({
    remove: async (user, { id }, note) => {
      const roster = await sound.read(user)
      return sound.replace(user, roster, {
        leases: roster.leases.filter((lease) => lease.id !== id),
        notes: [],
        lastStop: note,
      })
    },
  })),
}
