/**
 * What the service answers. The OpenAPI document is made from these schemas.
 */
import * as v from 'valibot'
import { LeaseIdSchema, StreamIdSchema, UserIdSchema } from './id-schemas.ts'

/** An instant, as answers write it. */
export const Instant = v.pipe(
  v.string(),
  v.description('RFC 3339, in UTC, with milliseconds.'),
  v.metadata({ jsonSchema: { format: 'date-time', examples: ['2026-11-22T02:00:00.000Z'] } }),
)
/** A number of things, or none. */
export const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
/** A number of things, at least one. */
export const Several = v.pipe(v.number(), v.integer(), v.minValue(1))

/** The members of a stream in every answer. */
export const described = {
  id: LeaseIdSchema,
  streamId: StreamIdSchema,
  deviceId: v.exactOptional(v.string()),
  deviceType: v.exactOptional(v.string()),
  contentId: v.exactOptional(v.string()),
  label: v.exactOptional(v.string()),
  attributes: v.exactOptional(
    v.pipe(v.record(v.string(), v.string()), v.description('The free attributes of its start.')),
  ),
  startedAt: Instant,
  expiresAt: v.nullable(
    v.pipe(Instant, v.description('When the lease expires. `null`: it is held until the stream is stopped.')),
  ),
}

/**
 * The answer to a start or a heartbeat: this stream, and the ids of all live streams of its user.
 */
export const StreamSchema = v.pipe(
  v.object({
    ...described,
    userId: UserIdSchema,
    heartbeatSeconds: v.nullable(v.pipe(Several, v.description('Send the next heartbeat after this time.'))),
    limit: v.pipe(Count, v.description('How many streams the plan allows.')),
    active: v.exactOptional(
      v.pipe(
        Count,
        v.description('How many live streams of the user count against the limit. Absent if `degraded`.'),
      ),
    ),
    streams: v.exactOptional(
      v.pipe(
        v.array(LeaseIdSchema),
        v.description(
          'The ids of all these streams, oldest first: as many as the limit allows. A refusal names 20 at most. Absent if `degraded`.',
        ),
      ),
    ),
    degraded: v.exactOptional(
      v.pipe(
        v.boolean(),
        v.description(
          'Present, and true, if the store does not answer and the policy lets streams run then. The stream has no lease and no `ETag`, and is not counted. Its next heartbeat starts it once the store is back.',
        ),
      ),
    ),
    ignored: v.exactOptional(
      v.pipe(v.boolean(), v.description('Present, and true, if the plan does not count this stream.')),
    ),
    graceUntil: v.exactOptional(
      v.pipe(
        Instant,
        v.description(
          'Present if the stream runs above the limit. It continues after this time only if there is room by then.',
        ),
      ),
    ),
    ended: v.exactOptional(
      v.pipe(v.array(LeaseIdSchema), v.description('The ids of the live streams whose slots it took.')),
    ),
    stopUrl: v.exactOptional(
      v.pipe(
        v.string(),
        v.description(
          'Only if callers are checked: the path to which a page sends its beacon when it is left. It ends this stream, needs no header, and allows nothing else.',
        ),
      ),
    ),
    playbackToken: v.exactOptional(
      v.pipe(
        v.string(),
        v.description(
          'Only with `--playback-tokens`: what the player shows to the CDN and to the licence server from now on. In each answer to a start, and in that to a heartbeat if half the life of the former one is over.',
        ),
      ),
    ),
    playbackTokenExpiresAt: v.exactOptional(
      v.pipe(Instant, v.description('When it expires. A repeated start brings another one.')),
    ),
  }),
  v.description('A stream that may run.'),
  v.metadata({
    jsonSchema: {
      examples: [
        {
          id: '456@tv-1',
          userId: '123',
          streamId: '456',
          deviceId: 'tv-1',
          deviceType: 'tv',
          label: 'Living room TV',
          startedAt: '2026-11-22T02:00:00.000Z',
          expiresAt: '2026-11-22T02:01:15.000Z',
          heartbeatSeconds: 25,
          limit: 3,
          active: 2,
          streams: ['abc', '456@tv-1'],
        },
      ],
    },
  }),
)

/** A stream in the examples. */
export const LISTED_EXAMPLE = {
  id: 'abc',
  streamId: 'abc',
  deviceType: 'tv',
  label: 'Living room TV',
  startedAt: '2026-11-22T01:10:00.000Z',
  lastSeenAt: '2026-11-22T01:59:55.000Z',
  expiresAt: '2026-11-22T02:01:10.000Z',
}

/** A stream in a list. */
export const ListedStreamSchema = v.pipe(
  v.object({
    ...described,
    lastSeenAt: v.pipe(Instant, v.description('When the last start or heartbeat came.')),
  }),
  v.description('A live stream of a user.'),
  v.metadata({ jsonSchema: { examples: [LISTED_EXAMPLE] } }),
)

/** All live streams of a user. */
export const ListingSchema = v.pipe(
  v.object({
    userId: UserIdSchema,
    limit: v.pipe(Count, v.description('How many streams the plan allows.')),
    active: v.pipe(Count, v.description('How many live streams count against the limit.')),
    more: v.exactOptional(
      v.pipe(Several, v.description('How many streams follow. Absent on the last page.')),
    ),
    streams: v.array(ListedStreamSchema),
    ignored: v.exactOptional(
      v.pipe(
        v.array(ListedStreamSchema),
        v.description('Live streams that the plan does not count. Only on the first page.'),
      ),
    ),
  }),
  v.description('The live streams of a user.'),
  v.metadata({
    jsonSchema: { examples: [{ userId: '123', limit: 3, active: 1, streams: [LISTED_EXAMPLE] }] },
  }),
)

export const StatusSchema = v.object({ status: v.string() })
/** The policy that a process applies. */
export const PolicyInForceSchema = v.object({
  origin: v.pipe(
    v.picklist(['built-in', 'setting', 'file']),
    v.description('Where it came from: a file, the JSON of a setting, or neither.'),
  ),
  sha256: v.exactOptional(
    v.pipe(
      v.string(),
      v.description('The SHA-256 of its text in hexadecimal. For a file, as `sha256sum` prints it.'),
    ),
  ),
  loadedAt: v.pipe(Instant, v.description('When this process, or its primary, loaded it.')),
  refusedAt: v.exactOptional(
    v.pipe(
      Instant,
      v.description(
        'Present if a newer version of the file was rejected. The previous policy stays in force.',
      ),
    ),
  ),
})
export const VersionSchema = v.object({ name: v.string(), version: v.string(), policy: PolicyInForceSchema })
/** A JSON Schema. */
export const PolicyFileSchema = v.looseObject({ $schema: v.string(), title: v.string() })
