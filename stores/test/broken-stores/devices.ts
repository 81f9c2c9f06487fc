/** For each clause on the leases of one device, a store that breaks it. */
import type { Lease, Roster, Store, UserId } from '@streamgate/core'
import { broken, readThenWrite, conflict } from './breaking.ts'

/** How many leases each device is believed to hold, beside a store that knows. */
type Counts = {
  readonly held: Map<string, number>
  readonly sound: Store
}

const keyOf = (user: UserId, { deviceId }: Pick<Lease, 'deviceId'>) => `${user}/${deviceId ?? ''}`

function counted(counts: Counts['held'], key: string, by: 1 | -1): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

/**
 * A store that decides by its own counts which leases are alone on a device. It keeps them
 * correctly except for `departure`.
 */
const miscounting = (departure: (counts: Counts) => Partial<Store>) =>
  broken((sound) => {
    const held: Counts['held'] = new Map()
    const leaseOf = async (user: UserId, id: string) =>
      (await sound.read(user)).leases.find((one) => one.id === id)
    const recount = (user: UserId, { leases }: Pick<Roster, 'leases'>) => {
      for (const key of [...held.keys()].filter((one) => one.startsWith(`${user}/`))) held.delete(key)
      for (const lease of leases) counted(held, keyOf(user, lease), 1)
    }
    return {
      add: async (user, lease, { capacity, soleOfDevice }) => {
        const isTaken = lease.deviceId !== undefined && (held.get(keyOf(user, lease)) ?? 0) > 0
        if (soleOfDevice === true && isTaken) return conflict(sound, user)
        const outcome = await sound.add(user, lease, { capacity })
        if (outcome.done) counted(held, keyOf(user, lease), 1)
        return outcome
      },
      remove: async (user, ref, note) => {
        const lease = await leaseOf(user, ref.id)
        const outcome = await sound.remove(user, ref, note)
        if (outcome.done && lease !== undefined) counted(held, keyOf(user, lease), -1)
        return outcome
      },
      replace: async (user, seen, next) => {
        const outcome = await sound.replace(user, seen, next)
        if (outcome.done) recount(user, outcome.roster)
        return outcome
      },
      erase: async (user) => {
        await sound.erase(user)
        recount(user, { leases: [] })
      },
      ...departure({ held, sound }),
    }
  })

export const BROKEN_IN_DEVICES: Readonly<Record<string, () => Store>> = {
  'an add that must be alone on its device is done for a user never seen': broken((sound) => ({
    add: async (user, lease, room) => {
      const isUnseen = (await sound.read(user)).version === 0
      return isUnseen && room.soleOfDevice === true ? conflict(sound, user) : sound.add(user, lease, room)
    },
  })),
  'an add that must be alone on its device is done beside leases of others and of none': broken((sound) => ({
    add: async (user, lease, room) => {
      const { leases } = await sound.read(user)
      const isLike = leases.some(({ id }) => lease.deviceId !== undefined && id.includes(lease.deviceId))
      return isLike && room.soleOfDevice === true ? conflict(sound, user) : sound.add(user, lease, room)
    },
  })),
  'an add that must be alone on its device conflicts while that holds a lease': broken((sound) => ({
    add: (user, lease, { capacity }) => sound.add(user, lease, { capacity }),
  })),
  'an add that must be alone on its device needs room too': broken((sound) => ({
    add: (user, lease, room) =>
      sound.add(user, lease, room.soleOfDevice === true ? { ...room, capacity: 1000 } : room),
  })),
  'a lease without a device is alone on none': broken((sound) => ({
    add: async (user, lease, room) => {
      const { leases } = await sound.read(user)
      const isTaken = leases.some(({ deviceId }) => deviceId === lease.deviceId)
      return isTaken && room.soleOfDevice === true ? conflict(sound, user) : sound.add(user, lease, room)
    },
  })),
  'a device may hold several leases by adds that ask for no more than room': broken((sound) => ({
    add: (user, lease, { capacity }) => sound.add(user, lease, { capacity, soleOfDevice: true }),
  })),
  'a device is free once its lease was removed': miscounting(({ sound }) => ({
    remove: (user, ref, note) => sound.remove(user, ref, note),
  })),
  'a device is free once its lease was replaced by others': miscounting(({ sound, held }) => ({
    replace: async (user, seen, next) => {
      const outcome = await sound.replace(user, seen, next)
      for (const lease of outcome.done ? next.leases : []) held.set(keyOf(user, lease), 1)
      return outcome
    },
  })),
  'a device is free once its user was erased': miscounting(({ sound }) => ({
    erase: (user) => sound.erase(user),
  })),
  'a device holds its lease through renewals and the end of others': miscounting(({ sound, held }) => ({
    remove: async (user, ref, note) => {
      const outcome = await sound.remove(user, ref, note)
      if (outcome.done) held.clear()
      return outcome
    },
  })),
  'a device holds a lease that a replace brought it, and one that a replace left it': miscounting(
    ({ sound }) => ({ replace: (user, seen, next) => sound.replace(user, seen, next) }),
  ),
  'a device that held two leases still holds one once the other was removed': miscounting(
    ({ sound, held }) => ({
      remove: async (user, ref, note) => {
        const { leases } = await sound.read(user)
        const outcome = await sound.remove(user, ref, note)
        const lease = leases.find(({ id }) => id === ref.id)
        if (outcome.done && lease !== undefined) held.delete(keyOf(user, lease))
        return outcome
      },
    }),
  ),
  'of many parallel adds that must be alone on one device exactly one wins': broken((sound) => ({
    add: (user, lease, room) =>
      readThenWrite(({ leases, notes }) =>
        leases.some(({ deviceId }) => room.soleOfDevice === true && deviceId === lease.deviceId)
          ? undefined
          : { leases: [...leases, lease], notes },
      )(sound, user),
  })),
  'parallel adds that must each be alone on a device of its own are all done': broken((sound) => {
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
