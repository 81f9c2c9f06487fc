/**
 * Registered devices as answers show them, and the 409 of a device that may not be registered.
 */
import type { Device, DeviceRefusal, UserId } from '@streamgate/core'
import type { HttpResponse } from './http.ts'
import { instant } from './lease-view.ts'
import { problem } from './problem.ts'

/** The longest body, in bytes: a player parses it while a viewer waits. */
const REFUSAL_BYTES_MAX = 4096
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
  const { max, devices, nextChangeAtMs, isTooSoon } = refusal
  const next = instant(nextChangeAtMs)
  const detail = isTooSoon
    ? `${user} has registered too many devices lately. Another one is possible from ${next}.`
    : `${user} has registered ${devices.length} of ${max} devices.`
  const naming = (count: number): HttpResponse => {
    const more = devices.length - count
    const members = {
      limit: max,
      registered: devices.length,
      nextChangeAt: next,
      ...(more > 0 && { more }),
      devices: devices.slice(0, count).map(shownDevice),
    }
    return problem('device-limit-reached', detail, { members })
  }
  let count = Math.min(devices.length, DEVICES_SHOWN_MAX)
  let answer = naming(count)
  while (count > 1 && Buffer.byteLength(answer.body ?? '') > REFUSAL_BYTES_MAX) {
    count -= 1
    answer = naming(count)
  }
  return answer
}
