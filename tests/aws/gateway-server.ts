/**
 * API Gateway on loopback. Requests become events as AWS makes them, and results become answers.
 * `rest-api.ts` and `http-api.ts` read from the deployment which requests it lets through.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A request as it arrives, its path percent-encoded and with the stage. */
export type GatewayRequest = {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export type GatewayAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Buffer
}

/** One of the two kinds of API. */
export type GatewayApi = { readonly answer: (request: GatewayRequest) => Promise<GatewayAnswer> }

/** What a proxy integration may return. */
type ProxyResult = {
  readonly statusCode?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>
  readonly body?: string
  readonly isBase64Encoded?: boolean
}

/** A function's result as an answer. `undefined` if a gateway cannot make one of it. */
export function answerOf(result: unknown): GatewayAnswer | undefined {
  if (typeof result !== 'object' || result === null) return undefined
  const {
    statusCode,
    headers = {},
    multiValueHeaders = {},
    body = '',
    isBase64Encoded = false,
  } = result as ProxyResult
  if (typeof statusCode !== 'number' || typeof body !== 'string') return undefined
  return {
    status: statusCode,
    headers: { ...headers, ...multiValueHeaders },
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  }
}

/** Serves what is deployed until it is closed. */
export class GatewayServer {
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #load: () => Promise<GatewayApi>
  #api: Promise<GatewayApi> | undefined

  /** @param load reads what is deployed. */
  constructor(load: () => Promise<GatewayApi>) {
    this.#load = load
  }

  /** From now on what is deployed now answers. */
  async show(): Promise<void> {
    this.forget()
    await this.#current()
  }

  /** The next request is answered by what is deployed then. */
  forget(): void {
    this.#api = undefined
  }

  #current(): Promise<GatewayApi> {
    this.#api ??= this.#load()
    return this.#api
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Where an API whose public URL is given can be reached here: the same path, on this machine. */
  urlFor(publicUrl: string): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}${new URL(publicUrl).pathname}`
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const [path = '', query = ''] = (incoming.url ?? '').split(/\?(.*)/s)
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(',')]),
      )
      const { method = '' } = incoming
      const body = await buffer(incoming)
      const api = await this.#current()
      const answer = await api.answer({ method, path, query, headers, body })
      response.writeHead(answer.status, { ...answer.headers } as Record<string, string | string[]>)
      response.end(method === 'HEAD' ? undefined : answer.body)
    } catch (error) {
      response.writeHead(599).end(error instanceof Error ? error.stack : String(error))
    }
  }
}
