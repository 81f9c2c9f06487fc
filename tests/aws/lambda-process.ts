/**
 * One execution environment of Lambda. The released code runs under AWS's own runtime client, on
 * Lambda's Node with Lambda's flags, against a Runtime API on loopback. It handles one event at a
 * time, as Lambda does.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { unzipSync } from 'fflate'

const RUNTIME = fileURLToPath(new URL('runtime', import.meta.url))
/** Lambda starts Node 22 with these. */
const LAMBDA_FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module']
const PREFIX = '/2018-06-01/runtime/'

/** What became of an event. */
export type Outcome =
  | { readonly kind: 'answered'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'timed out' }

/** A function as it is deployed. */
export type FunctionSettings = {
  readonly name: string
  readonly arn: string
  readonly version: string
  readonly handler: string
  readonly memoryMb: number
  readonly timeoutSeconds: number
  readonly variables: Readonly<Record<string, string>>
  readonly zip: Uint8Array
}

type Invocation = {
  readonly id: string
  readonly event: unknown
  readonly resolve: (outcome: Outcome) => void
}

/** A running function. */
export class LambdaProcess {
  /** What the function wrote to its log. */
  readonly log: string[] = []
  readonly #settings: FunctionSettings
  readonly #folder = mkdtempSync(join(tmpdir(), 'streamgate-lambda-'))
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #queue: Invocation[] = []
  #waiting: ServerResponse | undefined
  #current: Invocation | undefined
  #timer: NodeJS.Timeout | undefined
  #child: ChildProcess | undefined

  constructor(settings: FunctionSettings) {
    this.#settings = settings
    for (const [name, contents] of Object.entries(unzipSync(settings.zip))) {
      writeFileSync(join(this.#folder, name), contents)
    }
  }

  /**
   * Starts it. `environment` adds credentials and AWS's address to the function's own variables.
   */
  async start(environment: Readonly<Record<string, string>>): Promise<void> {
    const { name, version, handler, memoryMb, variables } = this.#settings
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    const { port } = this.#server.address() as AddressInfo
    const shim = join(RUNTIME, 'rapid-client.cjs')
    const client = join(RUNTIME, 'node_modules/aws-lambda-ric/index.mjs')
    this.#child = spawn(node22(), [...LAMBDA_FLAGS, '--require', shim, client], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_VERSION: version,
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
        AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        LAMBDA_TASK_ROOT: this.#folder,
        TZ: ':UTC',
        _HANDLER: handler,
        ...environment,
        ...variables,
      },
    })
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.setEncoding('utf8').on('data', (chunk: string) => this.log.push(chunk))
    }
    this.#child.once('exit', (code) => this.#settle({ kind: 'failed', error: `Runtime exited with ${code}` }))
  }

  invoke(event: unknown): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#queue.push({ id: randomUUID(), event, resolve })
      this.#handOut()
    })
  }

  async stop(): Promise<void> {
    if (this.#child?.exitCode === null) {
      this.#child.kill('SIGKILL')
      await once(this.#child, 'exit')
    }
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').slice(PREFIX.length)
    if (path === 'invocation/next') {
      this.#waiting = response
      this.#handOut()
      return
    }
    const body = await text(request)
    response.writeHead(202).end()
    if (path === 'init/error') this.#settle({ kind: 'failed', error: body })
    else if (path.endsWith('/error')) this.#settle({ kind: 'failed', error: body })
    else this.#settle({ kind: 'answered', result: JSON.parse(body) as unknown })
  }

  #handOut(): void {
    const invocation =
      this.#current === undefined && this.#waiting !== undefined ? this.#queue.shift() : undefined
    if (invocation === undefined) return
    const { timeoutSeconds, arn } = this.#settings
    const headers = {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': arn,
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
    }
    this.#current = invocation
    this.#timer = setTimeout(() => this.#settle({ kind: 'timed out' }), timeoutSeconds * 1000)
    this.#waiting?.writeHead(200, headers).end(JSON.stringify(invocation.event))
    this.#waiting = undefined
  }

  #settle(outcome: Outcome): void {
    const invocation = this.#current ?? this.#queue.shift()
    this.#current = undefined
    clearTimeout(this.#timer)
    invocation?.resolve(outcome)
    this.#handOut()
  }
}

/** Lambda's Node, as the runtime's own package brings it. */
export function node22(): string {
  return join(RUNTIME, 'node_modules/node22/bin/node')
}
