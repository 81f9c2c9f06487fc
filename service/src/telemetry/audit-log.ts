/**
 * The audit: one line for each stream that somebody else than its own player ended, with who, whose
 * and why. It is kept apart from decisions, which may be left out of the log.
 */
import { splitLeaseId } from '@streamgate/core'
import pino, { type Logger } from 'pino'
import { decisionsIn, type AnsweredRequest, type Decision } from './decision-event.ts'
import type { AuditPlace } from './log-options.ts'
import { escapeId } from '../text/escape-id.ts'
import { UserIdHash } from '../text/user-id-hash.ts'

/** One ending, as its line tells it. Ids are escaped. */
type Ending = {
  /**
   * `evicted`: a start took its place. `replaced`: a start asked for its end. `stopped`: an
   * operator ended it. `device-removed`, `erased`, `finished`: what happened to its device, user or
   * stream.
   */
  readonly event: 'evicted' | 'replaced' | 'stopped' | 'device-removed' | 'erased' | 'finished'
  readonly user?: string | undefined
  readonly tenant?: string | undefined
  /** The lease that ended. Absent if there may be several. */
  readonly lease?: string | undefined
  readonly device?: string | undefined
  readonly stream?: string | undefined
  /** The lease that took its place. */
  readonly by?: string | undefined
  /** What the operator said. */
  readonly reason?: string | undefined
}

/** What an audit needs to know. */
export type AuditOptions = {
  readonly auditLog: AuditPlace
  readonly userIdKey?: string | undefined
}

/** Takes requests that were answered, and writes what they ended. */
export class AuditLog {
  readonly #logger: Logger | undefined
  readonly #nameOf: (user: string) => string

  /** @param logger the log of the service, for an audit that is a part of it. */
  constructor({ auditLog, userIdKey }: AuditOptions, logger: Logger) {
    this.#nameOf = userIdKey === undefined ? escapeId : new UserIdHash(userIdKey).of
    this.#logger =
      auditLog.kind === 'file' ? loggerTo(auditLog.path) : auditLog.kind === 'log' ? logger : undefined
  }

  /** Writes a line for each ending in these decisions. */
  answered(request: AnsweredRequest): void {
    if (this.#logger === undefined || request.decision === undefined) return
    for (const decision of decisionsIn(request.decision)) {
      for (const ending of endingsIn(decision)) this.#write(ending, request)
    }
  }

  #write({ user, ...ending }: Ending, { requestId, caller = 'trusted' }: AnsweredRequest): void {
    const whose = user === undefined ? {} : { user: this.#nameOf(user) }
    this.#logger?.info({ ...whose, ...ending, caller, requestId }, 'audit')
  }
}

function endingsIn(decision: Decision): readonly Ending[] {
  const { verb, outcome, user, tenant, lease, device, stream, by, reason, ends = [] } = decision
  const whose = { user, tenant: idOf(tenant) }
  switch (verb) {
    case 'start':
    case 'heartbeat':
      return ends
        .filter((id) => !isOfSameDevice(id, lease))
        .map((id) => ({
          event: [decision.replaces].flat().includes(id) ? ('replaced' as const) : ('evicted' as const),
          ...whose,
          lease: idOf(id),
          by: idOf(lease),
        }))
    case 'stop':
      return by === 'operator' && outcome === 'stopped'
        ? [{ event: 'stopped', ...whose, lease: idOf(lease), reason }]
        : []
    case 'remove-device':
      return [{ event: 'device-removed', ...whose, device: idOf(device) }]
    case 'erase':
      return [{ event: 'erased', ...whose }]
    case 'finish':
      return [{ event: 'finished', tenant: whose.tenant, stream: idOf(stream) }]
    case 'list':
    case 'lapse':
      return []
  }
}

/** Whether a lease ended for another one on its own device, as with each change of channel. */
function isOfSameDevice(ended: string, lease: string | undefined): boolean {
  const { deviceId } = splitLeaseId(ended)
  return deviceId !== undefined && lease !== undefined && splitLeaseId(lease).deviceId === deviceId
}

function idOf(id: string | undefined): string | undefined {
  return id === undefined ? undefined : escapeId(id)
}

/** Appends to a file that only its owner may read. Other processes may append to it too. */
function loggerTo(path: string): Logger {
  const options = { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }
  const formatters = { level: (label: string) => ({ level: label }) }
  return pino(
    { ...options, formatters },
    pino.destination({ dest: path, append: true, mode: 0o600, sync: true }),
  )
}
