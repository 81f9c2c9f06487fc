/**
 * Decisions as bodies and headers of the HTTP contract.
 */
import {
  lapsesAtMs,
  type Grant,
  type HeartbeatResult,
  type NoteOf,
  type Refusal,
  type UserId,
} from '@streamgate/core'
import { json, noContent } from './http.ts'
import { descriptionOf, instant, rateLimit } from './lease-view.ts'
import { problem } from './problem.ts'
import { refusalOf } from './refusal.ts'
import type { Answer } from './route.ts'
import type { Decision } from '../telemetry/decision-event.ts'

/** What was asked, as far as the log keeps it. */
export type Asked = Pick<
  Decision,
  | 'verb'
  | 'user'
  | 'lease'
  | 'deviceType'
  | 'contentId'
  | 'replaces'
  | 'isPlanNamed'
  | 'hasIfMatch'
  | 'isReport'
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
      return { ...presentEnd(result.reason), decision: { ...asked, outcome: 'ended' } }
    case 'outdated':
      return { ...noContent(), decision: { ...asked, outcome: 'outdated' } }
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
    expiresAt: instant(lapsesAtMs(lease)),
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
function presentEviction({ by, atMs }: NoteOf<'evicted'>): Answer {
  const name = by.label ?? by.id
  return problem('stream-evicted', `“${name}” took the slot of this stream.`, {
    members: { by, at: instant(atMs) },
  })
}

/** The answer to a player whose stream is over, with an operator's words for the viewer if there are any. */
function presentEnd(reason: string | undefined): Answer {
  const detail =
    reason === undefined
      ? 'This stream was stopped, or its lease is over. Start again to go on watching.'
      : `This stream was stopped: ${reason}`
  return problem('stream-ended', detail, { members: { reason } })
}

/** The answer to whoever starts or renews a stream that has finished. */
function presentFinish(): Answer {
  return problem('stream-finished', 'This stream has finished. There is nothing more to watch.')
}
