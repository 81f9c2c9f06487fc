/** The devices that users register, as values. */
import type { DeviceId } from './lease.ts'

/** The most devices that a plan may allow, and that are kept for one user. */
export const DEVICES_MAX = 50
/** The most registrations in a window that a plan may allow. */
export const DEVICE_CHANGES_MAX = 100

/** A registered device. Times are in milliseconds since the epoch. */
export type Device = {
  readonly id: DeviceId
  readonly deviceType?: string
  /** What a viewer would recognise: "Living room TV". */
  readonly label?: string
  readonly registeredAtMs: number
  /** When a stream was last started on it. */
  readonly lastUsedAtMs: number
}

/** The devices of a user. */
export type DeviceRegistry = {
  /** In the order of their registration. */
  readonly devices: readonly Device[]
  /** When devices that were removed since had been registered, in milliseconds since the epoch. */
  readonly removed: readonly number[]
}

export const EMPTY_REGISTRY: DeviceRegistry = { devices: [], removed: [] }

/** The device with this id, if it is registered. */
export function registeredDevice(
  registry: DeviceRegistry | undefined,
  id: DeviceId | undefined,
): Device | undefined {
  return id === undefined ? undefined : registry?.devices.find((device) => device.id === id)
}

/** The registry after a start on a registered device. */
export function withLastUse(registry: DeviceRegistry, id: DeviceId, atMs: number): DeviceRegistry {
  const devices = registry.devices.map((device) =>
    device.id === id ? { ...device, lastUsedAtMs: atMs } : device,
  )
  return { ...registry, devices }
}

/** The registry without a device. Its registration still counts as a change. */
export function withoutDevice({ devices, removed }: DeviceRegistry, gone: Device): DeviceRegistry {
  return {
    devices: devices.filter(({ id }) => id !== gone.id),
    removed: [...removed, gone.registeredAtMs].slice(-DEVICE_CHANGES_MAX),
  }
}
