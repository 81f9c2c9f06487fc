/**
 * AWS on this machine. dynalite keeps the items of DynamoDB tables, because moto lets two writers
 * win at once. moto_server does all else. A server in front of both knows the callers by their
 * access keys, holds those with a role to its policy, and answers the few calls that moto lacks.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Dynalite } from '../../stores/test/dynalite/dynalite.ts'
import { ENVIRONMENT } from '../../tools/environment.ts'
import { ADMINISTRATOR, callOf, isOnItems, REGION, signedFor, type Call } from './aws-call.ts'
import { answerInstead } from './moto-gaps.ts'
import { passOn, tell } from './pass-on.ts'
import type { Role } from './role.ts'

const START_ATTEMPTS_MAX = 300
const START_PAUSE_MS = 100

/** The emulated AWS account. */
export class Emulator {
  readonly dynalite = new Dynalite()
  /** Callers that have a role, by access key. */
  readonly roles = new Map<string, Role>()
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  #moto: ChildProcess | undefined
  #motoPort = 0
  #turn: Promise<void> = Promise.resolve()

  async start(): Promise<void> {
    await this.dynalite.start()
    this.#motoPort = await freePort()
    this.#moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(this.#motoPort)], {
      env: { ...ENVIRONMENT, MOTO_IAM_LOAD_MANAGED_POLICIES: 'true' },
      stdio: 'ignore',
    })
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    await this.#untilMotoAnswers()
  }

  async stop(): Promise<void> {
    this.#moto?.kill('SIGKILL')
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    await this.dynalite.stop()
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** What a command needs in its environment to work on this account. */
  get environment(): Readonly<Record<string, string>> {
    return { ...this.#credentials(ADMINISTRATOR), AWS_EC2_METADATA_DISABLED: 'true' }
  }

  /** What a function with this role finds in its environment. */
  environmentOf(role: Role, accessKeyId: string): Readonly<Record<string, string>> {
    this.roles.set(accessKeyId, role)
    return { ...this.#credentials(accessKeyId), AWS_SESSION_TOKEN: 'session' }
  }

  /** Asks one of the services that speak JSON over paths. */
  async get<Answer>(service: string, path: string): Promise<Answer> {
    const answer = await fetch(this.endpoint + path, { headers: signedFor(service) })
    if (!answer.ok) throw new Error(`${service} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Answer
  }

  /** Changes something of one of the services that speak JSON over paths. */
  async patch(service: string, path: string, body: object): Promise<void> {
    const headers = { ...signedFor(service), 'content-type': 'application/json' }
    const answer = await fetch(this.endpoint + path, { method: 'PATCH', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`PATCH ${service} ${path}: ${answer.status} ${await answer.text()}`)
  }

  /** Asks one of the services that take an operation's name and a JSON body. */
  async call<Answer>(service: string, target: string, body: object = {}): Promise<Answer> {
    const headers = {
      ...signedFor(service),
      'x-amz-target': target,
      'content-type': 'application/x-amz-json-1.0',
    }
    const answer = await fetch(this.endpoint, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Answer
  }

  /** Asks one of the services that take a form and answer in XML. */
  async query(service: string, form: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams(form)
    const answer = await fetch(this.endpoint, { method: 'POST', headers: signedFor(service), body })
    if (!answer.ok) throw new Error(`${service} ${form['Action']}: ${answer.status} ${await answer.text()}`)
    return answer.text()
  }

  /** One object of a bucket. */
  async object(bucket: string, key: string): Promise<Uint8Array> {
    const answer = await fetch(`${this.endpoint}/${bucket}/${key}`, { headers: signedFor('s3') })
    if (!answer.ok) throw new Error(`s3://${bucket}/${key}: ${answer.status}`)
    return new Uint8Array(await answer.arrayBuffer())
  }

  /** Overwrites or deletes an object, as no release would. */
  async tamper(bucket: string, key: string, body?: string): Promise<void> {
    const method = body === undefined ? 'DELETE' : 'PUT'
    const checksum = {
      'x-amz-checksum-sha256': createHash('sha256')
        .update(body ?? '')
        .digest('base64'),
    }
    const headers = { ...signedFor('s3'), ...(body !== undefined && checksum) }
    const answer = await fetch(`${this.endpoint}/${bucket}/${key}`, {
      method,
      headers,
      ...(body !== undefined && { body }),
    })
    if (!answer.ok) throw new Error(`${method} s3://${bucket}/${key}: ${answer.status}`)
  }

  #credentials(accessKeyId: string): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: 'nothing',
    }
  }

  readonly #askMoto = async (
    method: string,
    path: string,
    body?: object,
  ): Promise<Record<string, unknown>> => {
    const answer = await fetch(`http://127.0.0.1:${this.#motoPort}${path}`, {
      method,
      headers: signedFor('apigateway'),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = callOf(request, await buffer(request))
      const refusal = this.roles.get(call.accessKeyId)?.refusalOf(call)
      if (refusal !== undefined) tell(response, refusal)
      else if (isOnItems(call)) await passOn({ call, request, response, port: this.dynalite.port })
      else await this.#inTurn(() => this.#serveByMoto(call, request, response))
    } catch (error) {
      response.writeHead(599).end(String(error))
    }
  }

  /** moto answers 500 if two of its threads meet, so it gets one call at a time. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    await before
    try {
      await work()
    } finally {
      resolve()
    }
  }

  async #serveByMoto(call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const instead = await answerInstead(call, this.#askMoto)
    if (instead !== undefined) {
      tell(response, instead)
      return
    }
    await this.#keepTablesAlike(call)
    await passOn({ call, request, response, port: this.#motoPort })
  }

  /** dynalite gets the tables that moto has. */
  async #keepTablesAlike({ service, operation, body }: Call): Promise<void> {
    if (service !== 'dynamodb' || !/^(?:Create|Delete)Table$/.test(operation)) return
    const { TableName, KeySchema, AttributeDefinitions } = JSON.parse(body.toString('utf8')) as Record<
      string,
      unknown
    >
    const table =
      operation === 'DeleteTable'
        ? { TableName }
        : { TableName, KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' }
    await fetch(this.dynalite.endpoint, {
      method: 'POST',
      headers: {
        ...signedFor('dynamodb'),
        'x-amz-date': '20260101T000000Z',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'content-type': 'application/x-amz-json-1.0',
      },
      body: JSON.stringify(table),
    })
  }

  async #untilMotoAnswers(): Promise<void> {
    for (let attempt = 0; attempt < START_ATTEMPTS_MAX; attempt += 1) {
      const isUp = await fetch(`http://127.0.0.1:${this.#motoPort}/moto-api/`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isUp) return
      await new Promise((resolve) => setTimeout(resolve, START_PAUSE_MS))
    }
    throw new Error('moto_server does not answer')
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
