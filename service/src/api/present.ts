/**
 * Decisions of the limiter as outcomes of a call.
 */
import {
  lapsesAtMs,
  slotsUsed,
  type Degraded,
  type Grant,
  type Lease,
  type Refusal,
  type UserId,
} from '@streamgate/core'
import type { Asked, ToldResult } from './asked.ts'
import { json, noContent } from './http.ts'
import { instant, lapseOf, rateLimit } from './lease-view.ts'
import type { Outcome } from './route.ts'
import type { Decision } from '../telemetry/decision-event.ts'

type WithToken = Pick<ToldResult, 'playback'>

/** What an answer says beside the outcome. */
export type Told = {
  readonly user: UserId
  /** By which a page ends the stream without a header. */
  readonly stopToken?: string | undefined
}

/** The outcome of a start or a heartbeat. */
export function presentResult(asked: Asked, told: Told, result: ToldResult): Outcome {
  const { user } = told
  switch (result.outcome) {
    case 'admitted':
    case 'renewed':
      return presentGrant(asked, told, result)
    case 'degraded':
      return presentDegraded(asked, user, result)
    case 'denied':
      return presentDenial(asked, user, result)
    case 'pool-full': {
      const { plan, shadow, pool } = result
      const decision = { ...asked, outcome: 'pool-full', plan, pool: pool.name, shadow }
      return { fault: { kind: 'pool-full', pool }, decision }
    }
    case 'device-denied': {
      const { plan, shadow } = result
      const decision = { ...asked, outcome: 'device-denied', plan, shadow }
      return { fault: { kind: 'device-denied', user, refusal: result }, decision }
    }
    case 'evicted':
      return {
        fault: { kind: 'evicted', eviction: result.eviction },
        decision: { ...asked, outcome: 'evicted' },
      }
    case 'ended':
      return { fault: { kind: 'ended', reason: result.reason }, decision: { ...asked, outcome: 'ended' } }
    case 'outdated':
      return { ...noContent(), decision: { ...asked, outcome: 'outdated' } }
    case 'finished':
      return { fault: { kind: 'finished' }, decision: { ...asked, outcome: 'finished' } }
  }
}

/** A stream that may run: 201 if it is new, 200 if its lease was already held. */
function presentGrant(asked: Asked, { user, stopToken }: Told, grant: Grant & WithToken): Outcome {
  const { lease, limit, counted, heartbeatSeconds, outcome, plan, ends, lapsed, shadow, playback } = grant
  const isNew = outcome === 'admitted'
  const isIgnored = grant.ignored.some(({ id }) => id === lease.id)
  const ended = ends.map(({ id }) => id)
  const graceUntil = lease.graceUntilMs === undefined ? undefined : instant(lease.graceUntilMs)
  const body = {
    id: lease.id,
    userId: user,
    streamId: lease.streamId,
    deviceId: lease.deviceId,
    deviceType: lease.deviceType,
    contentId: lease.contentId,
    label: lease.label,
    attributes: lease.attributes,
    startedAt: instant(lease.startedAtMs),
    expiresAt: instant(lapsesAtMs(lease)),
    heartbeatSeconds,
    limit: limit.max,
    active: counted.length,
    streams: counted.map(({ id }) => id),
    ignored: isIgnored || undefined,
    graceUntil,
    ended: ended.length > 0 ? ended : undefined,
    stopUrl: stopToken && `${locationOf(user, lease)}/stop?token=${stopToken}`,
    playbackToken: playback?.token,
    playbackTokenExpiresAt: playback && instant(playback.endMs),
  }
  const headers: Record<string, string> = rateLimit(limit, slotsUsed(limit, counted))
  headers['etag'] = `"${lease.generation}"`
  if (isNew) headers['location'] = locationOf(user, lease)
  const decision: Decision = {
    ...asked,
    network: lease.network,
    isNetworkChanged: asked.network !== undefined && asked.network !== lease.network,
    outcome,
    plan,
    limit: limit.max,
    active: counted.length,
    ends: ended,
    isIgnored,
    startedAt: isNew ? body.startedAt : undefined,
    graceUntil,
    expiresAt: body.expiresAt,
    shadow,
  }
  const decisions =
    lapsed.length === 0 ? decision : [decision, ...lapsed.map((one) => lapseOf(user, one, asked.tenant))]
  return { ...json(isNew ? 201 : 200, body, headers), decision: decisions }
}

/** A stream that may run although the store does not answer. It has no lease, and so no ETag. */
function presentDegraded(asked: Asked, user: UserId, degraded: Degraded & WithToken): Outcome {
  const { id, stream, plan, limit, heartbeatSeconds, startedAtMs, untilMs, playback } = degraded
  const body = {
    id,
    userId: user,
    streamId: stream.streamId,
    deviceId: stream.deviceId,
    deviceType: stream.deviceType,
    contentId: stream.contentId,
    label: stream.label,
    attributes: stream.attributes,
    startedAt: instant(startedAtMs),
    expiresAt: instant(untilMs),
    heartbeatSeconds,
    limit: limit.max,
    degraded: true,
    playbackToken: playback?.token,
    playbackTokenExpiresAt: playback && instant(playback.endMs),
  }
  const decision = { ...asked, outcome: 'degraded', plan, isDegraded: true }
  const isStart = asked.verb === 'start'
  const headers: Record<string, string> = isStart ? { location: locationOf(user, { id }) } : {}
  return { ...json(isStart ? 201 : 200, body, headers), decision }
}

function locationOf(user: UserId, { id }: Pick<Lease, 'id'>): string {
  return `/users/${encodeURIComponent(user)}/streams/${encodeURIComponent(id)}`
}

function presentDenial(asked: Asked, user: UserId, refusal: Refusal): Outcome {
  const { limit, holders, plan, shadow } = refusal
  const active = holders.length
  const decision = { ...asked, outcome: 'denied', plan, limit: limit.max, active, rule: limit, shadow }
  return { fault: { kind: 'denied', user, refusal }, decision }
}
