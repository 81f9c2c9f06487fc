import { readLogLine, type LoggedLapse } from '../telemetry/decision-reader.ts'

/** Parts of a line that need not be parsed to be told apart. `decision-line.ts` writes them so. */
const LAPSE = '"verb":"lapse"'
const RENEWAL = '"verb":"heartbeat","outcome":"renewed"'
const GRACE = '"graceUntil"'
const ALL_LOGGED = '"logDecisions":"all"'
const EXPIRY = '"expiresAt"'

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
    if (line.includes(LAPSE)) this.#note(line)
    else if (line.includes(ALL_LOGGED)) this.#areAllLogged = true
    else if (line.includes(RENEWAL) && !line.includes(GRACE)) this.#areAllLogged = true
    else this.#isExpiryMet ||= line.includes(EXPIRY)
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
    if (!this.#areLapsesKept) return
    const read = readLogLine(line)
    if (typeof read === 'object' && read.verb === 'lapse') this.#lapses.set(keyOf(read), read.lastSeenAtMs)
  }
}

function keyOf({ user, leaseId, startedAtMs }: Omit<LoggedLapse, 'verb' | 'lastSeenAtMs'>): string {
  return `${startedAtMs} ${user} ${leaseId}`
}
