/**
 * The same app on the same memory store behind one of several server libraries: `transport.ts
 * <port> <library>`.
 */
import { serve } from '@hono/node-server'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { compose } from '../../service/src/compose.ts'
import { loadConfig } from '../../service/src/settings/settings.ts'
import type { HttpRequest } from '../../service/src/api/http.ts'
import { Log } from '../../service/src/telemetry/log.ts'
import { listen } from '../../service/src/servers/node-server.ts'

const [, , port = '0', library] = process.argv
const { app } = await compose(loadConfig({ store: 'memory:' }, {}), new Log({ logLevel: 'silent' }))
const address = { host: '127.0.0.1', port: Number(port) }

if (library === 'fastify') await throughFastify()
else if (library === 'hono') throughHono()
else await listen(app, address)

async function throughFastify(): Promise<void> {
  const server = fastify({ bodyLimit: 8192 })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  server.all('/*', async ({ method, url, headers, body }, reply) => {
    const response = await app.handle(
      requestOf({ method, url, headers: headers as HttpRequest['headers'], body }),
    )
    return reply.code(response.status).headers(response.headers).send(response.body)
  })
  await server.listen(address)
}

function throughHono(): void {
  const server = new Hono().all('*', async (context) => {
    const { method, raw } = context.req
    const body = raw.body === null ? undefined : new Uint8Array(await raw.arrayBuffer())
    const url = raw.url.slice(raw.url.indexOf('/', 'http://'.length))
    const response = await app.handle(requestOf({ method, url, headers: context.req.header(), body }))
    return new Response(response.body ?? null, response)
  })
  serve({ fetch: server.fetch, hostname: address.host, port: address.port })
}

type Received = { method: string; url: string; headers: HttpRequest['headers']; body: unknown }

function requestOf({ method, url, headers, body }: Received): HttpRequest {
  const [path = '', query = ''] = url.split('?')
  return { method, path, query, headers, body: body as Uint8Array | undefined }
}
