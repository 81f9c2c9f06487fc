/**
 * One schema per body. What is validated and what the OpenAPI document says come from the same place.
 */
import { STREAM_ID_BYTES_MAX } from '@streamgate/core'
import * as v from 'valibot'
import {
  CONTROL_CHARACTER,
  DeviceIdSchema,
  isWellFormed,
  LeaseIdSchema,
  StreamIdSchema,
  textSchema,
  UserIdSchema,
} from './id-schemas.ts'

/** Longest `label`, in characters. */
const LABEL_CHARACTERS_MAX = 64
/** Longest `deviceType` and `plan`, in bytes of UTF-8. */
const NAME_BYTES_MAX = 64

/** Characters as Unicode counts them, and JSON Schema too: code points. */
function charactersIn(value: string): number {
  return Array.from(value).length
}

/** The last part of a problem's `type`. */
export const ProblemNameSchema = v.pipe(v.string(), v.description('The last part of a problem’s `type`.'))

const nameOf = (description: string, example: string) =>
  textSchema({ bytesMax: NAME_BYTES_MAX, description, examples: [example] })

const LabelSchema = v.pipe(
  v.string(),
  v.check(isWellFormed, 'must be well-formed Unicode'),
  v.check(
    (value) => charactersIn(value) <= LABEL_CHARACTERS_MAX,
    ({ input }) => `must be at most ${LABEL_CHARACTERS_MAX} characters, got ${charactersIn(input)}`,
  ),
  v.check((value) => !CONTROL_CHARACTER.test(value), 'must not contain control characters'),
  v.description('What a viewer would recognise.'),
  v.metadata({ jsonSchema: { maxLength: LABEL_CHARACTERS_MAX, examples: ['Living room TV'] } }),
)

/** A member that may be absent; `null` says so too, since many clients write it. */
const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.exactOptional(v.nullable(schema))

const optionalMembers = {
  deviceId: optional(DeviceIdSchema),
  deviceType: optional(nameOf('The kind of device: `tv`, `mobile`, `web`, or any other.', 'tv')),
  contentId: optional(
    textSchema({
      bytesMax: STREAM_ID_BYTES_MAX,
      description: 'What is being watched.',
      examples: ['film-1'],
    }),
  ),
  label: optional(LabelSchema),
  plan: optional(
    nameOf('The plan that the user is on; a trusted caller’s to say. Else the default plan.', 'standard'),
  ),
  replaces: optional(LeaseIdSchema),
}

export const StartSchema = v.pipe(
  v.object({ streamId: StreamIdSchema, ...optionalMembers }),
  v.description('The stream to start. `null` means absent, and unknown members are ignored.'),
)
export const HeartbeatSchema = v.pipe(
  v.object({ streamId: optional(StreamIdSchema), ...optionalMembers }),
  v.description(
    'What the lease is admitted with if it has lapsed and is gone. `streamId` and `deviceId` are those of the path.',
  ),
)

/** Checked line by line, where it is parsed. */
export const CmcdReportSchema = v.pipe(
  v.string(),
  v.description(
    'CMCD version 2 events (CTA-5004-B), one on each line, each with `sid` and `e`. At most 64 KiB.',
  ),
  v.metadata({ jsonSchema: { examples: ['e=ps,sid="456@tv-1",sta=p,ts=1790000000000,v=2'] } }),
)

/** Most streams of a page, and how many it has unless a caller says. */
export const PAGE_STREAMS_MAX = 100
/** How many streams a page may have, as a query has it. */
export const PageSizeSchema = v.pipe(
  v.string(),
  v.check(
    (text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= PAGE_STREAMS_MAX,
    ({ input }) => `must be a whole number from 1 to ${PAGE_STREAMS_MAX}, got ${JSON.stringify(input)}`,
  ),
  v.description('The most streams to show.'),
  v.metadata({
    jsonSchema: { type: 'integer', minimum: 1, maximum: PAGE_STREAMS_MAX, default: PAGE_STREAMS_MAX },
  }),
)
export const AfterSchema = v.pipe(
  LeaseIdSchema,
  v.description('The id of the last stream of the page before: the page begins behind it.'),
)

const Instant = v.pipe(
  v.string(),
  v.description('RFC 3339, UTC, with milliseconds.'),
  v.metadata({ jsonSchema: { format: 'date-time', examples: ['2026-11-22T02:00:00.000Z'] } }),
)
const Count = v.pipe(v.number(), v.integer(), v.minValue(0))
const Several = v.pipe(v.number(), v.integer(), v.minValue(1))
const Seconds = Several
const described = {
  id: LeaseIdSchema,
  streamId: StreamIdSchema,
  deviceId: v.exactOptional(v.string()),
  deviceType: v.exactOptional(v.string()),
  contentId: v.exactOptional(v.string()),
  label: v.exactOptional(v.string()),
  startedAt: Instant,
  expiresAt: v.nullable(
    v.pipe(Instant, v.description('When the lease lapses; `null` where it is held until it is stopped.')),
  ),
}

/** The answer to a start or a heartbeat: this stream, and what else runs. */
export const StreamSchema = v.object({
  ...described,
  userId: UserIdSchema,
  heartbeatSeconds: v.nullable(v.pipe(Seconds, v.description('Wait so long until the next heartbeat.'))),
  limit: Count,
  active: v.pipe(Count, v.description('How many streams of the user are live and count.')),
  streams: v.pipe(v.array(LeaseIdSchema), v.description('The ids of those, oldest first.')),
  ignored: v.exactOptional(
    v.pipe(v.boolean(), v.description('There, and true, where the plan does not count this stream.')),
  ),
  graceUntil: v.exactOptional(
    v.pipe(
      Instant,
      v.description(
        'There where it runs above the limit: it goes on after this only if there is room by then.',
      ),
    ),
  ),
  ended: v.exactOptional(
    v.pipe(v.array(LeaseIdSchema), v.description('The ids of the live streams whose place it took.')),
  ),
})

/** A stream as one of several. */
export const ListedStreamSchema = v.object({
  ...described,
  lastSeenAt: v.pipe(Instant, v.description('The last start or heartbeat.')),
})

/** All that runs for a user. */
export const ListingSchema = v.object({
  userId: UserIdSchema,
  limit: Count,
  active: Count,
  more: v.exactOptional(
    v.pipe(Several, v.description('How many come behind these; absent on the last page.')),
  ),
  streams: v.array(ListedStreamSchema),
  ignored: v.exactOptional(
    v.pipe(
      v.array(ListedStreamSchema),
      v.description('Live streams that the plan does not count; with the first page.'),
    ),
  ),
})

const problemMembers = { type: v.string(), title: v.string(), status: Count, detail: v.string() }

export const ProblemSchema = v.object(problemMembers)
export const InvalidRequestSchema = v.object({
  ...problemMembers,
  errors: v.array(v.object({ pointer: v.string(), detail: v.string() })),
})
const OneOrMany = v.union([v.string(), v.array(v.string())])
const RuleSchema = v.object({
  max: Count,
  deviceType: v.exactOptional(OneOrMany),
  where: v.exactOptional(
    v.object({
      deviceType: v.exactOptional(OneOrMany),
      deviceId: v.exactOptional(OneOrMany),
      contentId: v.exactOptional(OneOrMany),
    }),
  ),
  per: v.exactOptional(v.picklist(['deviceId', 'contentId'])),
  more: v.exactOptional(
    v.pipe(Several, v.description('There in a long rule: how many values of its lists are left out.')),
  ),
})
export const StreamLimitReachedSchema = v.object({
  ...problemMembers,
  limit: Count,
  active: Count,
  rule: v.pipe(RuleSchema, v.description('The limit of the plan that is reached.')),
  retryAfterSeconds: v.exactOptional(Seconds),
  more: v.exactOptional(
    v.pipe(Several, v.description('How many stand in the way beside those that `streams` names.')),
  ),
  streams: v.pipe(
    v.array(ListedStreamSchema),
    v.description(
      'Exactly those that stand in the way; any id may go into `replaces`. Of many the oldest: 20, or as many as fit into 4 kB.',
    ),
  ),
})
/** Longest `reason` of a stop, in characters. */
const REASON_CHARACTERS_MAX = 200
/** Who stops a stream. */
export const StopperSchema = v.pipe(
  v.string(),
  v.check(
    (text) => text === 'operator' || text === 'player',
    ({ input }) => `must be "operator" or "player", got ${JSON.stringify(input)}`,
  ),
  v.description('Who stops the stream. An operator’s stop cannot be undone by the player’s next heartbeat.'),
  v.metadata({ jsonSchema: { enum: ['player', 'operator'], default: 'player' } }),
)
/** What an operator tells the viewer. */
export const ReasonSchema = v.pipe(
  v.string(),
  v.check(isWellFormed, 'must be well-formed Unicode'),
  v.check(
    (text) => text.length > 0 && charactersIn(text) <= REASON_CHARACTERS_MAX,
    ({ input }) => `must be 1 to ${REASON_CHARACTERS_MAX} characters, got ${charactersIn(input)}`,
  ),
  v.check((text) => !CONTROL_CHARACTER.test(text), 'must not contain control characters'),
  v.description('What the player may show its viewer; only with `by=operator`.'),
  v.metadata({ jsonSchema: { minLength: 1, maxLength: REASON_CHARACTERS_MAX } }),
)

/** A 410: with `by` and `at` if another stream took the slot, with `reason` if an operator said why. */
export const StreamGoneSchema = v.object({
  ...problemMembers,
  by: v.exactOptional(
    v.object({
      id: LeaseIdSchema,
      deviceId: v.exactOptional(v.string()),
      deviceType: v.exactOptional(v.string()),
      label: v.exactOptional(v.string()),
    }),
  ),
  at: v.exactOptional(Instant),
  reason: v.exactOptional(
    v.pipe(v.string(), v.description('Words for the viewer, by the operator who stopped the stream.')),
  ),
})
export const StatusSchema = v.object({ status: v.string() })
/** Which policy a process decides by. */
const PolicyInForceSchema = v.object({
  origin: v.pipe(
    v.picklist(['built-in', 'setting', 'file']),
    v.description('Where it came from: a file, the JSON in a setting, or neither.'),
  ),
  sha256: v.exactOptional(
    v.pipe(
      v.string(),
      v.description('SHA-256 of its text, in hexadecimal: of the file, as `sha256sum` has it.'),
    ),
  ),
  loadedAt: v.pipe(Instant, v.description('Since when this process, or its primary, decides by it.')),
  refusedAt: v.exactOptional(
    v.pipe(
      Instant,
      v.description(
        'There where the file has changed since and was refused: the policy before is still in force.',
      ),
    ),
  ),
})
export const VersionSchema = v.object({ name: v.string(), version: v.string(), policy: PolicyInForceSchema })
/** A JSON Schema, as far as we look into our own. */
export const PolicyFileSchema = v.looseObject({ $schema: v.string(), title: v.string() })
export const ProblemTypeSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: Count,
  explanation: v.string(),
})
export const ProblemTypesSchema = v.object({ problems: v.array(ProblemTypeSchema) })
