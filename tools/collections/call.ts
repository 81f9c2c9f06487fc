/**
 * One request of a collection, for any program that sends it. It is made from an operation of the
 * OpenAPI document and from what a step of the walk adds to it.
 */
import type { OpenApiDocument, OpenApiOperation } from '../../service/src/api/openapi-document.ts'
import { exampleOf } from './example.ts'

/** A request that is ready to be written to a file. `{{…}}` stands for a variable. */
export type Call = {
  readonly name: string
  readonly docs: string
  readonly method: string
  /** Below the `url`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: { readonly isJson: boolean; readonly text: string } | undefined
  /** What must hold of the answer: statements in JavaScript, by their titles. */
  readonly tests: Readonly<Record<string, string>>
  /** What the answer leaves for later requests: expressions, by the names of variables. */
  readonly keeps: Readonly<Record<string, string>>
}

/** What the walk says of a request. Everything else comes from the document. */
export type Step = {
  readonly operationId: string
  readonly name: string
  /** Path parameters with other than their usual values. */
  readonly params?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Members of the body, which replace those that `fromExample` takes from the schema. Or a text to
   * send as it is.
   */
  readonly body?: Readonly<Record<string, unknown>> | string
  readonly fromExample?: readonly string[]
  readonly status: number | readonly number[]
  readonly problem?: string
  readonly tests?: Readonly<Record<string, string>>
  readonly keeps?: Readonly<Record<string, string>>
}

/** An operation with its path and its method. */
export type PlacedOperation = {
  readonly path: string
  readonly method: string
  readonly operation: OpenApiOperation
}

/** Path parameters that have a variable. */
const VARIABLE_OF: Readonly<Record<string, string>> = {
  userId: '{{userId}}',
  streamId: '{{streamId}}',
  id: '{{streamId}}',
}

/** All operations of a document, in its order. */
export function operationsOf(document: OpenApiDocument): readonly PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  )
}

/** The request of a step. */
export function callOf(document: OpenApiDocument, placed: PlacedOperation, step: Step): Call {
  const { method, operation } = placed
  const body = bodyOf(document, placed, step)
  return {
    name: step.name,
    docs: `${operation.summary}\n\n${operation.description}`,
    method,
    path: pathOf(document, placed, step),
    headers: { ...(body && { 'Content-Type': body.type }), ...step.headers },
    body,
    tests: { ...statusTest(step), ...step.tests },
    keeps: step.keeps ?? {},
  }
}

/** A caller that is not let in has seen nothing of the operation. */
const NOT_LET_IN = new Set([401, 403])

/**
 * The step for an operation that the walk does not know. Any answer that the document promises is
 * right.
 */
export function plainStep({ operation }: PlacedOperation): Step {
  const promised = Object.keys(operation.responses).map(Number)
  return {
    operationId: operation.operationId,
    name: operation.summary,
    status: promised.filter((status) => status < 500 && !NOT_LET_IN.has(status)),
  }
}

function statusTest({ status, problem }: Step): Record<string, string> {
  const isOne = typeof status === 'number'
  const says = `answers ${isOne ? status : status.join(' or ')}`
  const code = isOne
    ? `expect(status).to.equal(${status})`
    : `expect(${JSON.stringify(status)}).to.include(status)`
  return {
    [says]: code,
    ...(problem && {
      [`is the problem ${problem}`]: `expect(body().type).to.match(/\\/problems\\/${problem}$/)`,
    }),
  }
}

function pathOf(document: OpenApiDocument, { path, method, operation }: PlacedOperation, step: Step): string {
  return path.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const parameter = operation.parameters.find((one) => one.in === 'path' && one.name === name)
    const value = step.params?.[name] ?? VARIABLE_OF[name] ?? exampleOf(document, parameter?.schema ?? {})
    if (typeof value === 'string') return value
    throw new Error(
      `${method} ${path}: the OpenAPI document has no example of {${name}}; give its schema one, or tools/collections/call.ts a variable`,
    )
  })
}

type Body = { readonly isJson: boolean; readonly text: string; readonly type: string }

function bodyOf(document: OpenApiDocument, placed: PlacedOperation, step: Step): Body | undefined {
  const { requestBody } = placed.operation
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
  if (typeof step.body === 'string') return { isJson: false, text: step.body, type: type ?? 'text/plain' }
  const example = content && exampleOf(document, content.schema)
  const value = step.body === undefined ? example : { ...picked(example, step), ...step.body }
  if (type !== undefined && value !== undefined) {
    const isJson = typeof value !== 'string'
    return { isJson, text: isJson ? JSON.stringify(value, undefined, 2) : value, type }
  }
  if (requestBody?.required !== true) return undefined
  throw new Error(
    `${placed.method} ${placed.path}: the OpenAPI document has no example of its ${type} body; give its schema one`,
  )
}

function picked(example: unknown, { fromExample = [] }: Step): Record<string, unknown> {
  const members = (example ?? {}) as Readonly<Record<string, unknown>>
  return Object.fromEntries(fromExample.map((name) => [name, members[name]]))
}
