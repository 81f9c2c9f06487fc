/**
 * Replaces the instances of a service one after another, under requests on kept and on new
 * connections, and counts every request that fails.
 *
 * The callers do what a load balancer does: they ask /readyz a few times a second, and send to the
 * instances that are ready. A caller keeps its connection until it is told to close it.
 */
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { RedisServer } from '../../stores/test/redis/redis-server.ts'
import { Instance } from './service.ts'

/** What to do. */
export type RollingOptions = {
  readonly requests: number
  readonly drainSeconds: number
  readonly signal?: AbortSignal
}

/** What came of it. */
export type RollingTally = {
  sent: number
  onNewConnections: number
  replaced: number
  /** Why requests failed. */
  readonly failures: string[]
  /** Exit codes of replaced instances that are not 0. */
  readonly badExits: (number | null)[]
}

const KEPT_CALLERS = 16
const NEW_CALLERS = 16
const READY_EVERY_MS = 100
/** The workers of the instances: one process alone, and one with two workers. */
const WORKERS = [1, 2]
/** So that all have several instances behind them at the end. */
const REPLACED_MIN = 4

/** Runs until enough requests were sent and instances replaced. Tells the tally after each. */
export async function roll(
  options: RollingOptions,
  tell: (tally: RollingTally) => void = () => {},
): Promise<RollingTally> {
  const redis = await RedisServer.start(() => {}, { settings: ['--appendonly', 'no'] })
  const start = (workers: number) => Instance.start(redis.url, { ...options, workers })
  const instances = await Promise.all(WORKERS.map(start))
  const tally: RollingTally = { sent: 0, onNewConnections: 0, replaced: 0, failures: [], badExits: [] }
  const fleet = new Fleet(instances)
  const isOver = () =>
    options.signal?.aborted === true || (tally.sent >= options.requests && tally.replaced >= REPLACED_MIN)
  const callers = [
    ...Array.from({ length: KEPT_CALLERS }, () => callAll(fleet, tally, { isOver, isKept: true })),
    ...Array.from({ length: NEW_CALLERS }, () => callAll(fleet, tally, { isOver, isKept: false })),
  ]
  try {
    for (let place = 0; !isOver(); place = (place + 1) % instances.length) {
      const former = instances[place] as Instance
      const next = await start(WORKERS[place] ?? 1)
      fleet.add(next)
      const code = await former.stop()
      if (code !== 0) tally.badExits.push(code)
      fleet.remove(former)
      instances[place] = next
      tally.replaced += 1
      tell(tally)
    }
    await Promise.all(callers)
  } finally {
    fleet.close()
    await Promise.all(instances.map((instance) => instance.stop()))
    await redis.end()
  }
  return tally
}

/** The instances, and which of them are ready. */
class Fleet {
  readonly #members = new Map<Instance, { readonly agent: Agent; isReady: boolean }>()
  readonly #timer: NodeJS.Timeout

  constructor(instances: readonly Instance[]) {
    for (const instance of instances) this.add(instance)
    this.#timer = setInterval(() => void this.#look(), READY_EVERY_MS)
  }

  /** It gets requests at once, because it listens. */
  add(instance: Instance): void {
    this.#members.set(instance, { agent: new Agent({ keepAlive: true }), isReady: true })
  }

  remove(instance: Instance): void {
    this.#members.get(instance)?.agent.destroy()
    this.#members.delete(instance)
  }

  /** A ready instance, and its kept connections. */
  pick(): { readonly url: string; readonly agent: Agent } {
    const ready = [...this.#members].filter(([, { isReady }]) => isReady)
    const [instance, member] = ready[Math.floor(Math.random() * ready.length)] ?? []
    if (instance === undefined || member === undefined) throw new Error('no instance is ready')
    return { url: instance.url, agent: member.agent }
  }

  close(): void {
    clearInterval(this.#timer)
    for (const { agent } of this.#members.values()) agent.destroy()
  }

  async #look(): Promise<void> {
    for (const [{ url }, member] of this.#members) {
      const status = await send(`${url}/readyz`, { method: 'GET', agent: false }).catch(() => 0)
      member.isReady = status === 200
    }
  }
}

type Calling = { readonly isOver: () => boolean; readonly isKept: boolean }

async function callAll(fleet: Fleet, tally: RollingTally, { isOver, isKept }: Calling): Promise<void> {
  while (!isOver()) {
    tally.sent += 1
    if (!isKept) tally.onNewConnections += 1
    const user = `user-${tally.sent}`
    try {
      const { url, agent } = fleet.pick()
      const status = await send(`${url}/users/${user}/streams`, {
        method: 'POST',
        agent: isKept ? agent : false,
        body: '{"streamId":"film"}',
      })
      if (status !== 201) tally.failures.push(`${status}`)
    } catch (error) {
      tally.failures.push(`${isKept ? 'kept' : 'new'} connection: ${String(error)}`)
    }
    // All callers together stay below what two cores can do.
    await pause(2)
  }
}

type Sending = { readonly method: string; readonly agent: Agent | false; readonly body?: string }

function send(url: string, { method, agent, body }: Sending): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const outgoing = request(url, { method, agent, headers, timeout: 20_000 }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
      response.once('error', reject)
    })
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer within 20 s')))
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}
