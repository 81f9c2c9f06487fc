/** A service with playback tokens, for tests of those who check them. */
import type { JsonWebKey } from 'node:crypto'
import { newPlaybackKey } from '../../service/src/playback/new-key.ts'
import { parsePathTemplate } from '../../service/src/playback/path-template.ts'
import { parsePlaybackKeys } from '../../service/src/playback/playback-keys.ts'
import type { Algorithm } from '../../service/src/playback/signature.ts'
import type { Config } from '../../service/src/settings/settings.ts'
import { OpenApiCheck } from '../http-contract/openapi-check.ts'
import { APP_TARGET, type Target, type TargetMaker, type TargetResponse } from '../http-contract/target.ts'

/** A stream as answers show it, as far as these tests read it. */
export type ToldStream = {
  readonly id: string
  readonly playbackToken?: string
  readonly playbackTokenExpiresAt?: string
}

/**
 * A service, and how players and verifiers call it. Each answer is held to the OpenAPI document.
 */
export class Gate {
  readonly keys: readonly JsonWebKey[]
  readonly #target: Target
  readonly #document: OpenApiCheck

  static async open(
    keys: readonly JsonWebKey[] | Algorithm,
    settings: Partial<Config> = {},
    maker: TargetMaker = APP_TARGET,
  ): Promise<Gate> {
    const all = typeof keys === 'string' ? [newPlaybackKey(keys)] : keys
    const playbackTokens = parsePlaybackKeys(JSON.stringify({ keys: all }))
    const playbackPath = parsePathTemplate('/films/{contentId}/')
    const target = await maker.make({ playbackTokens, playbackPath, ...settings })
    const { text } = await target.send({ method: 'GET', path: '/openapi.json' })
    return new Gate(all, target, new OpenApiCheck(JSON.parse(text)))
  }

  private constructor(keys: readonly JsonWebKey[], target: Target, document: OpenApiCheck) {
    this.keys = keys
    this.#target = target
    this.#document = document
  }

  async call(
    method: string,
    path: string,
    { body, headers = {} }: { body?: object; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<TargetResponse> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const request = {
      method,
      path,
      headers: { ...type, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    }
    const response = await this.#target.send(request)
    this.#document.check(request, response)
    return response
  }

  async start(user: string, body: object): Promise<ToldStream> {
    return JSON.parse((await this.call('POST', `/users/${user}/streams`, { body })).text) as ToldStream
  }

  async heartbeat(user: string, id: string, body?: object): Promise<ToldStream> {
    const { text } = await this.call('PUT', `/users/${user}/streams/${id}`, body && { body })
    return JSON.parse(text) as ToldStream
  }

  /** What the service says of this token for this path. */
  async check(token: string | undefined, uri: string, headers = {}): Promise<number> {
    const withToken = token === undefined ? uri : `${uri}?playbackToken=${token}`
    const all = { 'x-original-uri': withToken, ...headers }
    return (await this.call('GET', '/check', { headers: all })).status
  }

  /** Where it listens, if it is a server. */
  get url(): string {
    return this.#target.url ?? ''
  }

  close(): Promise<void> {
    return this.#target.close()
  }
}

/** The token of a stream that has one. */
export function tokenOf({ playbackToken }: ToldStream): string {
  if (playbackToken === undefined) throw new Error('The answer holds no playback token')
  return playbackToken
}

/** The parts of a JSON Web Token, decoded. */
export function partsOf(token: string): readonly [Record<string, unknown>, Record<string, unknown>] {
  const [header = '', payload = ''] = token.split('.')
  return [decodedPart(header), decodedPart(payload)]
}

function decodedPart(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}

/** The token with another payload, under the old signature. */
export function tampered(token: string, claims: object): string {
  const [header = '', , signature = ''] = token.split('.')
  const payload = { ...partsOf(token)[1], ...claims }
  return [header, Buffer.from(JSON.stringify(payload)).toString('base64url'), signature].join('.')
}
