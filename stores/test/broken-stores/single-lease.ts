/** For each clause on reading, adding, renewing and removing, a store that breaks it. */
import { type Lease, type Roster, type Store } from '@streamgate/core'
import { idsOf } from '../../src/contract/specimens.ts'
import {
  GHOST,
  broken,
  ignoringGeneration,
  misreading,
  mistakingGeneration,
  readThenWrite,
  refused,
  withoutLeaseMember,
} from './breaking.ts'

export const BROKEN_IN_SINGLE_LEASES: Readonly<Record<string, () => Store>> = {
  'a user who was never seen holds nothing': broken((sound) => ({
    read: async (user) => {
      const roster = await sound.read(user)
      return roster.version === 0 ? { ...roster, leases: [{} as Lease] } : roster
    },
  })),
  'a lease is read back with every member as it was written': withoutLeaseMember('label'),
  'a lease that never lapses is read back as one': misreading((roster) => ({
    ...roster,
    leases: roster.leases.map((lease) => ({ ...lease, expiresAtMs: Number(lease.expiresAtMs) })),
  })),
  'a note on an eviction is read back with every member as it was written': misreading((roster) => ({
    ...roster,
    evictions: roster.evictions.map((note) => ({ ...note, by: { id: note.by.id } })),
  })),
  'leases are handed out in the order in which they were added': misreading((roster) => ({
    ...roster,
    leases: roster.leases.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  })),
  'a roster that was handed out does not change with later writes': broken((sound) => {
    let handedOut: { leases: Lease[] } | undefined
    return {
      read: async (user) => {
        const roster = structuredClone(await sound.read(user)) as Roster & { leases: Lease[] }
        handedOut = roster
        return roster
      },
      add: (user, lease, capacity) => {
        handedOut?.leases.push(lease)
        return sound.add(user, lease, capacity)
      },
    }
  }),
  'an add is done while fewer leases than the capacity are held': broken((sound) => ({
    add: (user, lease, capacity) => sound.add(user, lease, Math.min(capacity, 2)),
  })),
  'an add is refused at capacity, and nothing is added': broken((sound) => ({
    add: (user, lease, capacity) => sound.add(user, lease, capacity + 1),
  })),
  'an add is refused where more than the capacity is held already': broken((sound) => ({
    add: async (user, lease, capacity) =>
      sound.add(user, lease, (await sound.read(user)).leases.length === capacity ? 0 : 1000),
  })),
  'lapsed leases count, for a store knows no clock': broken((sound) => ({
    add: async (user, lease, capacity) => {
      const lapsed = (await sound.read(user)).leases.filter((held) => (held.expiresAtMs ?? 1e15) < Date.now())
      return sound.add(user, lease, capacity + lapsed.length)
    },
  })),
  'an add is refused for an id that is held, and the held lease stays as it was': broken((sound) => ({
    add: async (user, lease, capacity) => {
      await sound.remove(user, { id: lease.id })
      return sound.add(user, lease, capacity)
    },
  })),
  'of many parallel adds for the last place exactly one wins': broken((sound) => ({
    add: (user, lease, capacity) =>
      readThenWrite(({ leases, evictions }) =>
        leases.length < capacity ? { leases: [...leases, lease], evictions } : undefined,
      )(sound, user),
  })),
  'one add repeated in parallel takes one place': broken((sound) => ({
    add: (user, lease, capacity) =>
      readThenWrite((roster) =>
        idsOf(roster).includes(lease.id)
          ? undefined
          : { leases: [...roster.leases, lease].slice(0, capacity), evictions: [] },
      )(sound, user),
  })),
  'parallel adds of different users do not stand in each other’s way': broken((sound) => {
    let isBusy = false
    return {
      add: async (user, lease, capacity) => {
        if (isBusy) return refused(sound, user)
        isBusy = true
        const outcome = await sound.add(user, lease, capacity)
        isBusy = false
        return outcome
      },
    }
  }),
  'a renewal moves the two instants of its lease and nothing else': broken((sound) => ({
    renew: async (user, { id }, times) => {
      const roster = await sound.read(user)
      return sound.replace(user, roster, {
        leases: roster.leases.map((lease) => ({ ...lease, ...times })),
        evictions: idsOf(roster).includes(id) ? [] : roster.evictions,
      })
    },
  })),
  'a renewal turns a lease into one that never lapses, and back': broken((sound) => ({
    renew: (user, lease, times) =>
      sound.renew(user, lease, { ...times, expiresAtMs: times.expiresAtMs ?? 0 }),
  })),
  'a renewal of a lease that is not held is refused, and nothing is added': broken((sound) => ({
    renew: async (user, lease, times) => ({ ...(await sound.renew(user, lease, times)), done: true }),
  })),
  'a renewal for a user never seen is refused, and the user stays unseen': broken((sound) => {
    let isTouched = false
    return {
      renew: (user, lease, times) => {
        isTouched = true
        return sound.renew(user, lease, times)
      },
      scan: async (request) => (isTouched ? { users: [GHOST] } : sound.scan(request)),
    }
  }),
  'a renewal with the right generation is done': mistakingGeneration('renew'),
  'a renewal with another generation is refused, and nothing changes': ignoringGeneration('renew'),
  'a removal ends its lease and no other, wherever it stands': broken((sound) => ({
    remove: async (user, lease) => {
      const first = (await sound.read(user)).leases[0]
      return sound.remove(user, first ?? lease)
    },
  })),
  'a removal of a lease that is not held is refused, and nothing changes': broken((sound) => ({
    remove: async (user, lease) => ({ ...(await sound.remove(user, lease)), done: true }),
  })),
  'a removal for a user never seen is refused, and the user stays unseen': broken((sound) => {
    let isTouched = false
    return {
      remove: (user, lease) => {
        isTouched = true
        return sound.remove(user, lease)
      },
      scan: async (request) => (isTouched ? { users: [GHOST] } : sound.scan(request)),
    }
  }),
  'a removal with the right generation is done': mistakingGeneration('remove'),
  'a removal with another generation is refused, and nothing changes': ignoringGeneration('remove'),
  'a place that was freed can be taken at once': broken((sound) => {
    let freed = 0
    return {
      remove: (user, lease) => {
        freed += 1
        return sound.remove(user, lease)
      },
      add: (user, lease, capacity) => sound.add(user, lease, capacity - freed),
    }
  }),
  'a removal leaves the notes on evictions as they are': broken((sound) => ({
    remove: async (user, { id }) => {
      const roster = await sound.read(user)
      return sound.replace(user, roster, {
        leases: roster.leases.filter((lease) => lease.id !== id),
        evictions: [],
      })
    },
  })),
}
