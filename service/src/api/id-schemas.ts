/**
 * Texts that callers send: ids, and names such as a plan's.
 */
import { splitLeaseId, LEASE_ID_BYTES_MAX, STREAM_ID_BYTES_MAX, USER_ID_BYTES_MAX } from '@streamgate/core'
import * as v from 'valibot'

/** What no text may contain. */
export const CONTROL_CHARACTER = /\p{Cc}/u
const BLANK_AT_AN_END = /^\s|\s$/u

/** Steps of a path to every client that follows the URL standard, percent-encoded or not. */
const DOT_SEGMENT = /^\.{1,2}$/

type TextRule = {
  readonly bytesMax: number
  readonly description: string
  readonly examples: readonly string[]
  readonly mayHaveAt?: boolean
  readonly mayHaveBlankEnds?: boolean
  /** An id stands in paths, so it is no dot segment. */
  readonly isId?: boolean
}

/** What a JSON Schema can say of a rule that is checked by a function; the OpenAPI document takes it over. */
export type SchemaFacts = { readonly jsonSchema: Readonly<Record<string, unknown>> }

/** A text of 1 to so many bytes of UTF-8, without control characters. */
export function textSchema(rule: TextRule) {
  const { bytesMax, description, mayHaveAt = true, mayHaveBlankEnds = false, isId = false } = rule
  return v.pipe(
    v.string(),
    v.check(isWellFormed, 'must be well-formed Unicode'),
    v.check(
      (value) => hasBytes(value, bytesMax),
      ({ input }) => `must be 1 to ${bytesMax} bytes, got ${Buffer.byteLength(input)}`,
    ),
    v.check((value) => !CONTROL_CHARACTER.test(value), 'must not contain control characters'),
    v.check(
      (value) => mayHaveBlankEnds || !BLANK_AT_AN_END.test(value),
      'must not begin or end with a blank',
    ),
    v.check((value) => mayHaveAt || !value.includes('@'), 'must not contain "@"'),
    v.check((value) => !isId || !DOT_SEGMENT.test(value), 'must not be "." or ".."'),
    v.description(`${description} 1 to ${bytesMax} bytes of UTF-8.`),
    v.metadata(factsOf(rule)),
  )
}

function factsOf({ bytesMax, examples, mayHaveAt = true, isId = false }: TextRule): SchemaFacts {
  const characters = `[^${mayHaveAt ? '' : '@'}\\u0000-\\u001f\\u007f-\\u009f]*`
  const pattern = `^${isId ? '(?!\\.{1,2}$)' : ''}${characters}$`
  return { jsonSchema: { minLength: 1, maxLength: bytesMax, pattern, examples } }
}

/** Whether a text holds no half of a character. */
export function isWellFormed(value: string): boolean {
  return value.isWellFormed()
}

function hasBytes(value: string, max: number): boolean {
  return value.length > 0 && value.length <= max && Buffer.byteLength(value) <= max
}

export const UserIdSchema = textSchema({
  bytesMax: USER_ID_BYTES_MAX,
  description: 'Whose streams are counted; compared byte by byte.',
  examples: ['123'],
  isId: true,
  mayHaveBlankEnds: true,
})
export const StreamIdSchema = textSchema({
  bytesMax: STREAM_ID_BYTES_MAX,
  description: 'The client’s name for this playback, without `@`.',
  examples: ['456'],
  isId: true,
  mayHaveAt: false,
})
export const DeviceIdSchema = textSchema({
  bytesMax: STREAM_ID_BYTES_MAX,
  description: 'The client’s name for the device. With it, two devices on one stream are two streams.',
  examples: ['tv-1'],
  isId: true,
})
/** `streamId`, or `streamId@deviceId`. */
export const LeaseIdSchema = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const { streamId, deviceId } = splitLeaseId(dataset.value)
    for (const { message } of v.safeParse(StreamIdSchema, streamId).issues ?? []) addIssue({ message })
    const ofDevice = deviceId === undefined ? undefined : v.safeParse(DeviceIdSchema, deviceId).issues
    for (const { message } of ofDevice ?? []) addIssue({ message: `after "@" ${message}` })
  }),
  v.description('The id of a stream as answered by its start: `streamId`, or `streamId@deviceId`.'),
  v.metadata({
    jsonSchema: { minLength: 1, maxLength: LEASE_ID_BYTES_MAX, examples: ['456@tv-1'] },
  }),
)
