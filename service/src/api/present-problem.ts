/**
 * Faults as `application/problem+json` (RFC 9457): each kind of fault, with the words that a caller
 * reads.
 */
import type { NoteOf, Pool } from '@streamgate/core'
import { badCredentials, challengeOf, forbiddenText } from './present-refused-caller.ts'
import type { FailureCode, Fault, InputFault, Missing, WantedBody } from './fault.ts'
import type { HttpResponse } from './http.ts'
import type { Refused } from '../playback/token-check.ts'
import { instant } from './lease-view.ts'
import { problem, type ProblemName } from './problem.ts'
import { presentDeviceRefusal } from './device-refusal.ts'
import { presentRefusal } from './refusal.ts'

/** The answer to a fault. */
export function presentProblem(fault: Fault): HttpResponse {
  switch (fault.kind) {
    case 'rejected':
      return rejectedRequest(fault.faults)
    case 'wrong-body':
      return wrongBody(fault.wanted, fault.got)
    case 'body-too-large':
      return problem('body-too-large', `The body must have at most ${fault.bytesMax} bytes.`)
    case 'not-found':
      return problem('not-found', MISSING[fault.missing])
    case 'method-not-allowed':
      return methodNotAllowed(fault.methods.join(', '))
    case 'no-token':
      return unauthorized('This call needs a token.')
    case 'bad-credentials':
      return badCredentials(fault.because)
    case 'forbidden':
      return problem('forbidden', forbiddenText(fault.reason), { headers: challengeOf(fault.reason) })
    case 'token-refused':
      return tokenRefused(fault.because)
    case 'too-busy':
      return retryLater('too-many-requests', 'This process has too many requests in progress.')
    case 'too-fast':
      return problem('too-many-requests', TOO_FAST[fault.of], {
        headers: { 'retry-after': String(Math.ceil(fault.waitMs / 1000)) },
      })
    case 'not-ready':
      return fault.readiness === 'draining'
        ? problem('draining', 'This process is shutting down.')
        : retryLater('store-unavailable', 'The lease store does not answer.')
    case 'failed':
      return retryLater('store-unavailable', FAILURES[fault.code])
    case 'broken':
      return problem('internal-error', 'The service failed unexpectedly.')
    case 'denied':
      return presentRefusal(fault.user, fault.refusal)
    case 'device-denied':
      return presentDeviceRefusal(fault.user, fault.refusal)
    case 'pool-full':
      return poolFull(fault.pool)
    case 'evicted':
      return evicted(fault.eviction)
    case 'ended':
      return ended(fault.reason)
    case 'finished':
      return problem('stream-finished', 'This stream has finished.')
  }
}

const TOO_FAST = {
  user: 'Too many requests for this user.',
  stream: 'Too many heartbeats of this stream.',
  caller: 'Too many requests from this caller.',
} as const

const MISSING = {
  pool: 'The policy has no such pool.',
  device: 'This device is not registered.',
  path: 'This path does not exist.',
  'path-with-trailing-slash': 'This path does not exist. Remove the slash at the end.',
  'problem-type': 'This problem type does not exist.',
  metrics: 'This process keeps no metrics for Prometheus.',
  'playback-tokens': 'This service gives no playback tokens.',
} as const satisfies Record<Missing, string>

/**
 * What a failure of the limiter means to a caller. The text of its cause never leaves the process.
 */
const FAILURES = {
  STORE_UNAVAILABLE: 'The lease store cannot be reached.',
  STORE_TIMED_OUT: 'The lease store did not answer in time.',
  STORE_CONTENDED: 'Too many changes for this user at once.',
  STORE_CLOSED: 'The service is shutting down.',
} as const satisfies Record<FailureCode, string>

/** How long a caller should wait before it retries a call that could not be decided. */
const RETRY_AFTER_FAILURE_SECONDS = 1

function retryLater(name: ProblemName, detail: string): HttpResponse {
  return problem(name, detail, { headers: { 'retry-after': String(RETRY_AFTER_FAILURE_SECONDS) } })
}

function rejectedRequest(faults: readonly InputFault[]): HttpResponse {
  const [first] = faults
  const one =
    first === undefined ? 'The request is invalid.' : `${first.pointer || 'The body'} ${first.detail}.`
  const detail = faults.length > 1 ? `${faults.length} faults; the first: ${one}` : one
  return problem('invalid-request', detail, { members: { errors: faults } })
}

function wrongBody({ name, mediaType }: WantedBody, got: string): HttpResponse {
  const detail = `The body must be ${name} in UTF-8, not compressed, sent as ${mediaType}; got ${got}.`
  return problem('unsupported-media-type', detail, { headers: { accept: mediaType } })
}

function methodNotAllowed(allow: string): HttpResponse {
  return problem('method-not-allowed', `This path allows ${allow}.`, { headers: { allow } })
}

const REFUSED = {
  invalid: ['unauthorized', 'The playback token is not valid.'],
  expired: ['unauthorized', 'The playback token has expired.'],
  revoked: ['forbidden', 'The stream of the playback token has ended.'],
  path: ['forbidden', 'The playback token is for another path.'],
} as const satisfies Record<Refused, readonly [ProblemName, string]>

function tokenRefused(because: Refused): HttpResponse {
  const [name, detail] = REFUSED[because]
  return name === 'unauthorized' ? unauthorized(detail) : problem(name, detail)
}

function unauthorized(detail: string): HttpResponse {
  return problem('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer' } })
}

/** It names no viewer. */
function poolFull({ name, max }: Pool): HttpResponse {
  const detail = `All ${max} slots of ${name} are in use.`
  return problem('pool-full', detail, { members: { pool: name, limit: max } })
}

function evicted({ by, atMs }: NoteOf<'evicted'>): HttpResponse {
  const detail = `“${by.label ?? by.id}” took the slot of this stream.`
  return problem('stream-evicted', detail, { members: { by, at: instant(atMs) } })
}

/** With the operator's words for the viewer, if there are any. */
function ended(reason: string | undefined): HttpResponse {
  const detail =
    reason === undefined
      ? 'This stream was stopped, or its lease expired. Start it again to continue watching.'
      : `This stream was stopped: ${reason}`
  return problem('stream-ended', detail, { members: { reason } })
}
