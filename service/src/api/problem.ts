/**
 * The types of problem that a caller can meet, as `application/problem+json` (RFC 9457).
 */
import type { HttpResponse } from './http.ts'

/** A type of problem, as its page explains it. */
export type ProblemType = { readonly status: number; readonly title: string; readonly explanation: string }

/** All types of problem, by the last part of their `type`. */
export const PROBLEMS = {
  'stream-limit-reached': {
    status: 409,
    title: 'Stream limit reached',
    explanation:
      'The user is watching as many streams as the plan allows. `streams` names those that stand in the way. At most the 20 oldest are named, or as many as fit into 4 kB, and `more` counts the others. Show them to the viewer, stop one, or start again with its id in `replaces`. `retryAfterSeconds` is the earliest time at which one of them can expire by itself. It is absent if none can.',
  },
  'device-limit-reached': {
    status: 409,
    title: 'Device limit reached',
    explanation:
      'The plan allows no other device: `devices` names the registered ones. Remove one with `DELETE /users/{userId}/devices/{deviceId}` and start again. If the user has registered too many devices lately, `nextChangeAt` is the time from which another one is possible.',
  },
  'pool-full': {
    status: 409,
    title: 'Pool full',
    explanation:
      'Too many viewers watch this at once, over all users: `pool` and `limit` say what is used up. No viewer can free it. Try again later.',
  },
  'stream-evicted': {
    status: 410,
    title: 'Stream evicted',
    explanation:
      'Another stream took the slot of this one: `by` says which, `at` says when. Stop playing, and tell the viewer. Start again only if the viewer asks for it.',
  },
  'stream-finished': {
    status: 410,
    title: 'Stream finished',
    explanation:
      'The stream is over for every user, for example because a live event has ended. Stop playing. Its slot is already free.',
  },
  'stream-ended': {
    status: 410,
    title: 'Stream ended',
    explanation:
      'This stream is over for its player: it was stopped, or its lease expired and was removed. `reason` is a message to the viewer, if an operator stopped the stream with one. Start again to continue watching.',
  },
  unauthorized: {
    status: 401,
    title: 'Unauthorized',
    explanation:
      'The call needs a token or an API key, and has none that is valid. `WWW-Authenticate` and `detail` say what is wrong with it. Sign in or get a new one, and repeat the call.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    explanation:
      'The token or API key does not allow the call. A token allows the calls of players for the one user that it names. It does not allow other users, operator calls, or `plan`. An API key allows the calls of its scopes, and only those for its tenant if it has one.',
  },
  'invalid-request': {
    status: 400,
    title: 'Invalid request',
    explanation:
      'The request has faults, and nothing was changed. `errors` names every fault, each by a JSON pointer into the body, or by the name of the path parameter or header.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    explanation: 'This path does not exist. Paths have no slash at the end. `/openapi.json` lists all paths.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    explanation: 'This path exists, but not with this method. The `Allow` header lists its methods.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    explanation:
      'The body has more than 8192 bytes, or more than 65,536 bytes if it is a CMCD report. Nothing was changed.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    explanation:
      'The body must be JSON in UTF-8: `application/json`, any `+json` type, or no `Content-Type` at all. A CMCD report must be `application/cmcd`, `text/cmcd` or `text/plain`. `Accept` says which. Compressed bodies are rejected.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    explanation:
      'The service gets more requests than it can answer, or more than it allows for one user or one caller. Nothing was changed. This is not about the stream limit of the user. Repeat the call after `Retry-After` seconds.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    explanation:
      'The service failed unexpectedly. Quote the `X-Request-Id` of the answer when you report it.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Store unavailable',
    explanation:
      'The lease store did not answer in time, so nothing was decided. Repeat the same call after `Retry-After` seconds. A repeated start never uses a second slot.',
  },
  'keys-unavailable': {
    status: 503,
    title: 'Keys unavailable',
    explanation:
      'The token could not be checked, because the keys of its issuer cannot be loaded. Nothing was changed. Repeat the call after `Retry-After` seconds.',
  },
  draining: {
    status: 503,
    title: 'Draining',
    explanation: 'This process is shutting down and wants no new traffic. It still answers requests.',
  },
} as const satisfies Record<string, ProblemType>

/** The last part of a problem's `type`. */
export type ProblemName = keyof typeof PROBLEMS

/**
 * An answer with a problem of this type. `members` are added to its body, `headers` to its headers.
 */
export function problem(
  name: ProblemName,
  detail: string,
  extra: { members?: Readonly<Record<string, unknown>>; headers?: Readonly<Record<string, string>> } = {},
): HttpResponse {
  const { status, title } = PROBLEMS[name]
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...extra.headers },
    body: JSON.stringify({ type: `/problems/${name}`, title, status, detail, ...extra.members }),
  }
}
