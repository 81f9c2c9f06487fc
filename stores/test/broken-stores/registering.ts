/** For each clause on registered devices, a store that breaks it. */
import type { DeviceRegistry, Roster, Store } from '@streamgate/core'
import { broken } from './breaking.ts'

/** Reads registries as `change` makes them. */
const misreading = (change: (registry: DeviceRegistry) => DeviceRegistry) =>
  broken((sound) => ({
    read: async (user) => {
      const { registry, ...roster } = await sound.read(user)
      return registry === undefined ? roster : { ...roster, registry: change(registry) }
    },
  }))

function withoutRegistry({ registry: _gone, ...roster }: Roster): Roster {
  return roster
}

export const BROKEN_IN_REGISTERING: Readonly<Record<string, () => Store>> = {
  'a registry is read back as it was written': misreading((registry) => ({ ...registry, removed: [] })),
  'an add on a registered device dates its last use, and no other': broken((sound) => ({
    add: async (user, lease, { registeredDevice: _ignored, ...room }) => sound.add(user, lease, room),
  })),
  'an add that asks for a registered device conflicts if it is not registered': broken((sound) => ({
    add: async (user, lease, { registeredDevice: _ignored, ...room }) => sound.add(user, lease, room),
  })),
  'an add that does not ask leaves the registry alone': broken((sound) => ({
    add: (user, lease, room) => sound.add(user, lease, { ...room, registeredDevice: true }),
  })),
  'a renew, a remove and the end of the last lease leave the registry alone': broken((sound) => ({
    remove: async (user, lease, note) => {
      const outcome = await sound.remove(user, lease, note)
      const seen = await sound.read(user)
      await sound.replace(user, seen, withoutRegistry(seen))
      return outcome
    },
  })),
  'an erased user has no registry': broken((sound) => ({
    erase: async (user) => {
      const { registry } = await sound.read(user)
      await sound.erase(user)
      if (registry === undefined) return
      await sound.replace(user, await sound.read(user), { leases: [], notes: [], registry })
    },
  })),
}
