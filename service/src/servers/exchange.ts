/**
 * One request and its answer, as Node's objects and as plain data.
 */
import type { ServerResponse } from 'node:http'
import type { AnsweringApp } from '../api/app.ts'
import type { HttpRequest } from '../api/http.ts'
import type { ReceivedRequest } from './received-request.ts'

/** A request and the place for its answer. */
export type Exchange = {
  readonly incoming: ReceivedRequest
  readonly outgoing: ServerResponse<ReceivedRequest>
}

/** Lets the app answer a request whose body has arrived. */
export async function answer(
  app: AnsweringApp,
  { incoming, outgoing }: Exchange,
  body: Uint8Array | undefined,
): Promise<void> {
  const { status, headers, body: content = '' } = await app.handle(requestOf(incoming, body))
  const hasLength = status !== 204 && status !== 304 && incoming.method !== 'HEAD'
  const bytes = Buffer.byteLength(content)
  if (hasLength) headers['content-length'] = String(bytes)
  outgoing.writeHead(status, headers)
  // Of a text in ASCII both encodings have the same bytes, and Node writes this one faster.
  outgoing.end(content, bytes === content.length ? 'latin1' : 'utf8')
}

function requestOf(
  { method = 'GET', url: target = '/', headers, socket }: ReceivedRequest,
  body: Uint8Array | undefined,
): HttpRequest {
  const url = withoutAuthority(target)
  const queryAt = url.indexOf('?')
  return {
    method,
    path: queryAt === -1 ? url : url.slice(0, queryAt),
    query: queryAt === -1 ? '' : url.slice(queryAt + 1),
    headers: headers as HttpRequest['headers'],
    body,
    connection: socket,
  }
}

/**
 * The path and the query of a target. Proxies send it in absolute form (RFC 9112, section 3.2.2).
 */
function withoutAuthority(target: string): string {
  if (target.startsWith('/')) return target
  const rest = target.replace(/^https?:\/\/[^/?]*/i, '')
  return rest === '' || rest.startsWith('?') ? `/${rest}` : rest
}
