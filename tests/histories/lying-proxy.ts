/**
 * A proxy in front of the service that lies now and then, to check that a lie in a real answer is
 * found.
 */
import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import type { SeededRandom } from '../simulation/world/seeded-random.ts'
import type { AnswerBody } from './http-caller.ts'

/** What a proxy can lie about. */
export type LieKind =
  | 'one is missing'
  | 'one too many'
  | 'stop swallowed'
  | 'old list'
  | 'wrong evictor'
  | 'start denied'

export type Lie = { readonly user: string; readonly kind: LieKind }

export type LyingProxy = {
  readonly url: string
  readonly lies: readonly Lie[]
  readonly stop: () => Promise<void>
}

type Exchange = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly content: string
}

/** Starts a proxy that lies once in so many answers that can be falsified. */
export async function startLyingProxy(
  target: string,
  random: SeededRandom,
  onceIn: number,
): Promise<LyingProxy> {
  const liar = new Liar(target, random, onceIn)
  const server = createServer((incoming, outgoing) => void liar.pass(incoming, outgoing))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async () => {
    liar.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, lies: liar.lies, stop }
}

class Liar {
  readonly lies: Lie[] = []
  readonly #target: URL
  readonly #random: SeededRandom
  readonly #onceIn: number
  readonly #agent = new Agent({ keepAlive: true })
  /** The list that each user was shown first. */
  readonly #lists = new Map<string, Exchange>()

  constructor(target: string, random: SeededRandom, onceIn: number) {
    this.#target = new URL(target)
    this.#random = random
    this.#onceIn = onceIn
  }

  async pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const { status, headers, content } = await this.#exchange(incoming, await buffer(incoming))
      const { etag, 'content-type': type } = headers
      outgoing.writeHead(status, { ...(etag && { etag }), ...(type && { 'content-type': type }) })
      outgoing.end(content)
    } catch {
      outgoing.destroy()
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  async #exchange(incoming: IncomingMessage, body: Buffer): Promise<Exchange> {
    const { method = '', url = '' } = incoming
    const user = url.split('/')[2] ?? ''
    if (method === 'DELETE' && url.includes('/streams/') && this.#lies(user, 'stop swallowed')) {
      return { status: 204, headers: {}, content: '' }
    }
    const exchange = await this.#forward(incoming, body)
    return method === 'GET' ? this.#listed(user, exchange) : this.#answered(user, method, exchange)
  }

  #listed(user: string, exchange: Exchange): Exchange {
    const old = this.#lists.get(user)
    if (old === undefined) this.#lists.set(user, exchange)
    const isChanged = old !== undefined && old.content !== exchange.content
    return isChanged && this.#lies(user, 'old list') ? old : this.#answered(user, 'GET', exchange)
  }

  #answered(user: string, method: string, exchange: Exchange): Exchange {
    if (exchange.content === '') return exchange
    const body = JSON.parse(exchange.content) as AnswerBody
    const { streams = [], active = 0, by } = body
    const changed = (members: AnswerBody) => {
      return { ...exchange, content: JSON.stringify({ ...body, ...members }) }
    }
    if (by !== undefined) {
      const isLie = this.#lies(user, 'wrong evictor')
      return isLie ? changed({ by: { ...by, id: 'another stream' } }) : exchange
    }
    if (method === 'POST' && exchange.status === 201 && this.#lies(user, 'start denied')) {
      const members = { type: '/problems/stream-limit-reached', streams: [], active: 0, retryAfterSeconds: 1 }
      return { ...changed(members), status: 409, headers: { 'content-type': 'application/problem+json' } }
    }
    const [first] = streams
    if (first === undefined) return exchange
    if (this.#lies(user, 'one is missing')) {
      return changed({ streams: streams.slice(1), active: active - 1 })
    }
    const double = typeof first === 'string' ? 'nothing' : { ...first, id: 'nothing' }
    const isLie = this.#lies(user, 'one too many')
    return isLie ? changed({ streams: [...streams, double], active: active + 1 }) : exchange
  }

  #lies(user: string, kind: LieKind): boolean {
    if (!this.#random.chance(1 / this.#onceIn)) return false
    this.lies.push({ user, kind })
    return true
  }

  #forward(incoming: IncomingMessage, body: Buffer): Promise<Exchange> {
    const { method, url: path, headers } = incoming
    const { hostname, port } = this.#target
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path, headers, agent: this.#agent })
      outgoing.once('error', reject)
      outgoing.once('response', (answer: IncomingMessage) => {
        const { statusCode: status = 0 } = answer
        text(answer).then((content) => resolve({ status, headers: answer.headers, content }), reject)
      })
      outgoing.end(body)
    })
  }
}
