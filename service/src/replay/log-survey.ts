import { readLogLine, type LoggedLapse } from '../telemetry/decision-reader.ts'

/**
 * Parts of a line that need not be parsed to be told apart. `decision-line.ts` writes them so. None
 * begins with a quote, which is everywhere and would make the search slow.
 */
const LAPSE = 'verb":"lapse"'
const RENEWAL = 'verb":"heartbeat","outcome":"renewed"'
/** Renewals that have a line in any case. */
const NOT_PLAIN = ['"graceUntil"', '"networkChanged"', '"ends"'] as const
const ALL_LOGGED = 'logDecisions":"all"'
const DECISION_END = '"msg":"decision"}'
const EXPIRY = 'expiresAt"'

/**
 * What must be known of whole logs before they are replayed: whether they have a line for each
 * renewal and, if not, which leases lapsed and when their players were last heard of. The line of a
 * lapse comes only when the lease is removed.
 */
export class LogSurvey {
  readonly #lapses = new Map<string, number>()
  readonly #areLapsesKept: boolean
  #areAllLogged = false
  #isExpiryMet = false

  /** @param areLapsesKept whether `lastSeenMs` will be asked. */
  constructor(areLapsesKept = true) {
    this.#areLapsesKept = areLapsesKept
  }

  /** Takes in a line of a log. */
  take(line: string): void {
    if (this.#areLapsesKept && line.includes(LAPSE)) this.#note(line)
    else if (this.#areAllLogged) return
    else if (line.includes(RENEWAL)) this.#areAllLogged = !NOT_PLAIN.some((mark) => line.includes(mark))
    else if (!this.#isExpiryMet && line.includes(EXPIRY)) this.#isExpiryMet = true
    else if (!line.endsWith(DECISION_END)) this.#areAllLogged = line.includes(ALL_LOGGED)
  }

  /** Logs of version 0.1 tell no expiry, and every renewal. */
  get areRenewalsLogged(): boolean {
    return this.#areAllLogged || !this.#isExpiryMet
  }

  /** When the player of a lease that lapsed was last heard of. */
  lastSeenMs(lease: Omit<LoggedLapse, 'verb' | 'lastSeenAtMs'>): number | undefined {
    return this.#lapses.get(keyOf(lease))
  }

  #note(line: string): void {
    const read = readLogLine(line)
    if (typeof read === 'object' && read.verb === 'lapse') this.#lapses.set(keyOf(read), read.lastSeenAtMs)
  }
}

function keyOf({ user, leaseId, startedAtMs }: Omit<LoggedLapse, 'verb' | 'lastSeenAtMs'>): string {
  return `${startedAtMs} ${user} ${leaseId}`
}
