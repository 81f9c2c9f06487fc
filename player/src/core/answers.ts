/** What the answers of the service mean for a player. */
import { isTemporary, type Answer } from './call.ts'
import type { Denied, DeniedReason, Holder, Lost, Problem, StartResult } from './types.ts'

/** The interval if an answer holds none that can be read. */
const HEARTBEAT_DEFAULT_MS = 25_000
/** A full pool does not say when a slot may be free. */
const POOL_RETRY_SECONDS = 30

/** Stands for the answer to a start that was stopped before it came. */
export const STOPPED_ANSWER: Answer = { status: 0, retryAfterMs: 0, body: { status: 0, title: 'Stopped' } }

const REASONS: Readonly<Record<string, DeniedReason>> = {
  'stream-limit-reached': 'limit',
  'device-limit-reached': 'devices',
  'pool-full': 'pool',
  'stream-finished': 'finished',
}

/** The last part of a problem's type. */
export function problemName({ type }: Problem): string {
  return String(type).replace(/.*\//, '')
}

/** The interval that the newest answer asks for. `null`: no heartbeats are wanted. */
export function heartbeatMs({ body }: Answer): number | null {
  const seconds = body['heartbeatSeconds']
  if (seconds === null) return null
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : HEARTBEAT_DEFAULT_MS
}

/** How long the lease lasts, if this answer is the first to it. */
export function leaseMs({ body: { startedAt, expiresAt } }: Answer): number {
  return expiresAt === null ? Infinity : Date.parse(expiresAt as string) - Date.parse(startedAt as string)
}

/** A refusal. `takeOver` gets the ids of the streams, or devices, to end. */
export function deniedBy(answer: Answer, takeOver: (ids: readonly string[]) => Promise<StartResult>): Denied {
  const { body, retryAfterMs } = answer
  const known = REASONS[problemName(body)] ?? (isTemporary(answer) ? 'unreachable' : 'refused')
  const denied = answer === STOPPED_ANSWER ? 'stopped' : known
  const holders = listIn(body['streams'] ?? body['devices'])
    .filter(Boolean)
    .map((shown) => holderOf(shown as never))
  const enough = listIn(body['makesRoom']) as readonly string[]
  return {
    denied,
    holders,
    more: Number(body['more'] ?? 0),
    rule: body['rule'] as Denied['rule'],
    retryAfterSeconds: denied === 'pool' ? POOL_RETRY_SECONDS : retryAfterMs / 1000 || undefined,
    problem: body,
    takeOver: (ids = enough.length > 0 ? enough : oldest(holders)) => takeOver(ids),
  }
}

function seenAt({ lastSeenAt = '' }: Holder): string {
  return lastSeenAt
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The id of the holder that was seen longest ago, if there is any. */
function oldest(holders: readonly Holder[]): readonly string[] {
  const [first, ...others] = holders
  if (!first) return []
  return [others.reduce((one, other) => (seenAt(other) < seenAt(one) ? other : one), first).id]
}

/** A registered device is told like a stream. */
function holderOf(shown: Holder & { readonly firstUsedAt?: string; readonly lastUsedAt?: string }): Holder {
  const { firstUsedAt, lastUsedAt, ...holder } = shown
  if (lastUsedAt === undefined) return holder
  return {
    ...holder,
    id: String(holder.deviceId),
    lastSeenAt: lastUsedAt,
    ...(firstUsedAt && { startedAt: firstUsedAt }),
  }
}

/** What an answer to a heartbeat is told against. */
type LostParts = {
  /** The answer as a refusal. */
  readonly denied: Denied
  readonly deviceId: string | undefined
  readonly takeOver: (ids: readonly string[]) => Promise<StartResult>
}

/** Why a playback may not go on. */
export function lostBy({ body: problem }: Answer, { denied, deviceId, takeOver }: LostParts): Lost {
  switch (problemName(problem)) {
    case 'stream-evicted': {
      const by: Holder = { id: '', ...(problem['by'] as Holder | undefined) }
      const isSameDevice = by.id.slice(by.id.indexOf('@') + 1) === deviceId
      return { why: 'evicted', by, isSameDevice, problem, takeOver: () => takeOver([by.id].filter(Boolean)) }
    }
    case 'stream-finished':
      return { why: 'finished', problem }
    case 'stream-ended':
      return { why: 'ended', reason: problem['reason'] as string | undefined, problem }
  }
  return { why: 'denied', ...denied }
}

/** The answer that stands for it if another page of this device took over the same stream. */
export function takenByTab(url: string): Answer {
  const by = { id: decodeURIComponent(url.replace(/.*\//, '')) }
  return { status: 410, retryAfterMs: 0, body: { status: 410, type: '/problems/stream-evicted', by } }
}
