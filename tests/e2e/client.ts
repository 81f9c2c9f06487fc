/**
 * A client of the HTTP contract, with as many kept-alive connections as it has requests in flight.
 */
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/** A stream as an answer shows it: only its id, or everything about it. */
type NamedStream = string | { readonly id: string; readonly expiresAt: string | null }

/** The members of all kinds of answers that tests read. */
export type AnswerBody = {
  readonly type?: string
  readonly status?: number
  readonly limit?: number
  readonly active?: number
  readonly streams?: readonly NamedStream[]
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The text as JSON. Empty if it is something else. */
  readonly body: AnswerBody
}

const CONNECTIONS_MAX = 80

/**
 * Calls one service. Every method rejects if the connection breaks before the answer is complete.
 */
export class Client {
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX })

  constructor(url: string) {
    this.#url = url
  }

  start(user: string, streamId: string): Promise<Answer> {
    return this.send('POST', `/users/${user}/streams`, { streamId })
  }

  stop(user: string, leaseId: string): Promise<Answer> {
    return this.send('DELETE', `/users/${user}/streams/${leaseId}`)
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path)
  }

  /** The ids of the user's live streams, oldest first. */
  async list(user: string): Promise<readonly string[]> {
    const answer = await this.get(`/users/${user}/streams`)
    if (answer.status !== 200) throw new Error(`No list of ${user}: ${answer.status} ${answer.text}`)
    return idsIn(answer)
  }

  send(method: string, path: string, body?: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { method, agent: this.#agent, headers: { 'content-type': 'application/json' } }
      const outgoing = request(this.#url + path, options, (incoming) => {
        answerOf(incoming).then(resolve, reject)
      })
      outgoing.once('error', reject)
      outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }
}

/** The ids of the streams in an answer, in its order. */
export function idsIn({ body }: Answer): readonly string[] {
  return (body.streams ?? []).map((stream) => (typeof stream === 'string' ? stream : stream.id))
}

async function answerOf(incoming: IncomingMessage): Promise<Answer> {
  const content = await text(incoming)
  const isJson = /json/.test(incoming.headers['content-type'] ?? '')
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    text: content,
    body: isJson ? (JSON.parse(content) as AnswerBody) : {},
  }
}
