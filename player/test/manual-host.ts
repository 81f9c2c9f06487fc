/**
 * A place for a watch whose time, storage and page are in the hands of a test. Its network is real,
 * unless the test cuts it or answers in its place.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Host, HostEvents, HostRequest, HostResponse } from '../src/core/host.ts'

/** A call that a watch made. */
export type SeenCall = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly atMs: number
  status?: number
}

/** What a network does with a call. `undefined`: it reaches the service, perhaps later. */
export type Interference = (call: SeenCall) => Response | Error | 'hang' | Promise<undefined> | undefined

type Timer = { readonly dueMs: number; readonly run: () => void }

/** As few turns of the event loop as see every answer through. */
const QUIET_TURNS = 8

/** A host that a test moves. */
export class ManualHost implements Host {
  readonly calls: SeenCall[] = []
  readonly beacons: string[] = []
  readonly reported: unknown[] = []
  readonly kept = new Map<string, string>()
  storage: Host['storage'] = {
    getItem: (key) => this.kept.get(key) ?? null,
    setItem: (key, value) => this.kept.set(key, value),
  }
  claim: Host['claim']
  interfere: Interference = () => undefined
  readonly #timers = new Set<Timer>()
  readonly #heard = new Set<HostEvents>()
  #nowMs = Date.now()
  #inFlight = 0

  readonly now = (): number => this.#nowMs
  readonly random = Math.random

  readonly setTimeout = (run: () => void, ms: number): unknown => {
    const timer = { dueMs: this.#nowMs + ms, run }
    this.#timers.add(timer)
    return timer
  }

  readonly clearTimeout = (timer: unknown): void => void this.#timers.delete(timer as Timer)

  readonly listen = (events: HostEvents): (() => void) => {
    this.#heard.add(events)
    return () => void this.#heard.delete(events)
  }

  readonly beacon = (url: string): boolean => {
    this.beacons.push(new URL(url).pathname)
    void fetch(url, { method: 'POST' }).catch(() => {})
    return true
  }

  readonly report = (error: unknown): void => void this.reported.push(error)

  readonly fetch = async (url: string, request: HostRequest): Promise<HostResponse> => {
    const { method, headers, body } = request
    const call: SeenCall = {
      method,
      headers,
      path: new URL(url).pathname,
      body: JSON.parse(body ?? '{}') as Record<string, unknown>,
      atMs: this.#nowMs,
    }
    this.calls.push(call)
    const interference = this.interfere(call)
    if (interference === 'hang') return untilAborted(request.signal as AbortSignal)
    this.#inFlight += 1
    try {
      if (interference instanceof Error) throw interference
      const answered = (await interference) ?? (await fetch(url, request as RequestInit))
      call.status = answered.status
      const text = await answered.text()
      return {
        status: answered.status,
        headers: answered.headers,
        json: () => Promise.resolve(JSON.parse(text) as unknown),
      }
    } finally {
      this.#inFlight -= 1
    }
  }

  /** Waits until every call has its answer, and the watch knows it. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      await turn()
      quiet = this.#inFlight === 0 ? quiet + 1 : 0
    }
  }

  /** Lets time pass, with every timer in its turn. */
  async pass(ms: number): Promise<void> {
    await this.settle()
    const endMs = this.#nowMs + ms
    for (;;) {
      const due = [...this.#timers].filter(({ dueMs }) => dueMs <= endMs)
      const [first] = due.toSorted((one, other) => one.dueMs - other.dueMs)
      if (first === undefined) break
      this.#timers.delete(first)
      this.#nowMs = Math.max(this.#nowMs, first.dueMs)
      first.run()
      await this.settle()
    }
    this.#nowMs = endMs
  }

  /** The clock jumps, and no timer runs meanwhile, as in a device that sleeps. */
  jump(ms: number): void {
    this.#nowMs += ms
    for (const timer of Array.from(this.#timers)) {
      this.#timers.delete(timer)
      this.#timers.add(Object.assign(timer, { dueMs: timer.dueMs + ms }))
    }
  }

  /** Something happens to the page. */
  async happens(name: keyof HostEvents, isUrgent = false): Promise<void> {
    for (const events of Array.from(this.#heard)) events[name]?.(isUrgent)
    await this.settle()
  }

  /** How many timers run, and how many listeners the page has. */
  get left(): { readonly timers: number; readonly listeners: number } {
    return { timers: this.#timers.size, listeners: this.#heard.size }
  }

  /** The calls of a kind. */
  sent(kind: 'start' | 'heartbeat' | 'stop'): readonly SeenCall[] {
    const method = { start: 'POST', heartbeat: 'PUT', stop: 'DELETE' }[kind]
    return this.calls.filter((call) => call.method === method)
  }
}

/** A call that is never answered, and ends only if it is given up. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
}
