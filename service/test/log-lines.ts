/** Lines of a log, as the service writes them, for tests that read logs. */
import type { Decision } from '../src/telemetry/decision-event.ts'
import { decisionLines } from '../src/telemetry/decision-line.ts'

/** Monday, 2026-01-05, 20:00 UTC. */
export const MONDAY_MS = Date.UTC(2026, 0, 5, 20)
const LEASE_MS = 75_000

/** The line of a decision so many seconds after Monday, 20:00. */
export function lineAt(seconds: number, decision: Decision): string {
  const atMs = MONDAY_MS + seconds * 1000
  const [line = ''] = decisionLines({ atMs, decision, requestId: 'r', seconds: 0 }, { pid: 1 })
  return line
}

type OfStream = readonly [user: string, lease: string, more?: Partial<Decision>]
type Times = { readonly startedSeconds: number; readonly lastSeenSeconds: number }

/** A stream that was admitted. */
export function admitted(seconds: number, ...[user, lease, more = {}]: OfStream): string {
  const startedAt = new Date(MONDAY_MS + seconds * 1000).toISOString()
  const expiresAt = new Date(MONDAY_MS + seconds * 1000 + LEASE_MS).toISOString()
  const told = { plan: 'standard', deviceType: 'tv', startedAt, expiresAt, ...more }
  return lineAt(seconds, { verb: 'start', outcome: 'admitted', user, lease, ...told })
}

/** A start that was refused. */
export function denied(seconds: number, ...[user, lease, more = {}]: OfStream): string {
  const told = { plan: 'standard', deviceType: 'web', active: 1, rule: { max: 1 }, ...more }
  return lineAt(seconds, { verb: 'start', outcome: 'denied', user, lease, ...told })
}

/** A stream that its player stopped. */
export function stopped(seconds: number, user: string, lease: string): string {
  return lineAt(seconds, { verb: 'stop', outcome: 'stopped', user, lease })
}

/** A lease that was removed, because it had expired. */
export function lapsed(
  seconds: number,
  ...[user, lease, { startedSeconds, lastSeenSeconds }]: readonly [user: string, lease: string, times: Times]
): string {
  return lineAt(seconds, {
    verb: 'lapse',
    outcome: 'lapsed',
    user,
    lease,
    startedAt: instant(startedSeconds),
    lastSeenAt: instant(lastSeenSeconds),
    expiresAt: instant(lastSeenSeconds + LEASE_MS / 1000),
  })
}

function instant(seconds: number): string {
  return new Date(MONDAY_MS + seconds * 1000).toISOString()
}
