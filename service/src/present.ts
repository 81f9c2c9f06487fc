/**
 * Decisions as bodies and headers of the HTTP contract.
 */
import type { Eviction, Grant, HeartbeatResult, Refusal, UserId } from '@streamgate/core'
import { json } from './http.ts'
import { descriptionOf, instant, rateLimit } from './lease-view.ts'
import { problem } from './problem.ts'
import { refusalOf } from './refusal.ts'
import type { Answer, Decision } from './route.ts'

/** What was asked, as far as the log keeps it. */
export type Asked = Pick<
  Decision,
  'verb' | 'user' | 'lease' | 'deviceType' | 'contentId' | 'replaces' | 'isPlanNamed' | 'hasIfMatch'
>

/** The answer to a start or a heartbeat. */
export function presentResult(asked: Asked, user: UserId, result: HeartbeatResult): Answer {
  switch (result.outcome) {
    case 'admitted':
    case 'renewed':
      return presentGrant(asked, user, result)
    case 'denied':
      return presentRefusal(asked, user, result)
    case 'evicted':
      return { ...presentEviction(result.eviction), decision: { ...asked, outcome: 'evicted' } }
    case 'ended':
      return { ...presentEnd(), decision: { ...asked, outcome: 'ended' } }
    case 'finished':
      return { ...presentFinish(), decision: { ...asked, outcome: 'finished' } }
  }
}

/** A stream that may run: 201 where its lease was taken now, 200 where it was held. */
function presentGrant(asked: Asked, user: UserId, grant: Grant): Answer {
  const { lease, limit, counted, heartbeatSeconds, outcome, plan, ends, shadow } = grant
  const isNew = outcome === 'admitted'
  const isIgnored = grant.ignored.some(({ id }) => id === lease.id)
  const graceUntil = lease.graceUntilMs === undefined ? undefined : instant(lease.graceUntilMs)
  const body = {
    id: lease.id,
    userId: user,
    ...descriptionOf(lease),
    startedAt: instant(lease.startedAtMs),
    expiresAt: instant(lease.expiresAtMs),
    heartbeatSeconds,
    limit: limit.max,
    active: counted.length,
    streams: counted.map(({ id }) => id),
    ...(isIgnored && { ignored: true }),
    graceUntil,
    ...(ends.length > 0 && { ended: ends.map(({ id }) => id) }),
  }
  const headers = {
    etag: `"${lease.generation}"`,
    ...(isNew && { location: `/users/${encodeURIComponent(user)}/streams/${encodeURIComponent(lease.id)}` }),
    ...rateLimit(limit, counted.length),
  }
  const decision: Decision = {
    ...asked,
    outcome,
    plan,
    limit: limit.max,
    active: counted.length,
    ends: ends.map(({ id }) => id),
    isIgnored,
    startedAt: isNew ? instant(lease.startedAtMs) : undefined,
    graceUntil,
    shadow,
  }
  return { ...json(isNew ? 201 : 200, body, headers), decision }
}

/** A stream that may not start, with the rule in its way and who stands there. */
function presentRefusal(asked: Asked, user: UserId, refusal: Refusal): Answer {
  const { limit, holders, plan, shadow } = refusal
  const active = holders.length
  const decision = { ...asked, outcome: 'denied', plan, limit: limit.max, active, rule: limit, shadow }
  return { ...refusalOf(user, refusal), decision }
}

/** The answer to a stream that another one pushed out. */
function presentEviction({ by, atMs }: Eviction): Answer {
  const name = by.label ?? by.id
  return problem('stream-evicted', `“${name}” took the place of this stream.`, {
    members: { by, at: instant(atMs) },
  })
}

/** The answer to a player whose lease, of the generation it names, is over. */
function presentEnd(): Answer {
  return problem('stream-ended', 'The lease that If-Match names is over. Start again to go on watching.')
}

/** The answer to whoever starts or renews a stream that has finished. */
function presentFinish(): Answer {
  return problem('stream-finished', 'This stream has finished. There is nothing more to watch.')
}
