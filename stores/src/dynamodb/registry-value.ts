/**
 * The devices that a user has registered.
 *
 *     R     {"tv-1": {s, u, t, n}}    registered, last used, device type, label
 *     RX    [1790000000000, …]        when removed devices had been registered
 *
 * A map, so that a start on a registered device finds it and dates its last use in one request. An
 * item with three streams on three devices, with short ids, types, contents and labels, has about
 * 520 bytes. Fifty devices alone have 2.5 kB.
 */
import { registeredDevice, type Device, type DeviceId, type DeviceRegistry } from '@streamgate/core'
import type { AttributeValue } from './attribute-value.ts'
import { numberIn, numberValue, textMember, withoutAbsent } from './members.ts'

/** The attributes of an item that hold a registry. */
type RegistryAttributes = { readonly R?: AttributeValue; readonly RX?: AttributeValue }

/** The attributes for a registry. `RX` is absent if no device was removed. */
export function registryAttributes({ devices, removed }: DeviceRegistry): RegistryAttributes {
  return {
    R: { M: Object.fromEntries(devices.map((device) => [device.id, deviceValue(device)])) },
    ...(removed.length > 0 && { RX: { L: removed.map(numberValue) } }),
  }
}

/** The registry in an item. `undefined` if it has none. */
export function registryIn({ R, RX }: RegistryAttributes): DeviceRegistry | undefined {
  if (R?.M === undefined) return undefined
  const devices = Object.entries(R.M).map(([id, value]) => deviceIn(id as DeviceId, value))
  return {
    devices: devices.toSorted(
      (one, other) => one.registeredAtMs - other.registeredAtMs || (one.id < other.id ? -1 : 1),
    ),
    removed: (RX?.L ?? []).map((value) => numberIn(value) ?? 0),
  }
}

/** Whether a device is in a registry. */
export function isRegistered(registry: DeviceRegistry | undefined, id: DeviceId | undefined): boolean {
  return registeredDevice(registry, id) !== undefined
}

function deviceValue({ registeredAtMs, lastUsedAtMs, deviceType, label }: Device): AttributeValue {
  return {
    M: {
      s: numberValue(registeredAtMs),
      u: numberValue(lastUsedAtMs),
      ...textMember('t', deviceType),
      ...textMember('n', label),
    },
  }
}

function deviceIn(id: DeviceId, { M: members = {} }: AttributeValue): Device {
  return withoutAbsent({
    id,
    deviceType: members['t']?.S,
    label: members['n']?.S,
    registeredAtMs: numberIn(members['s']) ?? 0,
    lastUsedAtMs: numberIn(members['u']) ?? 0,
  }) as Device
}
