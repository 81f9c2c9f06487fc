/**
 * A lease as answers show it.
 */
import { lapsesAtMs, type Lease, type Limit, type UserId } from '@streamgate/core'
import type { Decision } from '../telemetry/decision-event.ts'

/** A stream as one of several. */
export function listed(lease: Lease): Readonly<Record<string, unknown>> {
  return {
    id: lease.id,
    ...descriptionOf(lease),
    startedAt: instant(lease.startedAtMs),
    lastSeenAt: instant(lease.renewedAtMs),
    expiresAt: instant(lapsesAtMs(lease)),
  }
}

/**
 * How much of a limit is left: RateLimit header fields for HTTP
 * (draft-ietf-httpapi-ratelimit-headers).
 */
export function rateLimit({ max }: Limit, active: number): Record<string, string> {
  return {
    'ratelimit-policy': `"streams";q=${max}`,
    ratelimit: `"streams";r=${Math.max(0, max - active)}`,
  }
}

/** The removal of a lease that had lapsed, as the log tells it. */
export function lapseOf(user: UserId, lease: Lease, tenant?: string): Decision {
  return {
    verb: 'lapse',
    outcome: 'lapsed',
    user,
    tenant,
    lease: lease.id,
    plan: lease.plan,
    startedAt: instant(lease.startedAtMs),
    lastSeenAt: instant(lease.renewedAtMs),
    expiresAt: instant(lapsesAtMs(lease)),
  }
}

/** What a caller told of its stream. */
function descriptionOf({
  streamId,
  deviceId,
  deviceType,
  contentId,
  label,
  attributes,
}: Lease): Readonly<Record<string, unknown>> {
  return { streamId, deviceId, deviceType, contentId, label, attributes }
}

/** An instant in RFC 3339, in UTC with milliseconds. `null` stays `null`. */
export function instant(ms: number): string
export function instant(ms: number | null): string | null
export function instant(ms: number | null): string | null {
  if (ms === null) return null
  const second = Math.floor(ms / 1000)
  return `${secondText(second)}.${String(ms - second * 1000).padStart(3, '0')}Z`
}

/**
 * The seconds that are in use are few, and writing a date costs as much as all else of an answer's
 * body.
 */
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
