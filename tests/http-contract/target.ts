/**
 * Something that answers the HTTP contract: the app itself, the app behind Node's server, or
 * another.
 */
import { request as httpRequest } from 'node:http'
import type { Config } from '../../service/src/settings/settings.ts'
import { loadConfig } from '../../service/src/settings/settings.ts'
import { compose, type Composition } from '../../service/src/compose.ts'
import type { HttpResponse } from '../../service/src/api/http.ts'
import { Log } from '../../service/src/telemetry/log.ts'
import { listen } from '../../service/src/servers/node-server.ts'

/** A request as a caller writes it. */
export type TargetRequest = {
  readonly method: string
  /** Sent as it is, percent-encoding and all. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** An answer as a caller sees it; header names in lower case. */
export type TargetResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export type Target = {
  /** Where it listens. Empty if it is no server. */
  readonly url?: string
  readonly send: (request: TargetRequest) => Promise<TargetResponse>
  readonly close: () => Promise<void>
}

/** A target with its name, to be made again with the settings that a test wants. */
export type TargetMaker = {
  readonly name: string
  readonly make: (settings?: Partial<Config>) => Promise<Target>
}

/** The app as a function, without a server. */
export const APP_TARGET: TargetMaker = {
  name: 'the app',
  make: async (settings) => {
    const { app, close } = await composeTarget(settings)
    return {
      close,
      send: async ({ method, path, headers = {}, body }) => {
        const [pathname = '', query = ''] = path.split('?')
        const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
        const lowerCase = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
        )
        const connection = { remoteAddress: '127.0.0.1' }
        const asked = { method, path: pathname, query, headers: lowerCase, body: bytes, connection }
        const response = await app.handle(asked)
        return { status: response.status, headers: response.headers, text: textOf(response) }
      },
    }
  },
}

function textOf({ body = '' }: HttpResponse): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body)
}

/** The app behind Node's HTTP server, on a port of its own. */
export const NODE_TARGET: TargetMaker = {
  name: 'the Node server',
  make: async (settings) => {
    const { app, close } = await composeTarget(settings)
    const server = await listen(app, { host: '127.0.0.1', port: 0 })
    return {
      url: server.url,
      send: (request) => sendOverHttp(server.url, request),
      close: async () => {
        await server.close(0)
        await close()
      },
    }
  },
}

/** The whole service on a memory store, with these settings, and silent. */
export function composeTarget(settings: Partial<Config> = {}): Promise<Composition> {
  return compose({ ...loadConfig({ store: 'memory:' }, {}), ...settings }, new Log({ logLevel: 'silent' }))
}

/** Sends over a connection of its own, with the path untouched, which `fetch` would normalise. */
export function sendOverHttp(url: string, request: TargetRequest): Promise<TargetResponse> {
  const { hostname, port } = new URL(url)
  const { method, path, headers = {}, body } = request
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, method, path, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
