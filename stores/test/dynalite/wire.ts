import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach } from 'vitest'
import type { Dynalite } from './dynalite.ts'

/** What happens to one request instead of being passed on and answered. */
export type Treatment =
  /** It is passed on and answered normally. */
  | 'pass'
  /** DynamoDB carries it out, but the client's connection breaks. */
  | 'lose the answer'
  /** The client's connection breaks, and DynamoDB gets the request later, on demand. */
  | 'hold back'
  /**
   * DynamoDB never sees it: another Region of a strongly consistent global table was writing the
   * item.
   */
  | 'refuse as a conflict'
  /** It is passed on and answered after this is done: another writer came between. */
  | (() => Promise<void>)

/** One request as it went over the wire. */
export type WireRequest = {
  readonly operation: string
  readonly body: Readonly<Record<string, unknown>>
  readonly isRefused: boolean
  /** The capacity that DynamoDB reports. A refusal reports none. */
  readonly capacityUnits: number | undefined
}

type Sending = {
  readonly operation: string
  readonly body: Record<string, unknown>
  readonly headers: Headers
}
type Answer = { readonly status: number; readonly type: string; readonly body: string }

/** DynamoDB's answer to a write that meets one of another Region. */
const CONFLICT: Answer = {
  status: 400,
  type: 'application/x-amz-json-1.0',
  body: JSON.stringify({
    ['__type']: 'com.amazonaws.dynamodb.v20120810#ReplicatedWriteConflictException',
    message: 'One or more items in this request are being modified by a request in another Region',
  }),
}

const HEADERS_PASSED_ON = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target']

/** A proxy in front of DynamoDB that counts requests and loses those that it is told to lose. */
export class Wire {
  readonly requests: WireRequest[] = []
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response))
  readonly #target: string
  readonly #handsItemsBack: boolean
  readonly #treatments: Treatment[] = []
  readonly #heldBack: Sending[] = []

  constructor(target: string, { handsItemsBack = true } = {}) {
    this.#target = target
    this.#handsItemsBack = handsItemsBack
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async open(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** What happens to the next requests, one by one. */
  treatNext(...treatments: Treatment[]): void {
    this.#treatments.push(...treatments)
  }

  /** Passes on what was held back. */
  async deliverHeldBack(): Promise<void> {
    for (const sending of this.#heldBack.splice(0)) await this.#passOn(sending)
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sending = await this.#received(request)
    const treatment = this.#treatments.shift()
    if (treatment === 'hold back') {
      this.#heldBack.push(sending)
      request.socket.destroy()
      return
    }
    if (typeof treatment === 'function') await treatment()
    const isConflict = treatment === 'refuse as a conflict' && isWrite(sending)
    const answer = isConflict ? this.#refuseAsConflict(sending) : await this.#passOn(sending)
    if (treatment === 'lose the answer') request.socket.destroy()
    else response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
  }

  async #received(request: IncomingMessage): Promise<Sending> {
    const headers = new Headers()
    for (const name of HEADERS_PASSED_ON) headers.set(name, String(request.headers[name]))
    const body = JSON.parse(await text(request)) as Record<string, unknown>
    if (!this.#handsItemsBack) delete body['ReturnValuesOnConditionCheckFailure']
    return { operation: String(headers.get('x-amz-target')).split('.')[1] ?? '', body, headers }
  }

  #refuseAsConflict({ operation, body }: Sending): Answer {
    this.requests.push({ operation, body, isRefused: true, capacityUnits: undefined })
    return CONFLICT
  }

  async #passOn({ operation, body, headers }: Sending): Promise<Answer> {
    const counted = JSON.stringify({ ...body, ReturnConsumedCapacity: 'TOTAL' })
    const response = await fetch(this.#target, { method: 'POST', headers, body: counted })
    const answer = await response.text()
    const { ConsumedCapacity: consumed, __type: type } = JSON.parse(answer) as {
      readonly ConsumedCapacity?: { readonly CapacityUnits: number }
      readonly __type?: string
    }
    const isRefused = type?.endsWith('ConditionalCheckFailedException') === true
    this.requests.push({ operation, body, isRefused, capacityUnits: consumed?.CapacityUnits })
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: answer }
  }
}

function isWrite({ operation }: Sending): boolean {
  return /^(?:Put|Update|Delete)Item$/.test(operation)
}

/** Opens wires to this DynamoDB that are closed after their test. */
export function useWires(dynalite: Dynalite): (options?: { handsItemsBack?: boolean }) => Promise<Wire> {
  const wires: Wire[] = []
  afterEach(async () => {
    for (const wire of wires.splice(0)) await wire.close()
  })
  return async (options) => {
    const wire = new Wire(dynalite.endpoint, options)
    await wire.open()
    wires.push(wire)
    return wire
  }
}
