/**
 * A toy service that carries out one call after another, to generate small histories: true ones,
 * and ones with a changed answer that may or may not be impossible.
 */
import type { SeededRandom } from '../simulation/world/seeded-random.ts'
import { deviceOf, leaseIdOf, type Answer, type Call, type History, type Question } from './history.ts'
import { planNamed, type PlanName } from './plans.ts'

const LEASE_MS = 60
const CALLS = 7
const STEP_MS = 10
const SPREAD_MS = 26
const PLANS: readonly PlanName[] = ['deny-1', 'deny-2', 'evict-1', 'evict-2', 'device-2']

type Held = {
  readonly id: string
  readonly etag: string
  readonly label: string
  startedAtMs: number
  expiresAtMs: number
}

/**
 * A history of a few calls that overlap. Some have lost their answers, and one answer may be
 * changed.
 */
export function shuffledHistory(random: SeededRandom): History {
  const toy = new Toy(random.pick(PLANS))
  const calls = Array.from({ length: CALLS }, (_, step): Call => {
    const atMs = 1000 + step * STEP_MS
    const question = toy.someQuestion(random)
    const isLost = question.kind !== 'list' && random.chance(0.15)
    const answer = isLost && random.chance(0.5) ? undefined : toy.answer(question, atMs)
    const [calledMs, returnedMs] = [atMs - random.below(SPREAD_MS), atMs + random.below(SPREAD_MS)]
    const end = isLost || answer === undefined ? {} : { end: { returnedAt: returnedMs, returnedMs, answer } }
    return { client: step, question, calledAt: calledMs, calledMs, ...end }
  })
  const history = { user: 'somebody', leaseMs: LEASE_MS, skewMs: 0, calls: inOrder(calls) }
  return random.chance(0.6) ? { ...history, calls: changed(random, history.calls) } : history
}

class Toy {
  readonly #plan: PlanName
  #held: Held[] = []
  #count = 0
  readonly #notes = new Map<string, Held>()
  readonly #stopped = new Map<string, number>()

  constructor(plan: PlanName) {
    this.#plan = plan
  }

  someQuestion(random: SeededRandom): Question {
    const plan = this.#plan
    const label = `call ${(this.#count += 1)}`
    const [streamId, device] = [random.pick(['a', 'b', 'c']), random.chance(0.5) ? { deviceId: 'tv' } : {}]
    const id = leaseIdOf({ streamId, ...device })
    const held = this.#held.find((lease) => lease.id === id)
    const ifMatch = held !== undefined && random.chance(0.4) ? { ifMatch: held.etag } : {}
    const replaces = random.chance(0.3) ? { replaces: random.pick(['a', 'b', 'c']) } : {}
    const questions: readonly Question[] = [
      { kind: 'start', streamId, ...device, ...replaces, plan, label },
      { kind: 'start', streamId, ...device, plan, label },
      { kind: 'heartbeat', id, plan, label, ...ifMatch },
      { kind: 'stop', id, ...ifMatch },
      { kind: 'list' },
    ]
    return random.pick(questions)
  }

  answer(question: Question, nowMs: number): Answer {
    this.#held = this.#held.filter(({ expiresAtMs }) => nowMs < expiresAtMs)
    switch (question.kind) {
      case 'start':
        return this.#start(question, nowMs)
      case 'heartbeat':
        return this.#heartbeat(question, nowMs)
      case 'stop':
        return this.#stop(question, nowMs)
      case 'list':
      case 'erase':
        return {
          status: 200,
          limit: this.#held.length === 0 ? 3 : planNamed(this.#plan).max,
          ...this.#shown(),
        }
    }
  }

  #start(question: Extract<Question, { kind: 'start' }>, nowMs: number): Answer {
    const { max, whenFull, sameDeviceReplaces } = planNamed(this.#plan)
    const id = leaseIdOf(question)
    const takesDevice = sameDeviceReplaces && question.deviceId !== undefined
    const leaves = (other: Held) =>
      other.id !== id &&
      (other.id === question.replaces || (takesDevice && deviceOf(other.id) === question.deviceId))
    const own = this.#held.find((lease) => lease.id === id)
    const staying = this.#held.filter((lease) => !leaves(lease) && lease !== own)
    const excess = own === undefined ? Math.max(0, staying.length - max + 1) : 0
    if (excess > 0 && whenFull === 'deny') return this.#denied(nowMs)
    const evicted = staying.toSorted((one, other) => one.startedAtMs - other.startedAtMs).slice(0, excess)
    const ends = [...this.#held.filter(leaves), ...evicted]
    this.#held = this.#held.filter((lease) => !ends.includes(lease))
    return {
      ...this.#grant(id, question.label, nowMs),
      ...this.#end(ends, { id, label: question.label, nowMs }),
    }
  }

  #end(ends: readonly Held[], by: { id: string; label: string; nowMs: number }): Partial<Answer> {
    const { id, label, nowMs } = by
    for (const lease of ends) this.#notes.set(lease.id, { ...lease, id, label, startedAtMs: nowMs })
    return ends.length === 0 ? {} : { ended: ends.map((lease) => lease.id) }
  }

  #heartbeat({ id, label = '', ifMatch }: Extract<Question, { kind: 'heartbeat' }>, nowMs: number): Answer {
    const own = this.#held.find((lease) => lease.id === id)
    if (own !== undefined && (ifMatch === undefined || own.etag === ifMatch))
      return this.#grant(id, label, nowMs)
    const note = this.#notes.get(id)
    if (note !== undefined && (ifMatch === undefined || note.etag === ifMatch)) {
      const by = { id: note.id, label: note.label }
      return { status: 410, problem: 'stream-evicted', by, atMs: note.startedAtMs }
    }
    const isStopped = nowMs < (this.#stopped.get(id) ?? 0) + LEASE_MS
    if (ifMatch !== undefined || isStopped) return { status: 410, problem: 'stream-ended' }
    return this.#held.length < planNamed(this.#plan).max ? this.#grant(id, label, nowMs) : this.#denied(nowMs)
  }

  #stop({ id, ifMatch }: Extract<Question, { kind: 'stop' }>, nowMs: number): Answer {
    const own = this.#held.find(
      (lease) => lease.id === id && (ifMatch === undefined || lease.etag === ifMatch),
    )
    this.#held = this.#held.filter((lease) => lease !== own)
    if (own !== undefined) this.#stopped.set(id, nowMs)
    return { status: 204 }
  }

  #grant(id: string, label: string, nowMs: number): Answer {
    const own = this.#held.find((lease) => lease.id === id)
    const expiresAtMs = nowMs + LEASE_MS
    if (own === undefined) {
      this.#held.push({ id, etag: `tag ${nowMs}`, label, startedAtMs: nowMs, expiresAtMs })
      this.#notes.delete(id)
      this.#stopped.delete(id)
    } else own.expiresAtMs = expiresAtMs
    const { etag, startedAtMs } = own ?? { etag: `tag ${nowMs}`, startedAtMs: nowMs }
    const { active, streams } = this.#shown()
    const facts = { id, etag, startedAtMs, expiresAtMs, limit: planNamed(this.#plan).max }
    return {
      status: own === undefined ? 201 : 200,
      ...facts,
      active,
      streams: streams.map((one) => ({ id: one.id })),
    }
  }

  #denied(nowMs: number): Answer {
    const first = Math.min(...this.#held.map(({ expiresAtMs }) => expiresAtMs))
    const retryAfterSeconds = Math.ceil((first - nowMs) / 1000)
    const limit = planNamed(this.#plan).max
    return { status: 409, problem: 'stream-limit-reached', limit, retryAfterSeconds, ...this.#shown() }
  }

  #shown() {
    const streams = this.#held.map(({ id, label, startedAtMs, expiresAtMs }) => {
      return { id, label, startedAtMs, expiresAtMs, lastSeenAtMs: expiresAtMs - LEASE_MS }
    })
    return { active: streams.length, streams }
  }
}

/**
 * The calls as sent, with the places of all events. If a call and a return share an instant, the
 * call came first.
 */
function inOrder(calls: readonly Call[]): readonly Call[] {
  const sorted = calls.toSorted((one, other) => one.calledMs - other.calledMs)
  return sorted.map((call, index) => {
    const calledAt = call.calledMs * 100 + index
    return {
      ...call,
      calledAt,
      ...(call.end && { end: { ...call.end, returnedAt: call.end.returnedMs * 100 + 50 + index } }),
    }
  })
}

/** The calls with one answer changed in one way. */
function changed(random: SeededRandom, calls: readonly Call[]): readonly Call[] {
  const places = calls.flatMap(({ end }, place) => (end === undefined ? [] : [place]))
  if (places.length === 0) return calls
  const place = random.pick(places)
  return calls.map((call, index) => {
    if (index !== place || call.end === undefined) return call
    return { ...call, end: { ...call.end, answer: changedAnswer(random, call.end.answer) } }
  })
}

function changedAnswer(random: SeededRandom, answer: Answer): Answer {
  const { streams = [], status, expiresAtMs = 0, active = 0 } = answer
  const { ended: _ended, ...withoutEnded } = answer
  const changes: readonly Answer[] = [
    { ...answer, status: status === 201 ? 200 : 201 },
    { ...answer, streams: streams.slice(1), active: Math.max(0, active - 1) },
    { ...answer, streams: [...streams, { id: 'a' }], active: active + 1 },
    { ...answer, expiresAtMs: expiresAtMs + 1 },
    { status: 410, problem: 'stream-ended' },
    { ...withoutEnded },
  ]
  return random.pick(changes)
}
