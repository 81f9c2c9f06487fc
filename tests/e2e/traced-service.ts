/** A service with the SDK of OpenTelemetry, and the spans that it has ended. */
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { SpanKind } from '@opentelemetry/api'
import { vi } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { startService, type RunningService, type ServiceOptions } from './running-service.ts'

/** A span, as `spans-to-file.ts` writes it. */
export type Span = {
  readonly pid: number
  readonly scope: string
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Readonly<Record<string, unknown>>
  readonly status: { readonly code: number }
  readonly events: readonly object[]
  readonly traceId: string
  readonly spanId: string
  readonly parentId?: string
  readonly traceState?: string
}

const SDK = new URL('spans-to-file.ts', import.meta.url).href
const PATIENCE_MS = 20_000

export class TracedService {
  readonly service: RunningService
  readonly #file: string

  private constructor(service: RunningService, file: string) {
    this.service = service
    this.#file = file
  }

  /** Starts it with tracing on, unless the flags say something else. */
  static async start(options: Partial<ServiceOptions> = {}): Promise<TracedService> {
    const file = join(temporaryFolder(), 'spans.jsonl')
    const environment = { NODE_OPTIONS: `--import ${SDK}`, SPANS: file, ...options.environment }
    const flags = ['--tracing', ...(options.flags ?? [])]
    const service = await startService({ folder: temporaryFolder(), ...options, flags, environment })
    return new TracedService(service, file)
  }

  /** Sends a request, and returns the status of its answer. */
  async send(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: string | object } = {},
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = { method, headers: { 'content-type': 'application/json', ...headers }, agent: false }
      const outgoing = request(this.service.url + path, options, (incoming) => {
        incoming.resume().once('end', () => resolve(incoming.statusCode ?? 0))
      })
      outgoing.once('error', reject)
      outgoing.end(typeof body === 'object' ? JSON.stringify(body) : body)
    })
  }

  /** Everything that the SDK was given so far. */
  get written(): string {
    return existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : ''
  }

  get spans(): readonly Span[] {
    return this.written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Span)
  }

  /** The spans of requests, once there are so many. */
  async requests(count = 1): Promise<readonly Span[]> {
    const ofRequests = () => this.spans.filter(({ kind }) => kind === SpanKind.SERVER)
    await vi.waitUntil(() => ofRequests().length >= count, { timeout: PATIENCE_MS, interval: 20 })
    return ofRequests()
  }

  /** The spans right below this one, in the order in which they ended. */
  below({ spanId }: Span): readonly Span[] {
    return this.spans.filter(({ parentId }) => parentId === spanId)
  }
}
