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

/** What a text must be. */
export type TextRule = {
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

/**
 * Letters, digits, `_` and `-`, and after the first character also `.` and `:`. Such a text can
 * only be too long.
 */
const PLAIN_TEXT = /^[\w-][\w.:-]*$/

/** A text with at least 1 and at most `bytesMax` bytes of UTF-8, and no control characters. */
export function textSchema(rule: TextRule) {
  const { bytesMax, description } = rule
  return v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      for (const message of textFaults(dataset.value, rule)) addIssue({ message })
    }),
    v.description(`${description} 1 to ${bytesMax} bytes of UTF-8.`),
    v.metadata(factsOf(rule)),
  )
}

/** What is wrong with a text. */
export function textFaults(value: string, rule: TextRule): readonly string[] {
  const { bytesMax, mayHaveAt = true, mayHaveBlankEnds = false, isId = false } = rule
  if (value.length <= bytesMax && PLAIN_TEXT.test(value)) return NO_FAULTS
  const faults: string[] = []
  if (!isWellFormed(value)) faults.push('must be well-formed Unicode')
  if (!hasBytes(value, bytesMax)) {
    faults.push(`must be 1 to ${bytesMax} bytes, got ${Buffer.byteLength(value)}`)
  }
  if (CONTROL_CHARACTER.test(value)) faults.push('must not contain control characters')
  if (!mayHaveBlankEnds && BLANK_AT_AN_END.test(value)) faults.push('must not begin or end with a blank')
  if (!mayHaveAt && value.includes('@')) faults.push('must not contain "@"')
  if (isId && DOT_SEGMENT.test(value)) faults.push('must not be "." or ".."')
  return faults
}

const NO_FAULTS: readonly string[] = []

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
const STREAM_ID: TextRule = {
  bytesMax: STREAM_ID_BYTES_MAX,
  description: 'The client’s name for this playback. Must not contain `@`.',
  examples: ['456'],
  isId: true,
  mayHaveAt: false,
}
export const StreamIdSchema = textSchema(STREAM_ID)
const DEVICE_ID: TextRule = {
  bytesMax: STREAM_ID_BYTES_MAX,
  description: 'The client’s name for the device. Two devices that play the same stream then use two slots.',
  examples: ['tv-1'],
  isId: true,
}
export const DeviceIdSchema = textSchema(DEVICE_ID)
/** The name of a pool, which may end with a content id or another value. */
export const PoolNameSchema = textSchema({
  bytesMax: 64 + 1 + STREAM_ID_BYTES_MAX,
  description: 'The name of a pool, or with `per` its name, a colon and a value.',
  examples: ['title:film-1'],
  mayHaveBlankEnds: true,
})
/** What is wrong with the id of a lease. */
export function leaseIdFaults(id: string): readonly string[] {
  const { streamId, deviceId } = splitLeaseId(id)
  const ofDevice = deviceId === undefined ? NO_FAULTS : textFaults(deviceId, DEVICE_ID)
  return [...textFaults(streamId, STREAM_ID), ...ofDevice.map((fault) => `after "@" ${fault}`)]
}
/** `streamId`, or `streamId@deviceId`. */
export const LeaseIdSchema = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    for (const message of leaseIdFaults(dataset.value)) addIssue({ message })
  }),
  v.description('The id of a stream, as its start answered it: `streamId`, or `streamId@deviceId`.'),
  v.metadata({
    jsonSchema: { minLength: 1, maxLength: LEASE_ID_BYTES_MAX, examples: ['456@tv-1'] },
  }),
)
