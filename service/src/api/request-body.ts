/**
 * The body of a request: its media type, and its JSON.
 */
import { isAscii } from 'node:buffer'
import type { BaseIssue } from 'valibot'
import { FaultError, type WantedBody } from './fault.ts'
import type { HttpRequest } from './http.ts'
import { textOfUtf8 } from '../text/strict-utf8.ts'

/** A kind of body, and the media types it may have. It may also have none. */
type BodyKind = WantedBody & { readonly types: RegExp }

const JSON_BODY: BodyKind = {
  types: /^application\/(?:[\w.!#$&^-]+\+)?json$/i,
  name: 'JSON',
  mediaType: 'application/json',
}
/** Plain text too: a page of another origin may send it without a preflight, as beacons do. */
const CMCD_BODY: BodyKind = {
  types: /^(?:application\/cmcd|text\/cmcd|text\/plain)$/i,
  name: 'a CMCD event report',
  mediaType: 'application/cmcd',
}

/**
 * The value of a JSON body; `undefined` if it is no JSON in UTF-8.
 *
 * @throws {FaultError} if the body has another media type.
 */
export function readJson(request: HttpRequest): unknown {
  assertKind(request, JSON_BODY)
  try {
    return JSON.parse(textOf(request.body))
  } catch {
    return undefined
  }
}

/**
 * The bytes of a CMCD report.
 *
 * @throws {FaultError} if the body has another media type.
 */
export function readCmcd(request: HttpRequest): Uint8Array {
  assertKind(request, CMCD_BODY)
  return request.body ?? new Uint8Array()
}

/**
 * The body as text. Nearly every body is ASCII, which needs no decoder.
 *
 * @throws {TypeError} if it is not UTF-8.
 */
function textOf(body: Uint8Array | undefined): string {
  return Buffer.isBuffer(body) && isAscii(body) ? body.toString('latin1') : textOfUtf8(body)
}

/** What a JSON value is, as a JSON author would say it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** What was expected and what came, as a JSON author would say it. */
export function typeFault({ expected, input }: BaseIssue<unknown>): string {
  if (input === undefined) return 'is required'
  const wanted =
    expected === 'string' ? 'a string' : expected === 'Object' ? 'a JSON object' : String(expected)
  return `must be ${wanted}, got ${kindOf(input)}`
}

/** Rejects a body of another kind before it is parsed. */
function assertKind({ headers }: HttpRequest, { types, name, mediaType }: BodyKind): void {
  if (headers['content-type'] === mediaType && headers['content-encoding'] === undefined) return
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim())
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/i.test(charset)
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if ((type === '' || types.test(type)) && isUtf8 && encoding === 'identity') return
  const got = [type, charset, encoding === 'identity' ? undefined : encoding].filter(Boolean).join(', ')
  throw new FaultError({ kind: 'wrong-body', wanted: { name, mediaType }, got })
}
