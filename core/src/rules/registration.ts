/**
 * Device registration: a start on an unknown device registers it, if the plan has room for one more
 * device and for one more change.
 */
import type { Claim, DeviceDenial } from './claim.ts'
import {
  DEVICES_MAX,
  EMPTY_REGISTRY,
  registeredDevice,
  withLastUse,
  withoutDevice,
  type Device,
  type DeviceRegistry,
} from '../devices.ts'
import { LimiterError } from '../errors.ts'
import { matchesAny } from './limits.ts'
import type { DeviceRule, Plan } from '../plan.ts'
import { liveLeases, type Roster } from '../roster.ts'

/** The registry that a start leaves: absent if nothing was ever registered. */
export type Registration = { readonly registry: DeviceRegistry | undefined }

/** Whether the device of a newcomer must be registered under its plan. */
export function needsDevice({ newcomer, plan: { devices } }: Pick<Claim, 'newcomer' | 'plan'>): boolean {
  return devices !== null && !matchesAny(devices.exempt, newcomer)
}

/** Whether the plan registers devices, and the stream names none. */
export function lacksDevice(claim: Claim): boolean {
  const isOptional = claim.plan.devices?.isOptional === true
  return claim.newcomer.deviceId === undefined && needsDevice(claim) && !isOptional
}

/** @throws {LimiterError} `DEVICE_REQUIRED` if `lacksDevice`. */
export function assertDevice(claim: Claim): void {
  if (!lacksDevice(claim)) return
  throw new LimiterError('DEVICE_REQUIRED', 'The plan registers devices, and the stream names none')
}

/** The registry once the newcomer is held, or why its device may not be registered. */
export function register(roster: Roster, claim: Claim, nowMs: number): Registration | DeviceDenial {
  const { newcomer, plan } = claim
  const { registry } = roster
  const { deviceId } = newcomer
  if (plan.devices === null || deviceId === undefined || !needsDevice(claim)) return { registry }
  const atMs = newcomer.startedAtMs
  if (registeredDevice(registry, deviceId) !== undefined) {
    return { registry: registry && withLastUse(registry, deviceId, atMs) }
  }
  const room = roomForDevice(roster, plan.devices, nowMs)
  if (room === undefined) return denyDevice(roster, plan, nowMs)
  const device: Device = {
    id: deviceId,
    ...(newcomer.deviceType !== undefined && { deviceType: newcomer.deviceType }),
    ...(newcomer.label !== undefined && { label: newcomer.label }),
    registeredAtMs: atMs,
    lastUsedAtMs: atMs,
  }
  return { registry: { ...room, devices: [...room.devices, device] } }
}

/** From when on another device may be registered, as far as the number of changes goes. */
export function nextChangeAtMs(
  registry: DeviceRegistry | undefined,
  { changes }: DeviceRule,
  nowMs: number,
): number {
  if (changes === null) return nowMs
  const { devices, removed } = registry ?? EMPTY_REGISTRY
  const inWindow = [...removed, ...devices.map(({ registeredAtMs }) => registeredAtMs)]
    .filter((atMs) => nowMs < atMs + changes.windowMs)
    .toSorted((one, other) => one - other)
  const leaving = inWindow[inWindow.length - changes.max]
  return leaving === undefined ? nowMs : leaving + changes.windowMs
}

/** The registry with room for one more device. `undefined` if there is none. */
function roomForDevice(roster: Roster, rule: DeviceRule, nowMs: number): DeviceRegistry | undefined {
  const { registry = EMPTY_REGISTRY } = roster
  if (nextChangeAtMs(registry, rule, nowMs) > nowMs) return undefined
  const surplus = registry.devices.length + 1 - Math.min(rule.max, DEVICES_MAX)
  if (surplus <= 0) return registry
  if (rule.whenFull === 'deny') return undefined
  const inUse = new Set(liveLeases(roster, nowMs).map(({ deviceId }) => deviceId))
  const leastRecent = registry.devices
    .filter(({ id }) => !inUse.has(id))
    .toSorted((one, other) => one.lastUsedAtMs - other.lastUsedAtMs)
  if (leastRecent.length < surplus) return undefined
  return leastRecent.slice(0, surplus).reduce(withoutDevice, registry)
}

function denyDevice({ registry }: Roster, { devices: rule }: Plan, nowMs: number): DeviceDenial {
  const devices = registry?.devices ?? []
  const nextMs = rule === null ? nowMs : nextChangeAtMs(registry, rule, nowMs)
  const isTooSoon = nextMs > nowMs
  return { outcome: 'device-denied', max: rule?.max ?? 0, devices, nextChangeAtMs: nextMs, isTooSoon }
}
