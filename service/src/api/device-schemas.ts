/**
 * Registered devices, as they are answered and named, and the ways in which a start is refused.
 */
import * as v from 'valibot'
import { Count, Instant, Several } from './answer-schemas.ts'
import { DeviceIdSchema, UserIdSchema } from './id-schemas.ts'
import { LabelSchema } from './input-schemas.ts'
import { problemMembers, StreamLimitReachedSchema } from './problem-schemas.ts'

const DEVICE_EXAMPLE = {
  deviceId: 'tv-1',
  deviceType: 'tv',
  label: 'Living room TV',
  firstUsedAt: '2026-09-01T18:00:00.000Z',
  lastUsedAt: '2026-11-22T02:00:00.000Z',
}

/** A registered device. */
export const DeviceSchema = v.pipe(
  v.object({
    deviceId: DeviceIdSchema,
    deviceType: v.exactOptional(v.string()),
    label: v.exactOptional(v.string()),
    firstUsedAt: v.pipe(Instant, v.description('When it was registered.')),
    lastUsedAt: v.pipe(Instant, v.description('When a stream was last started on it.')),
  }),
  v.description('A registered device.'),
  v.metadata({ jsonSchema: { examples: [DEVICE_EXAMPLE] } }),
)

const nextChangeAt = v.pipe(
  Instant,
  v.description('From when on another device may be registered, as far as the number of changes goes.'),
)

/** The registered devices of a user. */
export const DevicesSchema = v.pipe(
  v.object({
    userId: UserIdSchema,
    limit: v.exactOptional(
      v.pipe(Count, v.description('How many devices the plan allows. Absent if it registers none.')),
    ),
    nextChangeAt,
    devices: v.array(DeviceSchema),
  }),
  v.description('The devices that a user has registered, in the order of their registration.'),
  v.metadata({
    jsonSchema: {
      examples: [
        { userId: '123', limit: 3, nextChangeAt: '2026-11-22T02:00:00.000Z', devices: [DEVICE_EXAMPLE] },
      ],
    },
  }),
)

/** A new name for a device. */
export const DeviceNameSchema = v.pipe(
  v.object({ label: v.nullable(LabelSchema) }),
  v.description('The new name. `null` removes the name.'),
  v.metadata({ jsonSchema: { examples: [{ label: 'Bedroom TV' }] } }),
)

/** The 409 of a start on a device that may not be registered. */
export const DeviceLimitReachedSchema = v.pipe(
  v.object({
    ...problemMembers,
    limit: v.pipe(Count, v.description('How many devices the plan allows.')),
    registered: v.pipe(Count, v.description('How many are registered.')),
    nextChangeAt,
    more: v.exactOptional(v.pipe(Several, v.description('How many devices are left out.'))),
    devices: v.pipe(v.array(DeviceSchema), v.description('The registered devices. At most 20.')),
  }),
  v.description('The plan does not allow another device.'),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          type: '/problems/device-limit-reached',
          title: 'Device limit reached',
          status: 409,
          detail: '123 has registered 1 of 1 devices.',
          limit: 1,
          registered: 1,
          nextChangeAt: '2026-11-22T02:00:00.000Z',
          devices: [DEVICE_EXAMPLE],
        },
      ],
    },
  }),
)

/** The 409 of a start while a pool over all users is full. */
export const PoolFullSchema = v.pipe(
  v.object({
    ...problemMembers,
    pool: v.pipe(
      v.string(),
      v.description('The pool: its name, or with `per` its name, a colon and a value.'),
    ),
    limit: v.pipe(Count, v.description('How many streams of all users it may hold.')),
  }),
  v.description('Too many viewers watch this at once, over all users.'),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          type: '/problems/pool-full',
          title: 'Pool full',
          status: 409,
          detail: 'All 5000 slots of match-7 are in use.',
          pool: 'match-7',
          limit: 5000,
        },
      ],
    },
  }),
)

/** A 409: the limit of streams, that of devices, or a pool. */
export const LimitReachedSchema = v.union([
  StreamLimitReachedSchema,
  DeviceLimitReachedSchema,
  PoolFullSchema,
])
