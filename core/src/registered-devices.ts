/** Looking at, naming and removing the devices that a user has registered. */
import {
  EMPTY_REGISTRY,
  registeredDevice,
  withoutDevice,
  type Device,
  type DeviceRegistry,
} from './devices.ts'
import type { TenantRef } from './decision.ts'
import type { DeviceId, UserId, Writable } from './lease.ts'
import { longestLeaseMs } from './pace.ts'
import type { Policy } from './policy/policy.ts'
import type { RosterContent } from './roster.ts'
import type { Write } from './rules/claim.ts'
import { noteKeptMs, withNotes } from './rules/notes.ts'
import { planOf } from './rules/plan-lookup.ts'
import { nextChangeAtMs } from './rules/registration.ts'
import type { VerbParts } from './verb-parts.ts'

/** The devices of a user, under the plan of the stream started last, or the default plan. */
export type DeviceView = {
  /** In the order of their registration. */
  readonly devices: readonly Device[]
  /** How many the plan allows. `null` if it does not register devices. */
  readonly max: number | null
  /** From when on another device may be registered, if there is room. Milliseconds. */
  readonly nextChangeAtMs: number
}

/** Which device to remove. Without an id all of them. */
export type DeviceRef = TenantRef & { readonly user: UserId; readonly deviceId?: DeviceId | undefined }

/** A new name for a device. `null` removes the name. */
export type DeviceName = TenantRef & {
  readonly user: UserId
  readonly deviceId: DeviceId
  readonly label: string | null
}

/** `unknown`: no such device was registered. */
export type DeviceResult =
  | { readonly outcome: 'removed' | 'unknown' }
  | { readonly outcome: 'named'; readonly device: Device }

const UNKNOWN = { outcome: 'unknown' } as const

/** The devices that a user has registered: see `Limiter.devices`. */
export async function viewDevices(
  { store, finished, now, judgingMs }: VerbParts,
  policy: Policy,
  user: UserId,
): Promise<DeviceView> {
  const roster = await store.read(user)
  const { devices: rule } = planOf(policy, finished.liveIn(roster, judgingMs(), user).at(-1))
  const nowMs = now()
  return {
    devices: roster.registry?.devices ?? [],
    max: rule?.max ?? null,
    nextChangeAtMs: rule === null ? nowMs : nextChangeAtMs(roster.registry, rule, nowMs),
  }
}

/** Removes a device, and ends its streams in the same write: see `Limiter.removeDevice`. */
export async function removeDevice(
  parts: VerbParts,
  { paces }: Policy,
  { user, deviceId }: DeviceRef,
): Promise<Exclude<DeviceResult, { readonly outcome: 'named' }>> {
  const keptMs = 2 * noteKeptMs(longestLeaseMs(paces))
  const { verdict } = await parts.settler.settle(user, await parts.store.read(user), (roster, nowMs) => {
    const { registry = EMPTY_REGISTRY } = roster
    const gone = registry.devices.filter(({ id }) => deviceId === undefined || id === deviceId)
    if (gone.length === 0) return UNKNOWN
    const ids = new Set<DeviceId | undefined>(gone.map(({ id }) => id))
    const ending = roster.leases.filter((lease) => ids.has(lease.deviceId))
    const leases = roster.leases.filter((lease) => !ending.includes(lease))
    const atMs = parts.now()
    const notes = ending.map(({ id: leaseId, generation }) => {
      const times = { atMs, untilMs: atMs + keptMs }
      return { how: 'ended', leaseId, generation, reason: REMOVED_REASON, ...times } as const
    })
    const left = gone.reduce(withoutDevice, registry)
    return {
      outcome: 'removed' as const,
      write: withRegistry({ leases, ...withNotes(roster, notes, nowMs) }, left),
    }
  })
  return { outcome: verdict.outcome }
}

/** What the player of a stream on a removed device is told. */
const REMOVED_REASON = 'This device was removed from the account.'

/** Names a device: see `Limiter.nameDevice`. */
export async function nameDevice(
  parts: VerbParts,
  { user, deviceId, label }: DeviceName,
): Promise<Exclude<DeviceResult, { readonly outcome: 'removed' }>> {
  const { verdict } = await parts.settler.settle(user, await parts.store.read(user), (roster) => {
    const { registry = EMPTY_REGISTRY } = roster
    const held = registeredDevice(registry, deviceId)
    if (held === undefined) return UNKNOWN
    const { label: _former, ...rest } = held
    const device: Device = label === null ? rest : { ...rest, label }
    const devices = registry.devices.map((each) => (each === held ? device : each))
    return { outcome: 'named' as const, device, write: withRegistry(roster, { ...registry, devices }) }
  })
  return 'device' in verdict ? { outcome: 'named', device: verdict.device } : UNKNOWN
}

/** These contents, with another registry. */
function withRegistry(content: RosterContent, registry: DeviceRegistry): Write {
  const { leases, notes, lastStop, forgottenUntilMs } = content
  const next: Writable<RosterContent> = { leases, notes, registry }
  if (lastStop !== undefined) next.lastStop = lastStop
  if (forgottenUntilMs !== undefined) next.forgottenUntilMs = forgottenUntilMs
  return { verb: 'replace', next }
}
