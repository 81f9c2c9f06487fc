/**
 * A small HTTP client for load, in a process of its own: as many requests as the server takes, or
 * so many a second.
 *
 * `own-client.ts <port> <request file> <options as JSON>` prints the stretch as JSON.
 *
 * With a pace, the time of a request begins when it was due, even if no connection was free. So an
 * answer that takes long also counts for the requests that waited behind it.
 */
import { setPriority } from 'node:os'
import { percentile } from '../statistics.ts'
import { Connection } from './connection.ts'
import { Requests } from './request-file.ts'

/** What the client is to do. */
export type ClientOptions = {
  readonly connections: number
  readonly seconds: number
  readonly position: number
  /** If absent, each connection sends its next request when the last one is answered. */
  readonly requestsPerSecond?: number
  /** Whether another process needs the core of the load too. It then goes first. */
  readonly isPolite?: boolean
}

/** What it saw. */
export type ClientReport = {
  readonly answers: number
  readonly seconds: number
  /** Answers that are no success. No start of a mix is over a limit. */
  readonly faults: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly position: number
  /** 99 of 100 requests were sent so soon after they were due and a connection was free. */
  readonly ownP99Ms: number
}

const LOWEST_PRIORITY = 19
const FIRST_FAULT = 400
/** A request that has waited longer than this at the end will not be answered soon. */
const LAST_ANSWERS_MS = 2000

class Load {
  readonly #requests: Requests
  readonly #options: ClientOptions
  readonly #free: Connection[] = []
  readonly #latenciesMs: number[] = []
  readonly #ownMs: number[] = []
  #sent = 0
  #faults = 0
  #isOver = false

  constructor(requests: Requests, options: ClientOptions) {
    this.#requests = requests
    this.#options = options
  }

  async run(port: number): Promise<ClientReport> {
    const { connections, seconds, requestsPerSecond } = this.#options
    const answered = this.#answered.bind(this)
    const all = Array.from({ length: connections }, () => new Connection(port, answered))
    await Promise.all(all.map((connection) => connection.connected()))
    this.#free.push(...all)
    const startedAtMs = performance.now()
    const endsAtMs = startedAtMs + seconds * 1000
    if (requestsPerSecond === undefined) await this.#sendAtOnce(endsAtMs)
    else await this.#sendPaced(startedAtMs, { endsAtMs, requestsPerSecond })
    const endedAtMs = performance.now()
    for (const connection of all) connection.end()
    return this.#report((endedAtMs - startedAtMs) / 1000)
  }

  async #sendAtOnce(endsAtMs: number): Promise<void> {
    for (const connection of this.#free) this.#send(connection, performance.now())
    this.#free.length = 0
    await new Promise((resolve) => setTimeout(resolve, endsAtMs - performance.now()))
    this.#isOver = true
  }

  /** Turns without a rest: a timer would come up to a millisecond late. */
  async #sendPaced(
    startedAtMs: number,
    { endsAtMs, requestsPerSecond }: { endsAtMs: number; requestsPerSecond: number },
  ): Promise<void> {
    const gapMs = 1000 / requestsPerSecond
    const due = Math.round(this.#options.seconds * requestsPerSecond)
    while (this.#latenciesMs.length < due) {
      const nowMs = performance.now()
      if (nowMs > endsAtMs + LAST_ANSWERS_MS) break
      while (this.#sent < due && startedAtMs + this.#sent * gapMs <= nowMs) {
        const connection = this.#free.pop()
        if (connection === undefined) break
        const dueAtMs = startedAtMs + this.#sent * gapMs
        this.#ownMs.push(performance.now() - Math.max(dueAtMs, connection.freeSinceMs))
        this.#send(connection, dueAtMs)
      }
      await new Promise(setImmediate)
    }
  }

  #send(connection: Connection, sinceMs: number): void {
    this.#sent += 1
    connection.send(this.#requests.next(), sinceMs)
  }

  #answered(connection: Connection, status: number): void {
    if (this.#isOver) return
    const nowMs = performance.now()
    this.#latenciesMs.push(nowMs - connection.sinceMs)
    if (status >= FIRST_FAULT) this.#faults += 1
    if (this.#options.requestsPerSecond === undefined) return this.#send(connection, nowMs)
    connection.freeSinceMs = nowMs
    this.#free.push(connection)
  }

  #report(seconds: number): ClientReport {
    const sorted = Float64Array.from(this.#latenciesMs).toSorted()
    return {
      answers: sorted.length,
      seconds,
      faults: this.#faults,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      p999Ms: percentile(sorted, 0.999),
      position: this.#requests.position,
      ownP99Ms: percentile(Float64Array.from(this.#ownMs).toSorted(), 0.99),
    }
  }
}

const [, , port = '0', file = '', text = '{}'] = process.argv
const options = JSON.parse(text) as ClientOptions
if (options.isPolite === true) setPriority(LOWEST_PRIORITY)
const report = await new Load(new Requests(file, options.position), options).run(Number(port))
process.stdout.write(`${JSON.stringify(report)}\n`)
