/**
 * What callers send. The service validates with these schemas, and the OpenAPI document is made
 * from them.
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
} from './id-schemas.ts'
import { AttributesSchema, ClientAddressSchema, ReplacesSchema } from './stream-schemas.ts'

/** The longest `label`, in characters. */
const LABEL_CHARACTERS_MAX = 64
/** The longest `deviceType` and `plan`, in bytes of UTF-8. */
const NAME_BYTES_MAX = 64

/** The number of code points, which is what JSON Schema counts too. */
function charactersIn(value: string): number {
  return Array.from(value).length
}

const nameOf = (description: string, example: string) =>
  textSchema({ bytesMax: NAME_BYTES_MAX, description, examples: [example] })

/** A name that a viewer recognises. */
export const LabelSchema = v.pipe(
  v.string(),
  v.check(isWellFormed, 'must be well-formed Unicode'),
  v.check(
    (value) => value.length <= LABEL_CHARACTERS_MAX || charactersIn(value) <= LABEL_CHARACTERS_MAX,
    ({ input }) => `must be at most ${LABEL_CHARACTERS_MAX} characters, got ${charactersIn(input)}`,
  ),
  v.check((value) => !CONTROL_CHARACTER.test(value), 'must not contain control characters'),
  v.description('A name for the device or the stream that a viewer recognises.'),
  v.metadata({ jsonSchema: { maxLength: LABEL_CHARACTERS_MAX, examples: ['Living room TV'] } }),
)

/** An optional member. `null` means absent, because many clients write it. */
const optional = <Schema extends v.GenericSchema>(schema: Schema) => v.exactOptional(v.nullable(schema))

const optionalMembers = {
  deviceId: optional(DeviceIdSchema),
  deviceType: optional(nameOf('The type of device: `tv`, `mobile`, `web`, or any other name.', 'tv')),
  contentId: optional(
    textSchema({
      bytesMax: STREAM_ID_BYTES_MAX,
      description: 'The title that is played.',
      examples: ['film-1'],
    }),
  ),
  label: optional(LabelSchema),
  plan: optional(
    nameOf(
      'The plan of the user. Only trusted callers may send it. The default plan applies without it.',
      'standard',
    ),
  ),
  attributes: optional(AttributesSchema),
  tenant: optional(
    nameOf(
      'The tenant of the user, if the policy has tenants. Only trusted callers may send it, here or as the header `X-Tenant`.',
      'brand-a',
    ),
  ),
  clientAddress: optional(ClientAddressSchema),
  replaces: optional(ReplacesSchema),
}

export const StartSchema = v.pipe(
  v.object({ streamId: StreamIdSchema, ...optionalMembers }),
  v.description('The stream to start. `null` means absent. Unknown members are ignored.'),
  v.metadata({
    jsonSchema: {
      examples: [{ streamId: '456', deviceId: 'tv-1', deviceType: 'tv', label: 'Living room TV' }],
    },
  }),
)
export const HeartbeatSchema = v.pipe(
  v.object({ streamId: optional(StreamIdSchema), ...optionalMembers }),
  v.description(
    'Describes the stream, for the case that its lease expired and it has to be admitted again. `streamId` and `deviceId` must be those of the path.',
  ),
  v.metadata({ jsonSchema: { examples: [{ deviceType: 'tv', label: 'Living room TV' }] } }),
)

export const ProblemNameSchema = v.pipe(
  v.string(),
  v.description('The last part of a problem’s `type`.'),
  v.metadata({ jsonSchema: { examples: ['stream-limit-reached'] } }),
)

/** A CMCD report is validated line by line when it is parsed. */
export const CmcdReportSchema = v.pipe(
  v.string(),
  v.description('CMCD version 2 events (CTA-5004-B), one per line, each with `sid` and `e`. At most 64 KiB.'),
  v.metadata({ jsonSchema: { examples: ['e=ps,sid="456@tv-1",sta=p,ts=1790000000000,v=2'] } }),
)

/** The most streams on a page, and the default. */
export const PAGE_STREAMS_MAX = 100
/** The size of a page, as text of a query. */
export const PageSizeSchema = v.pipe(
  v.string(),
  v.check(
    (text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= PAGE_STREAMS_MAX,
    ({ input }) => `must be a whole number from 1 to ${PAGE_STREAMS_MAX}, got ${JSON.stringify(input)}`,
  ),
  v.description('The most streams to return.'),
  v.metadata({
    jsonSchema: { type: 'integer', minimum: 1, maximum: PAGE_STREAMS_MAX, default: PAGE_STREAMS_MAX },
  }),
)
export const AfterSchema = v.pipe(
  LeaseIdSchema,
  v.description(
    'The id of the last stream on the previous page. The page starts after it. If that stream is no longer live, `startedAt` says where to continue.',
  ),
)
export const AfterStartedAtSchema = v.pipe(
  v.string(),
  v.check(
    (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && Number.isFinite(Date.parse(text)),
    ({ input }) => `must be the startedAt of a stream, got ${JSON.stringify(input)}`,
  ),
  v.description(
    'The `startedAt` of the stream that `after` names. If that stream is no longer live, the page begins with the streams that started then or later. Without it the page is the first one again.',
  ),
  v.metadata({ jsonSchema: { format: 'date-time', examples: ['2026-11-22T02:00:00.000Z'] } }),
)

/** The longest `reason` of a stop, in characters. */
const REASON_CHARACTERS_MAX = 200
/** Who stops a stream. */
export const StopperSchema = v.pipe(
  v.string(),
  v.check(
    (text) => text === 'operator' || text === 'player',
    ({ input }) => `must be "operator" or "player", got ${JSON.stringify(input)}`,
  ),
  v.description('Who stops the stream. A heartbeat cannot undo an operator’s stop.'),
  v.metadata({ jsonSchema: { enum: ['player', 'operator'], default: 'player' } }),
)
/** A stop token. It is checked before anything else is read. */
export const StopTokenSchema = v.pipe(
  v.string(),
  v.description('Allows this stop alone, if the call has no `Authorization`. It is part of `stopUrl`.'),
)
/** An operator’s message to the viewer. */
export const ReasonSchema = v.pipe(
  v.string(),
  v.check(isWellFormed, 'must be well-formed Unicode'),
  v.check(
    (text) => text.length > 0 && charactersIn(text) <= REASON_CHARACTERS_MAX,
    ({ input }) => `must be 1 to ${REASON_CHARACTERS_MAX} characters, got ${charactersIn(input)}`,
  ),
  v.check((text) => !CONTROL_CHARACTER.test(text), 'must not contain control characters'),
  v.description('A message that the player can show to the viewer. Only with `by=operator`.'),
  v.metadata({ jsonSchema: { minLength: 1, maxLength: REASON_CHARACTERS_MAX } }),
)
