/** What verifiers of playback tokens ask for. */
import {
  KeySetSchema,
  RevocationsSchema,
  SinceSchema,
  VerifiedSchema,
  WaitSchema,
} from '../playback-schemas.ts'
import { notFound } from '../fault.ts'
import { json } from '../http.ts'
import { readInput } from '../input.ts'
import { presentedToken } from '../presented-token.ts'
import type { Route } from '../route.ts'

const NO_TOKENS = { description: 'The service gives no playback tokens.', problems: ['not-found'] } as const
const OFF = { fault: notFound('playback-tokens') } as const

export const keySetRoute: Route = {
  method: 'GET',
  path: '/.well-known/jwks.json',
  audience: 'public',
  operation: {
    operationId: 'getPlaybackKeys',
    summary: 'The keys that check playback tokens',
    description:
      'A JSON Web Key Set (RFC 7517) with the public keys. A token names its key by `kid`. Shared secrets (HS256) are never among them.',
    answers: {
      200: {
        description: 'The public keys.',
        schema: KeySetSchema,
        contentType: 'application/jwk-set+json',
      },
      404: NO_TOKENS,
    },
  },
  handle: ({ service: { playback } }) => {
    if (playback === undefined) return OFF
    return { status: 200, headers: { 'content-type': 'application/jwk-set+json' }, body: playback.jwks }
  },
}

export const revocationsRoute: Route = {
  method: 'GET',
  path: '/revocations',
  audience: 'operator',
  operation: {
    operationId: 'listRevocations',
    summary: 'Streams that were ended before their tokens',
    description:
      'Streams that were evicted, stopped, ended or finished while their playback tokens may still be valid. A token is revoked if every member of an entry fits its claims and its `iat` is not later than `revokedAt`. Each process tells what it and the other workers of its host decided. Send the `cursor` of the last answer as `since`. With `wait` the call is held until there is news.',
    query: { since: SinceSchema, wait: WaitSchema },
    answers: {
      200: { description: 'What was revoked since then.', schema: RevocationsSchema, headers: ['ETag'] },
      304: { description: 'Nothing was revoked since the answer with the `ETag` in `If-None-Match`.' },
      400: { description: 'The query has faults.', problems: ['invalid-request'] },
      404: NO_TOKENS,
    },
  },
  handle: async (call) => {
    const { playback } = call.service
    if (playback === undefined) return OFF
    const { since, wait } = readInput(call, (input) => ({
      since: input.query('since', SinceSchema),
      wait: input.query('wait', WaitSchema),
    }))
    const known = since ?? call.request.headers['if-none-match']?.replaceAll('"', '')
    await playback.revocations.news(known, Number(wait ?? 0) * 1000)
    const page = playback.revocations.since(since)
    const headers = { etag: `"${page.cursor}"` }
    if (call.request.headers['if-none-match'] === headers.etag) return { status: 304, headers }
    return json(200, page, headers)
  },
}

export const checkRoute: Route = {
  method: 'GET',
  path: '/check',
  audience: 'public',
  operation: {
    operationId: 'checkPlaybackToken',
    summary: 'Does a token open a path?',
    description:
      'For proxies that ask for each request: ext_authz of Envoy, `auth_request` of nginx, `forward_auth` of Caddy and Traefik. They send the path of the request as `X-Original-URI` or `X-Forwarded-Uri`. The token is the query parameter `playbackToken` of that path, a cookie of that name, or a bearer token.',
    answers: {
      200: { description: 'The token opens the path.', schema: VerifiedSchema },
      401: { description: 'There is no token, or it is no longer valid.', problems: ['unauthorized'] },
      403: { description: 'The token was revoked, or is for another path.', problems: ['forbidden'] },
      404: NO_TOKENS,
    },
  },
  handle: ({ request, service: { playback } }) => {
    if (playback === undefined) return OFF
    const { token, path } = presentedToken(request)
    if (token === undefined) return { fault: { kind: 'no-token' } }
    const checked = playback.check.of(token, path)
    if (typeof checked === 'string') return { fault: { kind: 'token-refused', because: checked } }
    const { sub, sid, contentId, exp } = checked
    return json(200, { sub, sid, contentId, exp })
  },
}
