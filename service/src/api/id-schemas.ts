/**
 * Ids, and names such as those of plans, that callers send.
 */
import { splitLeaseId, LEASE_ID_BYTES_MAX, STREAM_ID_BYTES_MAX, USER_ID_BYTES_MAX } from '@streamgate/core'
import * as v from 'valibot'

/** A character that no text may contain. */
export const CONTROL_CHARACTER = /\p{Cc}/u
const BLANK_AT_AN_END = /^\s|\s$/u

/**
 * Clients that follow the URL standard remove these from a path, even if they are percent-encoded.
 */
const DOT_SEGMENT = /^\.{1,2}$/

type TextRule = {
  readonly bytesMax: number
  readonly description: string
  readonly examples: readonly string[]
  readonly mayHaveAt?: boolean
  readonly mayHaveBlankEnds?: boolean
  /** An id is part of paths, so it must not be a dot segment. */
  readonly isId?: boolean
}

/**
 * What JSON Schema can say about a rule that a function checks. The OpenAPI document includes it.
 */
export type SchemaFacts = { readonly jsonSchema: Readonly<Record<string, unknown>> }

/** A text with at least 1 and at most `bytesMax` bytes of UTF-8, and no control characters. */
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

/** Whether a text has no lone surrogates. */
export function isWellFormed(value: string): boolean {
  return value.isWellFormed()
}

function hasBytes(value: string, max: number): boolean {
  return value.length > 0 && value.length <= max && Buffer.byteLength(value) <= max
}

export const UserIdSchema = textSchema({
  bytesMax: USER_ID_BYTES_MAX,
  description: 'The user whose streams are counted. Compared byte by byte.',
  examples: ['123'],
  isId: true,
  mayHaveBlankEnds: true,
})
export const StreamIdSchema = textSchema({
  bytesMax: STREAM_ID_BYTES_MAX,
  description: 'The client’s name for this playback. Must not contain `@`.',
  examples: ['456'],
  isId: true,
  mayHaveAt: false,
})
export const DeviceIdSchema = textSchema({
  bytesMax: STREAM_ID_BYTES_MAX,
  description: 'The client’s name for the device. Two devices that play the same stream then use two slots.',
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
  v.description('The id of a stream, as its start answered it: `streamId`, or `streamId@deviceId`.'),
  v.metadata({
    jsonSchema: { minLength: 1, maxLength: LEASE_ID_BYTES_MAX, examples: ['456@tv-1'] },
  }),
)
