/**
 * Registered devices as answers show them, and the 409 of a device that may not be registered.
 */
import type { Device, DeviceRefusal, UserId } from '@streamgate/core'
import type { HttpResponse } from './http.ts'
import { instant } from './lease-view.ts'
import { problem } from './problem.ts'

/** The most devices that a refusal names: no viewer chooses among more. */
const DEVICES_SHOWN_MAX = 20

/** A registered device. */
export function shownDevice(device: Device): Readonly<Record<string, unknown>> {
  const { id, deviceType, label, registeredAtMs, lastUsedAtMs } = device
  return {
    deviceId: id,
    deviceType,
    label,
    firstUsedAt: instant(registeredAtMs),
    lastUsedAt: instant(lastUsedAtMs),
  }
}

/** The answer to a start on a device that may not be registered. */
export function presentDeviceRefusal(user: UserId, refusal: DeviceRefusal): HttpResponse {
  const { max, devices, nextChangeAtMs } = refusal
  const isFull = devices.length >= max
  const next = instant(nextChangeAtMs)
  const detail = isFull
    ? `${user} has registered ${devices.length} of ${max} devices.`
    : `${user} has registered too many devices lately. Another one is possible from ${next}.`
  const more = devices.length - DEVICES_SHOWN_MAX
  const members = {
    limit: max,
    registered: devices.length,
    nextChangeAt: next,
    ...(more > 0 && { more }),
    devices: devices.slice(0, DEVICES_SHOWN_MAX).map(shownDevice),
  }
  return problem('device-limit-reached', detail, { members })
}
