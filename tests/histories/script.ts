/** Handwritten histories: call by call, each with the answer it should have, true or not. */
import {
  idIn,
  type Answer,
  type Call,
  type History,
  type Question,
  type ShownStream,
  type StartQuestion,
} from './history.ts'
import { planNamed } from './plans.ts'

const LEASE_MS = 60_000
/** How long a call takes by default. The service reads its clock half-way. */
const CALL_MS = 10

type GrantedLease = {
  readonly etag: string
  readonly label: string | undefined
  startedAtMs: number
  expiresAtMs: number
}
type StartFacts = Partial<Omit<StartQuestion, 'kind' | 'streamId' | 'label'>>
type Changes = Partial<Answer>

export class Script {
  readonly #calls: Call[] = []
  readonly #leaseMs: number
  readonly #skewMs: number
  /** What was last said about each lease. */
  readonly granted = new Map<string, GrantedLease>()
  #nowMs = 1_000_000
  #span: readonly [number, number] | undefined

  constructor({ leaseMs = LEASE_MS, skewMs = 0 }: { leaseMs?: number; skewMs?: number } = {}) {
    this.#leaseMs = leaseMs
    this.#skewMs = skewMs
  }

  get history(): History {
    const sorted = this.#calls.toSorted((one, other) => one.calledMs - other.calledMs)
    const events = sorted.flatMap(({ calledMs, end }, index) => [
      { at: calledMs, index, isReturn: false },
      ...(end === undefined ? [] : [{ at: end.returnedMs, index, isReturn: true }]),
    ])
    // If a call and a return share an instant, the call came first, so they overlap.
    events.sort((one, other) => one.at - other.at || Number(one.isReturn) - Number(other.isReturn))
    const places = new Map(events.map(({ index, isReturn }, place) => [`${index} ${isReturn}`, place]))
    const calls = sorted.map((call, index): Call => {
      const calledAt = places.get(`${index} false`) ?? 0
      const returnedAt = places.get(`${index} true`) ?? 0
      return { ...call, calledAt, ...(call.end && { end: { ...call.end, returnedAt } }) }
    })
    return { user: 'somebody', leaseMs: this.#leaseMs, skewMs: this.#skewMs, calls }
  }

  /** The next call lasts from one instant to the other, in ms since the first call. */
  between(from: number, to: number): this {
    this.#span = [1_000_000 + from, 1_000_000 + to]
    return this
  }

  /** Time passes. */
  wait(ms: number): void {
    this.#nowMs += ms
  }

  start(streamId: string, facts: StartFacts = {}): Asked {
    return this.#ask({
      kind: 'start',
      streamId,
      label: `call ${this.#calls.length}`,
      plan: 'deny-2',
      ...facts,
    })
  }

  heartbeat(id: string, facts: { ifMatch?: string; plan?: string } = {}): Asked {
    return this.#ask({ kind: 'heartbeat', id, plan: 'deny-2', ...facts })
  }

  stop(id: string, facts: { ifMatch?: string; reason?: string } = {}): Asked {
    return this.#ask({ kind: 'stop', id, ...facts })
  }

  list(): Asked {
    return this.#ask({ kind: 'list' })
  }

  erase(): Asked {
    return this.#ask({ kind: 'erase' })
  }

  #ask(question: Question): Asked {
    const [calledMs, returnedMs] = this.#span ?? [this.#nowMs, this.#nowMs + CALL_MS]
    this.#span = undefined
    this.#nowMs = Math.max(this.#nowMs, returnedMs) + 1
    const add = (answer: Answer | undefined) => {
      const end = answer && { returnedAt: 0, returnedMs, answer }
      this.#calls.push({ client: 0, question, calledAt: 0, calledMs, ...(end && { end }) })
    }
    const atMs = Math.floor((calledMs + returnedMs) / 2)
    return new Asked({ question, atMs, leaseMs: this.#leaseMs, granted: this.granted, add })
  }
}

type AskedParts = {
  readonly question: Question
  readonly atMs: number
  readonly leaseMs: number
  readonly granted: Map<string, GrantedLease>
  readonly add: (answer: Answer | undefined) => void
}

/** A call that waits for its answer. Members given here replace the true ones. */
export class Asked {
  readonly #parts: AskedParts

  constructor(parts: AskedParts) {
    this.#parts = parts
  }

  /** 201, with these streams. */
  taken(streams: readonly string[], changes: Changes = {}): void {
    const { question, atMs, leaseMs, granted } = this.#parts
    const label = 'label' in question ? question.label : undefined
    const etag = `tag${granted.size}-${atMs}`
    const lease = { etag, label, startedAtMs: atMs, expiresAtMs: atMs + leaseMs }
    this.#grant(201, lease, { streams, changes })
  }

  /** 200, with these streams. */
  renewed(streams: readonly string[], changes: Changes = {}): void {
    const { question, atMs, leaseMs, granted } = this.#parts
    const held = granted.get(idIn(question)) ?? { etag: 'unknown', label: undefined, startedAtMs: atMs }
    this.#grant(200, { ...held, expiresAtMs: atMs + leaseMs }, { streams, changes })
  }

  /** 409, with these holders. */
  denied(holders: readonly string[], changes: Changes = {}): void {
    const { question, atMs } = this.#parts
    const { max } = planNamed('plan' in question ? question.plan : undefined)
    const streams = this.#shown(holders)
    const waitMs = Math.min(...streams.map(({ expiresAtMs }) => expiresAtMs ?? 0)) - atMs
    const facts = { limit: max, active: holders.length, streams, retryAfterSeconds: Math.ceil(waitMs / 1000) }
    this.#answer({ status: 409, problem: 'stream-limit-reached', ...facts, ...changes })
  }

  /** 200, a list of these streams. */
  shows(ids: readonly string[], changes: Changes = {}): void {
    this.#answer({ status: 200, limit: 2, active: ids.length, streams: this.#shown(ids), ...changes })
  }

  /** 410: this stream took the slot. */
  evictedBy(id: string, changes: Changes = {}): void {
    const { granted } = this.#parts
    const { label, startedAtMs = 0 } = granted.get(id) ?? {}
    const by = { id, ...(label !== undefined && { label }) }
    this.#answer({ status: 410, problem: 'stream-evicted', by, atMs: startedAtMs, ...changes })
  }

  /** 410: the lease is over. */
  ended(changes: Changes = {}): void {
    this.#answer({ status: 410, problem: 'stream-ended', ...changes })
  }

  /** 204. */
  done(): void {
    this.#answer({ status: 204 })
  }

  /** Any other answer. */
  answered(answer: Answer): void {
    this.#answer(answer)
  }

  lost(): void {
    this.#parts.add(undefined)
  }

  #grant(status: number, lease: GrantedLease, said: { streams: readonly string[]; changes: Changes }): void {
    const { question, granted } = this.#parts
    const id = idIn(question)
    granted.set(id, lease)
    const { max } = planNamed('plan' in question ? question.plan : undefined)
    const { label: _label, ...facts } = lease
    const streams = said.streams.map((stream) => ({ id: stream }))
    this.#answer({ status, id, ...facts, limit: max, active: streams.length, streams, ...said.changes })
  }

  #shown(ids: readonly string[]): readonly ShownStream[] {
    const { granted, leaseMs } = this.#parts
    return ids.map((id) => {
      const { label, startedAtMs = 0, expiresAtMs = 0 } = granted.get(id) ?? {}
      return {
        id,
        ...(label !== undefined && { label }),
        startedAtMs,
        expiresAtMs,
        lastSeenAtMs: expiresAtMs - leaseMs,
      }
    })
  }

  #answer(answer: Answer): void {
    this.#parts.add(answer)
  }
}
