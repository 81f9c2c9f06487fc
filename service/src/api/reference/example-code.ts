/**
 * Code that makes a call: a curl command, and the same with `fetch`.
 */
import type { OpenApiDocument, PlacedOperation } from '../openapi-document.ts'
import type { JsonSchema } from '../openapi-schemas.ts'
import { codeBlock, escape, jsonHtml } from './markup.ts'
import { firstOf, textOf } from './schema-section.ts'

/** One call, as an example makes it. */
export type ExampleCall = {
  readonly method: string
  readonly path: string
  readonly contentType?: string | undefined
  readonly body?: unknown
}

/** The call of an operation, made of the examples in the document. */
export function exampleCall(document: OpenApiDocument, placed: PlacedOperation): ExampleCall {
  const { path, method, operation } = placed
  const examples = new Map(
    operation.parameters.map(({ name, schema }) => [name, firstOf(schema['examples'])]),
  )
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(textOf(examples.get(name) ?? name)),
  )
  const [contentType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  return { method, path: filled, contentType, body: content && exampleOf(document, content.schema) }
}

/** The example of a schema. */
export function exampleOf({ components }: OpenApiDocument, schema: JsonSchema): unknown {
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined
  return firstOf((name === undefined ? schema : components.schemas[name])?.['examples'])
}

/** The call by curl. `$STREAMGATE` stands for the address of the service. */
export function curlBlock(call: ExampleCall): string {
  const { method, path, contentType } = call
  const flag = method === 'GET' ? '' : `-X ${method} `
  const lines = [`curl ${flag}"$STREAMGATE${path}"`]
  if (call.body !== undefined) {
    lines.push(`-H 'content-type: ${contentType}'`, `-d '${bodyText(call.body).replaceAll('\n', '\n  ')}'`)
  }
  return codeBlock('curl', escape(lines.join(' \\\n  ')))
}

/** The call by `fetch`, for browsers and Node. */
export function fetchBlock(call: ExampleCall): string {
  const { method, path, contentType, body } = call
  const isJson = contentType === 'application/json'
  const options = [
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    ...(body === undefined
      ? []
      : [
          `  headers: { 'content-type': '${contentType}' },`,
          isJson
            ? `  body: JSON.stringify(${literalOf(body).replaceAll('\n', '\n  ')}),`
            : `  body: '${bodyText(body)}',`,
        ]),
  ]
  const init = options.length === 0 ? '' : `, {\n${options.join('\n')}\n}`
  return codeBlock('JavaScript', escape(`await fetch(streamgate + '${path}'${init})`))
}

/** The call by a page that its viewer leaves. Such a page can send nothing else. */
export function beaconBlock({ path }: ExampleCall): string {
  const code = `addEventListener('pagehide', () => navigator.sendBeacon(streamgate + '${path}'))`
  return codeBlock('JavaScript', escape(code))
}

/** An answer: its status, and its body. */
export function answerBlock(status: number | string, body: unknown): string {
  return codeBlock(`Answer: ${status}`, typeof body === 'string' ? escape(body) : jsonHtml(body))
}

function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body, undefined, 2)
}

/** A value as JavaScript writes it: keys without quotes, texts in single ones. */
function literalOf(body: unknown): string {
  return bodyText(body)
    .replace(/^(\s*)"(\w+)":/gm, '$1$2:')
    .replaceAll('"', "'")
}
