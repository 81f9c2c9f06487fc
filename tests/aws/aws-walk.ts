/**
 * What both walks share: an empty account, a temporary checkout whose commands run against it, and
 * a server for what they deployed.
 */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { DeployedFunction } from './deployed-function.ts'
import { REGION } from './aws-call.ts'
import { Emulator } from './emulator.ts'
import { GatewayServer, type GatewayApi } from './gateway-server.ts'
import { HttpApi } from './http-api.ts'
import { pluginFolder, whatIsMissing } from './requirements.ts'
import { RestApi, type RestApiPlace } from './rest-api.ts'
import { TokenIssuer } from './token-issuer.ts'
import { TemporaryCheckout, type Run } from './temporary-checkout.ts'

/** A provider retries a refused call for minutes. Here a retry would only be refused again. */
const OVERRIDE = 'provider "aws" {\n  max_retries = 2\n}\n'

/** moto takes its time to load, and a busy machine more of it. */
const START_TIMEOUT_MS = 120_000

/** The stage of both walks. */
const STAGE = 'test'

/** What a deployment says at its end. */
export type Outputs = {
  readonly url: string
  readonly curl: string
  readonly release: string
  readonly table_name: string
  readonly function_name: string
  readonly function_alias: string
  readonly sweeper_name: string
  readonly api_id: string
  readonly stage: string
  readonly api_keys: Readonly<Record<string, string>>
}

/** An answer of the API. */
export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

export type Sending = {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** An emulated account and the means to deploy to it. */
export class AwsWalk {
  readonly emulator = new Emulator()
  /** Whose tokens viewers have. */
  readonly issuer = new TokenIssuer('https://id.example')
  readonly #gateway = new GatewayServer(() => this.#load())
  #checkout: TemporaryCheckout | undefined
  #function: DeployedFunction | undefined
  #outputs: Outputs | undefined
  #restApi: RestApi | undefined
  #startedAtMs = 0

  async start(): Promise<void> {
    const missing = whatIsMissing()
    if (missing !== undefined) throw new Error(missing)
    this.#startedAtMs = performance.now()
    await this.emulator.start()
    await this.#gateway.start()
    this.#checkout = new TemporaryCheckout({
      ...this.emulator.environment,
      TF_CLI_ARGS_init: `-plugin-dir=${pluginFolder()}`,
    })
    for (const folder of ['infra', 'infra/bootstrap']) {
      this.checkout.writeUnseen(`${folder}/emulator_override.tf`, OVERRIDE)
    }
    this.say('an empty account')
  }

  async stop(): Promise<void> {
    await this.#checkout?.remove()
    await this.#function?.stop()
    await this.#gateway.stop()
    await this.emulator.stop()
  }

  get checkout(): TemporaryCheckout {
    return present(this.#checkout)
  }

  /** What the last deployment said. */
  get outputs(): Outputs {
    return present(this.#outputs)
  }

  /** The bucket of releases, by its rule and moto's one account. */
  readonly artefactBucket = `streamgate-artefacts-123456789012-${REGION}`

  get function(): DeployedFunction {
    return present(this.#function)
  }

  /** Runs a command, which must go well. */
  async run(line: string, environment?: Readonly<Record<string, string>>): Promise<string> {
    const { code, output } = await this.tryRun(line, environment)
    expect(code, output).toBe(0)
    return output
  }

  /** Runs a command, however it ends. */
  async tryRun(line: string, environment?: Readonly<Record<string, string>>): Promise<Run> {
    // A deployment is tried by its command, at the address that it has here, as soon as it is made.
    const isDeploying = /^(?:provision|deploy|build-release-deploy)\b/.test(line)
    const at = isDeploying ? ` --url ${this.#gateway.urlFor(`https://here/${STAGE}`)}` : ''
    this.#gateway.forget()
    const run = await this.checkout.script(line + at, environment)
    this.say(`${line}: exit code ${run.code}`)
    return run
  }

  /** Serves what is deployed now: the API by its settings, and the code behind its alias. */
  async serve(): Promise<void> {
    await this.#gateway.show()
  }

  async #load(): Promise<GatewayApi> {
    this.#outputs = await this.#readOutputs()
    const { function_name: name, function_alias: alias, api_id: apiId, stage } = this.#outputs
    this.#function ??= new DeployedFunction(this.emulator, name, alias)
    await this.#function.refresh(this.#release)
    const issuers = [this.issuer]
    const place = { emulator: this.emulator, apiId, stage, function: this.#function, issuers }
    const { items = [] } = await this.emulator.get<{ items?: { apiId: string }[] }>('apigateway', '/v2/apis')
    const isHttp = items.some((api) => api.apiId === apiId)
    return isHttp ? HttpApi.read(place) : this.#readRestApi(place)
  }

  /** Runs the sweeper's function. The caller stops it. */
  async sweeper(): Promise<DeployedFunction> {
    const { sweeper_name: name, function_alias: alias } = this.outputs
    const sweeper = new DeployedFunction(this.emulator, name, alias)
    await sweeper.refresh(this.#release)
    return sweeper
  }

  get #release(): { bucket: string; key: string } {
    return { bucket: this.artefactBucket, key: `streamgate/${this.outputs.release}/bundle.zip` }
  }

  /** AWS shows callers a snapshot of a REST API: what changed must have come with a new one. */
  async #readRestApi(place: RestApiPlace): Promise<RestApi> {
    const before = this.#restApi
    const api = await RestApi.read(place)
    if (
      before !== undefined &&
      before.snapshot !== api.snapshot &&
      before.deploymentId === api.deploymentId
    ) {
      throw new Error('The REST API changed, and its stage still shows the deployment before')
    }
    this.#restApi = api
    return api
  }

  /** Sends one request to the deployed API, such as `POST /users/u/streams`. */
  async ask(line: string, { headers = {}, body }: Sending = {}): Promise<Answer> {
    const [method = '', path = ''] = line.split(' ')
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await fetch(this.#gateway.urlFor(this.outputs.url) + path, {
      method,
      headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(text !== undefined && { body: text }),
    })
    const answered = await answer.text()
    if (answer.status === 599) throw new Error(answered)
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(answered) : {} }
  }

  /** Runs the cURL that the deployment printed, with another host, and returns the body. */
  async curl(): Promise<unknown> {
    const { curl, url } = this.outputs
    const { code, output } = await this.checkout.shell(curl.replace(url, this.#gateway.urlFor(url)))
    expect(code, output).toBe(0)
    return JSON.parse(output)
  }

  /** One line of what goes on, since a walk takes minutes. */
  say(line: string): void {
    const seconds = ((performance.now() - this.#startedAtMs) / 1000).toFixed(0).padStart(4)
    process.stdout.write(`${seconds} s  ${line}\n`)
  }

  async #readOutputs(): Promise<Outputs> {
    const state = await this.emulator.object(
      `streamgate-state-123456789012-${REGION}`,
      'environments/dev.tfstate',
    )
    const { outputs } = JSON.parse(Buffer.from(state).toString('utf8')) as {
      outputs: Record<string, { value: unknown }>
    }
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as Outputs
  }
}

/**
 * The tests of one walk. If the machine lacks something, one line says so, and the tests are left
 * out. With `CI=true` they fail instead.
 */
export function describeWalk(name: string, body: (walk: AwsWalk) => void): void {
  const missing = whatIsMissing()
  const isLeftOut = missing !== undefined && ENVIRONMENT['CI'] !== 'true'
  if (isLeftOut) process.stdout.write(`${missing}; left out: ${name}\n`)
  describe.skipIf(isLeftOut)(name, () => {
    const walk = new AwsWalk()
    beforeAll(() => walk.start(), START_TIMEOUT_MS)
    afterAll(() => walk.stop())
    body(walk)
  })
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The walk has not come to this yet')
  return value
}
