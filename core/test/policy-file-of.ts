import type { DeviceRule, Plan, Policy } from '@streamgate/core'

/** The file that says what a policy means. */
export function fileOf({ paces, defaultPlan, plans }: Policy): unknown {
  const { leaseMs } = paces.whenRoom
  return {
    leaseSeconds: leaseMs === null ? null : leaseMs / 1000,
    heartbeatSeconds: {
      whenRoom: paces.whenRoom.heartbeatSeconds,
      whenFull: paces.whenFull.heartbeatSeconds,
    },
    defaultPlan: defaultPlan.name,
    plans: Object.fromEntries(
      [...plans].map(([name, { enforcePercent, shadow, ...own }]) => [
        name,
        { ...rulesOf(own), enforcePercent, ...(shadow !== null && { shadow: rulesOf(shadow) }) },
      ]),
    ),
  }
}

function rulesOf({
  limits,
  whenFull,
  sameDeviceReplaces,
  ignore,
  grace,
  devices,
}: Omit<Plan, 'enforcePercent' | 'shadow'>) {
  return {
    limits,
    whenFull,
    sameDeviceReplaces,
    ...(ignore.length > 0 && { ignore }),
    ...(grace !== null && { graceStreams: { streams: grace.streams, seconds: grace.windowMs / 1000 } }),
    ...(devices !== null && { devices: devicesOf(devices) }),
  }
}

function devicesOf({ changes, exempt, ...rest }: DeviceRule) {
  return {
    ...rest,
    ...(changes !== null && { changes: { max: changes.max, days: changes.windowMs / 86_400_000 } }),
    ...(exempt.length > 0 && { exempt }),
  }
}
