import { splitLeaseId } from '@streamgate/core'
import { decisionsIn, type Decision, type Decisions } from '../telemetry/decision-event.ts'
import type { Revocation } from './revocations.ts'

/** When something was revoked, and how long the longest token lasts. In milliseconds. */
export type RevokedWhen = { readonly nowMs: number; readonly lifeMs: number }

const NONE: readonly Revocation[] = []

/**
 * What these decisions revoke. A stream that expired is not among it: its token expires soon, and
 * its player may come back.
 */
export function revokedBy(decisions: Decisions | undefined, when: RevokedWhen): readonly Revocation[] {
  if (decisions === undefined) return NONE
  const revoked = decisionsIn(decisions).flatMap((decision) => endedBy(decision))
  if (revoked.length === 0) return NONE
  const revokedAt = Math.floor(when.nowMs / 1000)
  const until = Math.ceil((when.nowMs + when.lifeMs) / 1000)
  return revoked.map((one) => ({ ...one, revokedAt, until }))
}

type Ended = Omit<Revocation, 'revokedAt' | 'until'>

function endedBy(decision: Decision): readonly Ended[] {
  const { verb, outcome, user: sub, tenant, lease: sid, ends = [] } = decision
  switch (verb) {
    case 'stop':
      return outcome === 'stopped' ? [{ sub, tenant, sid }] : []
    case 'erase':
      return [{ sub, tenant }]
    case 'finish':
      return [{ tenant, streamId: decision.stream }]
    case 'remove-device':
      return [{ sub, tenant, deviceId: decision.device }]
    case 'start':
    case 'heartbeat':
      return [
        ...ends.map((id) => ({ sub, tenant, sid: id })),
        ...(isOver(decision) ? [{ sub, tenant, sid }] : []),
      ]
    case 'list':
    case 'lapse':
      return []
  }
}

/**
 * Whether it says that the lease has ended, perhaps by another process. With `If-Match` it is about
 * an earlier lease, and the one of today may run.
 */
function isOver({ verb, outcome, hasIfMatch = false }: Decision): boolean {
  return verb === 'heartbeat' && !hasIfMatch && ['evicted', 'ended', 'finished'].includes(outcome)
}

/** What a revocation must be compared with: the claims of a token. */
export type RevocableClaims = {
  readonly sub: string
  readonly sid: string
  readonly tenant?: string | undefined
  readonly iat: number
}

/** Whether this revocation is about the token with these claims. */
export function isRevokedBy(
  { sub, sid, tenant, streamId, deviceId, revokedAt }: Revocation,
  claims: RevocableClaims,
): boolean {
  const parts = splitLeaseId(claims.sid)
  const isOfUser = (sub ?? claims.sub) === claims.sub && tenant === claims.tenant
  const isOfStream = (sid ?? claims.sid) === claims.sid && (streamId ?? parts.streamId) === parts.streamId
  const isOfDevice = deviceId === undefined || deviceId === parts.deviceId
  return isOfUser && isOfStream && isOfDevice && claims.iat <= revokedAt
}
