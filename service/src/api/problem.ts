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
      'The user is watching as many streams as the plan allows. `streams` names those that stand in the way, of many the oldest twenty or as many as fit into 4 kB, and `more` counts the others: show them to the viewer, stop one, or start again with its id in `replaces`. `retryAfterSeconds`, where it is there, is the earliest moment at which one of them can lapse by itself.',
  },
  'stream-evicted': {
    status: 410,
    title: 'Stream evicted',
    explanation:
      'Another stream took the place of this one: `by` says which, `at` says when. Stop playing, and tell the viewer. Start again only when the viewer asks for it.',
  },
  'stream-finished': {
    status: 410,
    title: 'Stream finished',
    explanation:
      'The stream is over for everybody, as a live event is once it has ended. Stop playing. Its place is free already.',
  },
  'stream-ended': {
    status: 410,
    title: 'Stream ended',
    explanation:
      'This stream is over for its player: it was stopped, or it lapsed and was tidied away. `reason` holds words for the viewer if an operator stopped it with any. Start again to go on watching.',
  },
  unauthorized: {
    status: 401,
    title: 'Unauthorized',
    explanation: 'The call needs a token, and none came with it. Sign in, and repeat the call.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    explanation:
      'The token does not cover the call. It covers what players do for the one user that it names: no other user, nothing that operators do, and no `plan`.',
  },
  'invalid-request': {
    status: 400,
    title: 'Invalid request',
    explanation:
      'The request cannot be understood; nothing was changed. `errors` names every fault, each by a JSON pointer into the body, or by the name of the path parameter or header.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    explanation:
      'There is nothing at this path; a slash at its end is one too many. `/openapi.json` lists the paths there are.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    explanation: 'This path is known, but not with this method. The `Allow` header lists those it has.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    explanation:
      'The body has more than 8192 bytes, or more than 65,536 if it is a CMCD report. Nothing was changed.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    explanation:
      'The body must be JSON in UTF-8: `application/json`, any `+json` type, or no `Content-Type` at all; where CMCD reports are taken, `application/cmcd`, `text/cmcd` or `text/plain`. `Accept` says which. No body may be compressed.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    explanation:
      'The service is called faster than it can answer; nothing was changed. It says nothing about the limit of the user. Wait for as long as `Retry-After` says, and repeat the call.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    explanation:
      'Something went wrong that should not. Quote the `X-Request-Id` of the answer when you report it.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Store unavailable',
    explanation:
      'The store of leases did not answer in time, so there is no decision. Repeat the same call after `Retry-After` seconds: it takes no second place.',
  },
  draining: {
    status: 503,
    title: 'Draining',
    explanation: 'This process is about to stop and wants no new traffic. It still answers what it is sent.',
  },
} as const satisfies Record<string, ProblemType>

/** The last part of a problem's `type`. */
export type ProblemName = keyof typeof PROBLEMS

/** An answer with a problem of this type. `members` are added to its body, `headers` to its headers. */
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
