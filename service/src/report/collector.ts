/**
 * Takes the decisions of logs as they are read, and keeps what a report needs of each.
 */
import { basename } from 'node:path'
import { splitLeaseId, userIn, type DeviceId } from '@streamgate/core'
import { limitInWords } from '../policy/policy-words.ts'
import type { LoggedCall, LoggedDecision } from '../telemetry/decision-reader.ts'
import { EVENT, EventColumns, type EventKind, type LogEvent } from './event-columns.ts'
import { hashNumber, shortHash, Texts } from './texts.ts'

/** The part of the logs that is reported. Both in milliseconds since the epoch. */
export type Span = { readonly fromMs: number; readonly toMs: number }

/** A stream that runs when the span begins was started within so long before it, if it counts. */
export const RUN_UP_MS = 86_400_000

/** The highest number of a column of 16 bits. */
const SHORT_MAX = 65_535

type Timed<Decision> = Decision & { readonly atMs: number }
type Place = { readonly log: number; readonly line: number }
type Written = Pick<LogEvent, 'atMs' | 'user'> & Partial<LogEvent> & { readonly kind: EventKind }

/** All that is kept of the logs. */
export class Collector {
  readonly events = new EventColumns()
  readonly users = new Texts()
  readonly networks = new Texts()
  readonly plans = new Texts(SHORT_MAX)
  readonly deviceTypes = new Texts(SHORT_MAX)
  readonly rules = new Texts(SHORT_MAX)
  readonly logs = new Texts(SHORT_MAX)
  /** How many leases of each length were admitted, in milliseconds. */
  readonly leaseLengths = new Map<number, number>()
  /** The tenants that were named. */
  readonly tenants = new Set<string>()
  firstMs = Infinity
  lastMs = -Infinity
  readonly #span: Span
  readonly #ruleWords = new Map<string, string>()
  readonly #beginMs: number[] = []

  constructor(span: Span) {
    this.#span = span
  }

  /** Takes a decision, and where it stands. */
  take(decision: LoggedDecision, place: Place): void {
    const { atMs } = decision
    const { fromMs, toMs } = this.#span
    this.#beginMs[place.log] ??= atMs
    if (atMs < fromMs - RUN_UP_MS || atMs >= toMs) return
    if (atMs >= fromMs) {
      this.firstMs = Math.min(this.firstMs, atMs)
      this.lastMs = Math.max(this.lastMs, atMs)
    }
    switch (decision.verb) {
      case 'start':
      case 'heartbeat':
      case 'stop':
        this.#takeCall(decision, place)
        break
      case 'lapse': {
        const user = this.users.numberOf(decision.user)
        const lease = hashNumber(decision.leaseId)
        this.#add({ kind: EVENT.lapsed, atMs, user, lease, extra: atMs - decision.lastSeenAtMs }, place)
        break
      }
      case 'erase':
        this.#add({ kind: EVENT.removed, atMs, user: this.users.numberOf(decision.user) }, place)
        break
      case 'remove-device': {
        const device = decision.deviceId === undefined ? 0 : shortHash(decision.deviceId)
        this.#add({ kind: EVENT.removed, atMs, user: this.users.numberOf(decision.user), device }, place)
        break
      }
      case 'finish':
        // Each player is told so, in a line of its own.
        break
    }
  }

  /** The length of lease that most streams were admitted for, in milliseconds. */
  get usualLeaseMs(): number | undefined {
    const [usual] = [...this.leaseLengths].toSorted(([, one], [, other]) => other - one)
    return usual?.[0]
  }

  /** The time of the first decision of a log. Infinite if it has none. */
  beginsMs(name: string): number {
    return this.#beginMs[this.logs.numberOf(name)] ?? Infinity
  }

  /** The name of a log, without its folder if that is enough to tell it. */
  logName(log: number): string {
    const name = this.logs.textOf(log)
    const short = basename(name)
    const names = Array.from({ length: this.logs.count }, (_none, index) =>
      basename(this.logs.textOf(index + 1)),
    )
    return names.filter((one) => one === short).length === 1 ? short : name
  }

  /** A user as the log names it. Of a tenant, behind the tenant. */
  userName(user: number): string {
    return userIn(this.users.textOf(user) as Parameters<typeof userIn>[0])
  }

  #takeCall(call: Timed<LoggedCall>, place: Place): void {
    const user = this.users.numberOf(call.user)
    if (call.tenant !== undefined) this.tenants.add(call.tenant)
    this.#takeEnds(call, user, place)
    const kind = kindOf(call)
    if (kind === undefined) return
    const { stream, plan, atMs } = call
    const isNew = kind === EVENT.admitted
    if (isNew) this.#noteLease(call)
    this.events.add({
      kind,
      atMs,
      user,
      lease: hashNumber(call.leaseId),
      device: deviceOf(stream.deviceId),
      network: this.networks.numberOf(stream.network),
      deviceType: this.deviceTypes.numberOf(stream.deviceType),
      plan: this.plans.numberOf(plan),
      rule: kind === EVENT.refused ? this.rules.numberOf(this.#ruleOf(call)) : 0,
      extra: isNew ? leaseMsOf(call) : (call.active ?? 0),
      log: place.log,
      line: place.line,
    })
  }

  /** The streams that ended with a call. */
  #takeEnds({ ends, replaces, stream, atMs }: Timed<LoggedCall>, user: number, place: Place): void {
    for (const id of ends) {
      const isNamed = Array.isArray(replaces) ? replaces.includes(id) : replaces === id
      const isOwn = stream.deviceId !== undefined && splitLeaseId(id).deviceId === stream.deviceId
      const kind = isOwn ? EVENT.superseded : isNamed ? EVENT.killed : EVENT.dismissed
      this.#add({ kind, atMs, user, lease: hashNumber(id) }, place)
    }
  }

  #noteLease(call: Timed<LoggedCall>): void {
    const leaseMs = leaseMsOf(call)
    if (leaseMs > 0) this.leaseLengths.set(leaseMs, (this.leaseLengths.get(leaseMs) ?? 0) + 1)
  }

  /** The limit that refused, in words. */
  #ruleOf({ outcome, rule, pool }: LoggedCall): string {
    if (outcome === 'pool-full') return `pool ${pool ?? ''} is full`
    if (outcome === 'device-denied') return 'registered devices'
    if (outcome === 'finished') return 'the stream has finished'
    if (rule === undefined) return '(not told)'
    const key = JSON.stringify(rule)
    const words = this.#ruleWords.get(key) ?? limitInWords(rule)
    this.#ruleWords.set(key, words)
    return words
  }

  #add(event: Written, place: Place): void {
    this.events.add({ ...NOTHING, ...event, ...place })
  }
}

const NOTHING = { lease: 0, device: 0, network: 0, deviceType: 0, plan: 0, rule: 0, extra: 0 } as const

/** Whether a start was refused. A heartbeat that is refused ends its stream. */
function kindOf({ verb, outcome }: LoggedCall): EventKind | undefined {
  switch (outcome) {
    case 'admitted':
      return EVENT.admitted
    case 'renewed':
      return EVENT.renewed
    case 'stopped':
      return EVENT.stopped
    case 'denied':
    case 'device-denied':
    case 'pool-full':
    case 'finished':
      return verb === 'start' ? EVENT.refused : EVENT.gone
    case 'evicted':
    case 'ended':
      return EVENT.gone
    default:
      return undefined
  }
}

function leaseMsOf({
  lapsesAtMs,
  arrivedAtMs,
}: Timed<LoggedCall> & { readonly arrivedAtMs?: number }): number {
  return typeof lapsesAtMs === 'number' && arrivedAtMs !== undefined ? lapsesAtMs - arrivedAtMs : 0
}

function deviceOf(deviceId: DeviceId | undefined): number {
  return deviceId === undefined ? 0 : shortHash(deviceId)
}
