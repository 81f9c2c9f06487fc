/**
 * One client of the service: its own connection, and one call at a time. It may leave before the
 * answer.
 */
import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Answer, Question, ShownStream } from './history.ts'

/** The outcome of a call: its answer, or why there is none. */
export type Reply = { readonly answer: Answer } | { readonly lostBy: string }

/** The longest wait for an answer. The service's own time limit is far below this. */
const PATIENCE_MS = 30_000

export class HttpCaller {
  readonly #url: URL
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(url: string) {
    this.#url = new URL(url)
  }

  /**
   * Sends one call. With `leaveAfterMs` the connection is broken that long after sending, unless
   * the answer arrived before.
   */
  send(user: string, question: Question, leaveAfterMs?: number): Promise<Reply> {
    const { method, path, headers = {}, body } = messageOf(user, question)
    const content = body === undefined ? undefined : JSON.stringify(body)
    const type = content === undefined ? {} : { 'content-type': 'application/json' }
    return new Promise((resolve) => {
      const { hostname, port } = this.#url
      const outgoing = request({
        hostname,
        port,
        method,
        path,
        agent: this.#agent,
        headers: { ...type, ...headers },
      })
      outgoing.once('response', (incoming) => void collect(incoming).then(resolve))
      outgoing.once('error', (error) => resolve(lostBy(error)))
      outgoing.setTimeout(PATIENCE_MS, () => outgoing.destroy(new Error('no answer in time')))
      outgoing.end(content)
      if (leaveAfterMs !== undefined) {
        outgoing.once('finish', () => {
          setTimeout(() => outgoing.destroy(new Error('the client left')), leaveAfterMs)
        })
      }
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

type Message = {
  readonly method: string
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: object
}

function messageOf(user: string, question: Question): Message {
  const streams = `/users/${encodeURIComponent(user)}/streams`
  switch (question.kind) {
    case 'start': {
      const { kind: _start, ...body } = question
      return { method: 'POST', path: streams, body }
    }
    case 'heartbeat': {
      const { id, ifMatch, plan, label } = question
      const body = plan === undefined && label === undefined ? {} : { body: { plan, label } }
      return {
        method: 'PUT',
        path: `${streams}/${encodeURIComponent(id)}`,
        headers: ifMatchOf(ifMatch),
        ...body,
      }
    }
    case 'stop': {
      const { id, ifMatch, reason } = question
      const asked = reason === undefined ? '' : `?by=operator&reason=${encodeURIComponent(reason)}`
      const path = `${streams}/${encodeURIComponent(id)}${asked}`
      return { method: 'DELETE', path, headers: ifMatchOf(ifMatch) }
    }
    case 'list':
      return { method: 'GET', path: streams }
    case 'erase':
      return { method: 'DELETE', path: `/users/${encodeURIComponent(user)}` }
  }
}

function ifMatchOf(tag: string | undefined): OutgoingHttpHeaders {
  return tag === undefined ? {} : { 'if-match': `"${tag}"` }
}

function lostBy(error: Error): Reply {
  return { lostBy: error.message }
}

/** The reply in an answer; never rejects. */
async function collect(incoming: IncomingMessage): Promise<Reply> {
  try {
    const content = await text(incoming)
    const { statusCode: status = 0, headers } = incoming
    return replyOf(status, headers.etag, content === '' ? {} : (JSON.parse(content) as AnswerBody))
  } catch (error) {
    return lostBy(error as Error)
  }
}

type BodyStream = {
  readonly id: string
  readonly label?: string
  readonly startedAt: string
  readonly lastSeenAt: string
  readonly expiresAt: string
}

/** The members of all kinds of answers that are about streams. */
export type AnswerBody = {
  readonly type?: string
  readonly id?: string
  readonly startedAt?: string
  readonly expiresAt?: string
  readonly limit?: number
  readonly active?: number
  readonly streams?: readonly (string | BodyStream)[]
  readonly more?: number
  readonly ended?: readonly string[]
  readonly retryAfterSeconds?: number
  readonly by?: { readonly id: string; readonly label?: string }
  readonly at?: string
  readonly reason?: string
}

/**
 * The reply in an HTTP answer. An answer that says that the result is unknown leaves the outcome
 * open.
 */
export function replyOf(status: number, etag: string | undefined, body: AnswerBody): Reply {
  const problem = body.type?.split('/').at(-1)
  if (status === 503) return { lostBy: `503 ${problem}` }
  const { id, limit, active, streams, more, ended, retryAfterSeconds, by, reason } = body
  const answer = {
    status,
    problem,
    id,
    etag: etag?.replaceAll('"', ''),
    startedAtMs: instantOf(body.startedAt),
    expiresAtMs: instantOf(body.expiresAt),
    limit,
    active,
    streams: streams?.map(shownOf),
    more,
    ended,
    retryAfterSeconds,
    by: by && { id: by.id, ...(by.label !== undefined && { label: by.label }) },
    atMs: instantOf(body.at),
    reason,
  }
  return { answer: present(answer) as Answer }
}

function shownOf(stream: string | BodyStream): ShownStream {
  if (typeof stream === 'string') return { id: stream }
  const { id, label, startedAt, lastSeenAt, expiresAt } = stream
  const [startedAtMs, lastSeenAtMs, expiresAtMs] = [startedAt, lastSeenAt, expiresAt].map(instantOf)
  return present({ id, label, startedAtMs, lastSeenAtMs, expiresAtMs }) as ShownStream
}

function instantOf(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant)
}

/** Drops the members that are undefined. */
function present(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
