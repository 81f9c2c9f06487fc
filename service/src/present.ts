/**
 * Decisions as bodies and headers of the HTTP contract.
 */
import type { Denial, Eviction, Grant, Lease, Limit, UserId } from '@streamgate/core'
import { json } from './http.ts'
import { problem } from './problem.ts'
import type { Answer, Decision } from './route.ts'

/** The answer to a stream that may run: 201 where its lease was taken now, 200 where it was held. */
export function presentGrant(verb: Decision['verb'], user: UserId, grant: Grant): Answer {
  const { lease, limit, live, heartbeatSeconds, outcome } = grant
  const isNew = outcome === 'admitted'
  const body = {
    id: lease.id,
    userId: user,
    ...descriptionOf(lease),
    startedAt: instant(lease.startedAtMs),
    expiresAt: instant(lease.expiresAtMs),
    heartbeatSeconds,
    limit: limit.max,
    active: live.length,
    streams: live.map(({ id }) => id),
  }
  const headers = {
    etag: `"${lease.generation}"`,
    ...(isNew && { location: `/users/${encodeURIComponent(user)}/streams/${encodeURIComponent(lease.id)}` }),
    ...rateLimit(limit, live.length),
  }
  const decision = { verb, outcome, user, lease: lease.id, limit: limit.max, active: live.length }
  return { ...json(isNew ? 201 : 200, body, headers), decision }
}

/** The answer to a stream that may not start, naming who stands in the way. */
export function presentDenial(asked: Pick<Decision, 'verb' | 'lease'>, user: UserId, denial: Denial): Answer {
  const { limit, holders, retryAfterMs } = denial
  const retryAfterSeconds = retryAfterMs === null ? undefined : Math.ceil(retryAfterMs / 1000)
  const response = problem(
    'stream-limit-reached',
    `${user} is watching ${holders.length} of ${limit.max} streams.`,
    {
      members: {
        limit: limit.max,
        active: holders.length,
        rule: { max: limit.max },
        ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
        streams: holders.map(listed),
      },
      headers: {
        ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
        ...rateLimit(limit, holders.length),
      },
    },
  )
  return {
    ...response,
    decision: { ...asked, outcome: 'denied', user, limit: limit.max, active: holders.length },
  }
}

/** The answer to a stream that another one pushed out. */
export function presentEviction({ by, atMs }: Eviction): Answer {
  const name = by.label ?? by.id
  return problem('stream-evicted', `“${name}” took the place of this stream.`, {
    members: { by, at: instant(atMs) },
  })
}

/** The answer to a player whose lease, of the generation it names, is over. */
export function presentEnd(): Answer {
  return problem('stream-ended', 'The lease that If-Match names is over. Start again to go on watching.')
}

/** A stream as one of several. */
export function listed(lease: Lease): Readonly<Record<string, unknown>> {
  return {
    id: lease.id,
    ...descriptionOf(lease),
    startedAt: instant(lease.startedAtMs),
    lastSeenAt: instant(lease.renewedAtMs),
    expiresAt: instant(lease.expiresAtMs),
  }
}

/** How much of a limit is left: RateLimit header fields for HTTP (draft-ietf-httpapi-ratelimit-headers). */
export function rateLimit({ max }: Limit, active: number): Readonly<Record<string, string>> {
  return {
    'ratelimit-policy': `"streams";q=${max}`,
    ratelimit: `"streams";r=${Math.max(0, max - active)}`,
  }
}

function descriptionOf({
  streamId,
  deviceId,
  deviceType,
  contentId,
  label,
}: Lease): Readonly<Record<string, unknown>> {
  return { streamId, deviceId, deviceType, contentId, label }
}

function instant(ms: number): string
function instant(ms: number | null): string | null
function instant(ms: number | null): string | null {
  if (ms === null) return null
  const second = Math.floor(ms / 1000)
  return `${secondText(second)}.${String(ms - second * 1000).padStart(3, '0')}Z`
}

/** The seconds that are in use are few, and writing a date costs as much as all else of an answer's body. */
const SECOND_TEXTS_MAX = 1024
const secondTexts = new Map<number, string>()

function secondText(second: number): string {
  const known = secondTexts.get(second)
  if (known !== undefined) return known
  if (secondTexts.size >= SECOND_TEXTS_MAX) secondTexts.clear()
  const text = new Date(second * 1000).toISOString().slice(0, -'.000Z'.length)
  secondTexts.set(second, text)
  return text
}
