import type { Config } from '../../service/src/settings/settings.ts'
import type { OpenApiDocument } from '../../service/src/api/openapi-document.ts'
import { OpenApiCheck } from './openapi-check.ts'
import type { Target, TargetMaker, TargetRequest, TargetResponse } from './target.ts'

/** An answer with its body parsed, where it has one. */
export type Reply = TargetResponse & { readonly body: Readonly<Record<string, unknown>> }

/** Talks to one target as a player or an operator would, and holds every answer to the document. */
export class Conversation {
  readonly #target: Target
  readonly #check: OpenApiCheck

  private constructor(target: Target, check: OpenApiCheck) {
    this.#target = target
    this.#check = check
  }

  static async with(maker: TargetMaker, settings?: Partial<Config>): Promise<Conversation> {
    const target = await maker.make(settings)
    const { text } = await target.send({ method: 'GET', path: '/openapi.json' })
    return new Conversation(target, new OpenApiCheck(JSON.parse(text) as OpenApiDocument))
  }

  async send(request: TargetRequest): Promise<Reply> {
    const response = await this.#target.send(request)
    this.#check.check(request, response)
    const isJson =
      response.headers['content-type']?.split(';')[0]?.endsWith('json') === true && response.text !== ''
    return { ...response, body: isJson ? (JSON.parse(response.text) as Reply['body']) : {} }
  }

  start(
    user: string,
    stream: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    return this.send({
      method: 'POST',
      path: `/users/${encodeURIComponent(user)}/streams`,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(stream),
    })
  }

  /** A heartbeat that describes its stream. */
  heartbeatWith(user: string, id: string, stream: Readonly<Record<string, unknown>>): Promise<Reply> {
    const headers = { 'content-type': 'application/json' }
    return this.send({ method: 'PUT', path: streamPath(user, id), headers, body: JSON.stringify(stream) })
  }

  heartbeat(user: string, id: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send({ method: 'PUT', path: streamPath(user, id), headers })
  }

  stop(user: string, id: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send({ method: 'DELETE', path: streamPath(user, id), headers })
  }

  /** Sends lines of CMCD events. */
  report(user: string, lines: string | Uint8Array, type = 'application/cmcd'): Promise<Reply> {
    return this.send({
      method: 'POST',
      path: `/users/${user}/cmcd`,
      headers: type === '' ? {} : { 'content-type': type },
      body: lines,
    })
  }

  list(user: string): Promise<Reply> {
    return this.send({ method: 'GET', path: `/users/${encodeURIComponent(user)}/streams` })
  }

  /** The ids that run for a user, oldest first. */
  async running(user: string): Promise<string[]> {
    return idsIn(await this.list(user))
  }

  /**
   * When each live stream of a user was last heard of, in milliseconds since the epoch, by its id.
   */
  async lastSeen(user: string): Promise<Readonly<Record<string, number>>> {
    const streams = (await this.list(user)).body['streams'] as { id: string; lastSeenAt: string }[]
    return Object.fromEntries(streams.map(({ id, lastSeenAt }) => [id, Date.parse(lastSeenAt)]))
  }

  close(): Promise<void> {
    return this.#target.close()
  }
}

/** The ids of the streams that a listing or a denial names. */
export function idsIn({ body }: Reply): string[] {
  return (body['streams'] as { id: string }[]).map(({ id }) => id)
}

export function streamPath(user: string, id: string): string {
  return `/users/${encodeURIComponent(user)}/streams/${encodeURIComponent(id)}`
}
