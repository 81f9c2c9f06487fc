/**
 * One request and its answer, as Node's objects and as plain data.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { App } from '../api/app.ts'
import { READ_BYTES_MAX, type HttpRequest } from '../api/http.ts'

/** A request and the place for its answer. */
export type Exchange = { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse }

/** Collects the body, up to one byte more than is allowed, and hands it over once. */
export function receive(incoming: IncomingMessage, handOver: (body: Uint8Array | undefined) => void): void {
  if (!mayHaveBody(incoming)) {
    handOver(undefined)
    return
  }
  const chunks: Buffer[] = []
  let length = 0
  let isDone = false
  const finish = () => {
    if (isDone) return
    isDone = true
    handOver(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
  }
  incoming.on('data', (chunk: Buffer) => {
    if (isDone) return
    chunks.push(chunk)
    length += chunk.length
    if (length > READ_BYTES_MAX) finish()
  })
  incoming.on('end', finish)
  incoming.on('error', () => {
    isDone = true
  })
}

/** Lets the app answer a request whose body has arrived. */
export async function answer(
  app: App,
  { incoming, outgoing }: Exchange,
  body: Uint8Array | undefined,
): Promise<void> {
  const { status, headers, body: content = '' } = await app.handle(requestOf(incoming, body))
  const hasLength = status !== 204 && incoming.method !== 'HEAD'
  outgoing.writeHead(
    status,
    hasLength ? { ...headers, 'content-length': Buffer.byteLength(content) } : headers,
  )
  outgoing.end(content)
}

function mayHaveBody({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'DELETE') return false
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

function requestOf(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Uint8Array | undefined,
): HttpRequest {
  const queryAt = url.indexOf('?')
  return {
    method,
    path: queryAt === -1 ? url : url.slice(0, queryAt),
    query: queryAt === -1 ? '' : url.slice(queryAt + 1),
    headers: headers as HttpRequest['headers'],
    body,
  }
}
