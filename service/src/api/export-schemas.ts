/** Everything that is stored about a user, as it is handed out. */
import * as v from 'valibot'
import { described, Instant } from './answer-schemas.ts'
import { DeviceSchema } from './device-schemas.ts'
import { LeaseIdSchema, UserIdSchema } from './id-schemas.ts'

const Text = v.exactOptional(v.string())
const plan = v.exactOptional(v.pipe(v.string(), v.description('The plan that its caller named.')))
const network = v.exactOptional(
  v.pipe(v.string(), v.description('A keyed hash of the network on which it was started.')),
)
const reportedContentId = v.exactOptional(
  v.pipe(v.string(), v.description('What its player reported that it plays, if its start did not say.')),
)

const reportedAt = v.exactOptional(
  v.pipe(Instant, v.description('The time of its last report, by the clock of its player.')),
)

const HeldStreamSchema = v.object({
  ...described,
  plan,
  network,
  reportedContentId,
  reportedAt,
  lastSeenAt: v.pipe(Instant, v.description('When the last start or heartbeat came.')),
  graceUntil: v.exactOptional(Instant),
})

const EndedStreamSchema = v.object({
  id: LeaseIdSchema,
  how: v.pipe(
    v.picklist(['evicted', 'ended', 'stopped', 'played-out', 'lapsed']),
    v.description(
      '`evicted`: another stream took its place. `ended`: an operator ended it. `stopped`: its player did. `played-out`: its player reported the end. `lapsed`: its lease expired.',
    ),
  ),
  at: Instant,
  until: v.pipe(Instant, v.description('How long this is remembered.')),
  by: v.exactOptional(
    v.pipe(
      v.object({ id: LeaseIdSchema, deviceId: Text, deviceType: Text, label: Text }),
      v.description('The stream that took its place.'),
    ),
  ),
  reason: v.exactOptional(v.pipe(v.string(), v.description('What the operator said.'))),
  plan,
  deviceType: Text,
  contentId: Text,
  label: Text,
  attributes: v.exactOptional(v.record(v.string(), v.string())),
  network,
  reportedContentId,
  reportedAt,
})

/** Everything that is stored about a user. */
export const ExportSchema = v.pipe(
  v.object({
    userId: UserIdSchema,
    tenant: Text,
    streams: v.pipe(
      v.array(HeldStreamSchema),
      v.description('The streams that are held, oldest first, expired ones too.'),
    ),
    ended: v.pipe(
      v.array(EndedStreamSchema),
      v.description('The ends of streams that their players may still have to be told of.'),
    ),
    devices: v.array(DeviceSchema),
    removedDevices: v.pipe(
      v.array(Instant),
      v.description('When devices that were removed since had been registered.'),
    ),
  }),
  v.description('Everything that is stored about a user.'),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          userId: '123',
          streams: [
            {
              id: '456@tv-1',
              streamId: '456',
              deviceId: 'tv-1',
              startedAt: '2026-11-22T02:00:00.000Z',
              lastSeenAt: '2026-11-22T02:00:25.000Z',
              expiresAt: '2026-11-22T02:01:40.000Z',
            },
          ],
          ended: [
            {
              id: '455@tv-1',
              how: 'stopped',
              at: '2026-11-22T01:59:59.000Z',
              until: '2026-11-22T02:01:14.000Z',
            },
          ],
          devices: [],
          removedDevices: [],
        },
      ],
    },
  }),
)
