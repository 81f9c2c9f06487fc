/** The registered devices of a user. */
import { noContent, json } from '../http.ts'
import { notFound } from '../fault.ts'
import { shownDevice } from '../device-refusal.ts'
import { DeviceNameSchema, DeviceSchema, DevicesSchema } from '../device-schemas.ts'
import { readInput } from '../input.ts'
import { instant } from '../lease-view.ts'
import type { Call, Outcome, Route } from '../route.ts'

const REMOVED = { 204: { description: 'Removed, whether or not it was registered.' } } as const
const NOT_REGISTERED = { description: 'The device is not registered.', problems: ['not-found'] } as const

export const listDevicesRoute: Route = {
  method: 'GET',
  path: '/users/{userId}/devices',
  audience: 'viewer',
  scope: 'read',
  operation: {
    operationId: 'listDevices',
    summary: 'List registered devices',
    description:
      'Lists the devices that a user has registered. A start on an unknown device registers it, if the plan registers devices.',
    answers: { 200: { description: 'The devices.', schema: DevicesSchema } },
  },
  handle: async (call) => {
    const { userId, tenant } = readInput(call, (input) => ({
      userId: input.user(),
      tenant: input.tenant(),
    }))
    const { devices, max, nextChangeAtMs } = await call.service.limiter.devices(userId, tenant)
    return json(200, {
      userId,
      ...(max !== null && { limit: max }),
      nextChangeAt: instant(nextChangeAtMs),
      devices: devices.map(shownDevice),
    })
  },
}

export const lookAtDeviceRoute: Route = {
  method: 'GET',
  path: '/users/{userId}/devices/{deviceId}',
  audience: 'viewer',
  scope: 'read',
  operation: {
    operationId: 'lookAtDevice',
    summary: 'Look at a registered device',
    description: 'Shows one registered device of a user.',
    answers: { 200: { description: 'The device.', schema: DeviceSchema }, 404: NOT_REGISTERED },
  },
  handle: async (call) => {
    const { user, tenant, deviceId } = readInput(call, (input) => ({
      user: input.user(),
      tenant: input.tenant(),
      deviceId: input.deviceId(),
    }))
    const { devices } = await call.service.limiter.devices(user, tenant)
    const device = devices.find(({ id }) => id === deviceId)
    return device === undefined ? { fault: notFound('device') } : json(200, shownDevice(device))
  },
}

export const nameDeviceRoute: Route = {
  method: 'PATCH',
  path: '/users/{userId}/devices/{deviceId}',
  audience: 'viewer',
  scope: 'admit',
  operation: {
    operationId: 'nameDevice',
    summary: 'Name a registered device',
    description: 'Gives a registered device the name by which the viewer knows it.',
    body: { schema: DeviceNameSchema, isRequired: true },
    answers: { 200: { description: 'The device.', schema: DeviceSchema }, 404: NOT_REGISTERED },
  },
  handle: async (call) => {
    const { user, tenant, deviceId, label } = readInput(call, (input) => ({
      user: input.user(),
      tenant: input.tenant(),
      deviceId: input.deviceId(),
      label: input.body(DeviceNameSchema)?.label ?? null,
    }))
    const result = await call.service.limiter.nameDevice({ user, tenant, deviceId, label })
    return 'device' in result ? json(200, shownDevice(result.device)) : { fault: notFound('device') }
  },
}

export const removeDeviceRoute: Route = {
  method: 'DELETE',
  path: '/users/{userId}/devices/{deviceId}',
  audience: 'viewer',
  scope: 'end',
  operation: {
    operationId: 'removeDevice',
    summary: 'Remove a registered device',
    description:
      'Makes room for another device, and ends the streams on this one: their players get 410 `stream-ended`. A start on it registers it again. Its registration still counts as a change.',
    answers: REMOVED,
  },
  handle: (call) => remove(call, true),
}

export const removeDevicesRoute: Route = {
  method: 'DELETE',
  path: '/users/{userId}/devices',
  audience: 'viewer',
  scope: 'end',
  operation: {
    operationId: 'removeDevices',
    summary: 'Remove all registered devices',
    description: 'Removes every registered device of a user, and ends the streams on them.',
    answers: REMOVED,
  },
  handle: (call) => remove(call, false),
}

async function remove(call: Call, isOne: boolean): Promise<Outcome> {
  const { user, tenant, deviceId } = readInput(call, (input) => ({
    user: input.user(),
    tenant: input.tenant(),
    deviceId: isOne ? input.deviceId() : undefined,
  }))
  const { outcome } = await call.service.limiter.removeDevice({ user, tenant, deviceId })
  return { ...noContent(), decision: { verb: 'remove-device', outcome, user, tenant, device: deviceId } }
}
