/**
 * One request and its answer, as Node's objects and as plain data.
 */
import type { ServerResponse } from 'node:http'
import type { App } from '../api/app.ts'
import type { HttpRequest } from '../api/http.ts'
import type { ReceivedRequest } from './received-request.ts'

/** A request and the place for its answer. */
export type Exchange = {
  readonly incoming: ReceivedRequest
  readonly outgoing: ServerResponse<ReceivedRequest>
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

function requestOf(
  { method = 'GET', url = '/', headers }: ReceivedRequest,
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
