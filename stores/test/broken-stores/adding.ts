/** For each clause on reading and adding, a store that breaks it. */
import { type Lease, type Roster, type Store } from '@streamgate/core'
import { idsOf, stopOf } from '../../src/contract/specimens.ts'
import { broken, misreading, readThenWrite, conflict, withoutLeaseMember } from './breaking.ts'

export const BROKEN_IN_ADDING: Readonly<Record<string, () => Store>> = {
  'a user who was never seen holds nothing': broken((sound) => ({
    read: async (user) => {
      const roster = await sound.read(user)
      return roster.version === 0 ? { ...roster, leases: [{} as Lease] } : roster
    },
  })),
  'a lease is read back with every member as it was written': withoutLeaseMember('label'),
  'a lease that never expires is read back as one': misreading((roster) => ({
    ...roster,
    leases: roster.leases.map((lease) => ({ ...lease, expiresAtMs: Number(lease.expiresAtMs) })),
  })),
  'a note on an eviction is read back with every member as it was written': misreading((roster) => ({
    ...roster,
    notes: roster.notes.map((note) => (note.how === 'evicted' ? { ...note, by: { id: note.by.id } } : note)),
  })),
  'a note of every kind is read back with every member that it has and no other': misreading((roster) => ({
    ...roster,
    notes: roster.notes.map((note) => (note.how === 'ended' ? { ...note, reason: note.reason ?? '' } : note)),
  })),
  'notes are returned in the order in which they were written': misreading((roster) => ({
    ...roster,
    notes: roster.notes.toSorted((a, b) => (a.leaseId < b.leaseId ? -1 : 1)),
  })),
  'leases are returned in the order in which they were added': misreading((roster) => ({
    ...roster,
    leases: roster.leases.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  })),
  'a roster that was returned does not change with later writes': broken((sound) => {
    let handedOut: { leases: Lease[] } | undefined
    return {
      read: async (user) => {
        const roster = structuredClone(await sound.read(user)) as Roster & { leases: Lease[] }
        handedOut = roster
        return roster
      },
      add: (user, lease, room) => {
        handedOut?.leases.push(lease)
        return sound.add(user, lease, room)
      },
    }
  }),
  'an add is done while fewer leases than the capacity are held': broken((sound) => ({
    add: (user, lease, room) => sound.add(user, lease, { ...room, capacity: Math.min(room.capacity, 2) }),
  })),
  'an add conflicts at capacity, and nothing is added': broken((sound) => ({
    add: (user, lease, room) => sound.add(user, lease, { ...room, capacity: room.capacity + 1 }),
  })),
  'an add conflicts if more than the capacity is already held': broken((sound) => ({
    add: async (user, lease, room) => {
      const isFull = (await sound.read(user)).leases.length === room.capacity
      return sound.add(user, lease, { ...room, capacity: isFull ? 0 : 1000 })
    },
  })),
  'expired leases count, because a store knows no clock': broken((sound) => ({
    add: async (user, lease, room) => {
      const lapsed = (await sound.read(user)).leases.filter((held) => (held.expiresAtMs ?? 1e15) < Date.now())
      return sound.add(user, lease, { ...room, capacity: room.capacity + lapsed.length })
    },
  })),
  'an add conflicts for an id that is held, and the held lease stays as it was': broken((sound) => ({
    add: async (user, lease, room) => {
      await sound.remove(user, { id: lease.id }, stopOf(lease.id))
      return sound.add(user, lease, room)
    },
  })),
  'of many parallel adds for the last slot exactly one wins': broken((sound) => ({
    add: (user, lease, room) =>
      readThenWrite(({ leases, notes }) =>
        leases.length < room.capacity ? { leases: [...leases, lease], notes } : undefined,
      )(sound, user),
  })),
  'one add repeated in parallel takes one slot': broken((sound) => ({
    add: (user, lease, room) =>
      readThenWrite((roster) =>
        idsOf(roster).includes(lease.id)
          ? undefined
          : { leases: [...roster.leases, lease].slice(0, room.capacity), notes: [] },
      )(sound, user),
  })),
  'parallel adds of different users do not hinder each other': broken((sound) => {
    let isBusy = false
    return {
      add: async (user, lease, room) => {
        if (isBusy) return conflict(sound, user)
        isBusy = true
        const outcome = await sound.add(user, lease, room)
        isBusy = false
        return outcome
      },
    }
  }),
}
