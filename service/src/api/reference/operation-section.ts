/**
 * One operation of the reference: what it does and answers, and code that calls it.
 */
import {
  operationsIn,
  type OpenApiContent,
  type OpenApiDocument,
  type OpenApiOperation,
  type PlacedOperation,
} from '../openapi-document.ts'
import { answerBlock, beaconBlock, curlBlock, exampleCall, exampleOf, fetchBlock } from './example-code.ts'
import { escape, headingOf, methodBadge, proseOf, statusBadge, tableOf } from './markup.ts'
import { memberRow, typeOf } from './schema-section.ts'

/**
 * An error that so many operations describe in the same words is explained once, for all of them.
 */
const COMMON_FROM = 3

/** The section of an operation. */
export function renderOperation(document: OpenApiDocument, placed: PlacedOperation): string {
  const { path, method, operation } = placed
  const { operationId, summary, description, deprecated } = operation
  const old = deprecated === true ? ' <span class="tag">deprecated</span>' : ''
  const left = `${headingOf(3, operationId, escape(summary) + old)}
<p class="route">${methodBadge(method)} <code>${escape(path).replaceAll('/', '/<wbr>')}</code></p>
<p>${proseOf(description)}</p>${parameters(operation)}${requestBody(operation)}${answers(document, operation)}`
  return `<section id="${operationId}" class="pair"><div>${left}</div><div>${examples(document, placed)}</div></section>`
}

function parameters({ parameters: all }: OpenApiOperation): string {
  if (all.length === 0) return ''
  const rows = all.map(({ name, in: place, required, description, schema }) =>
    memberRow(name, { ...schema, description: `${description} ${PLACES[place] ?? ''}` }, required),
  )
  return `<h4>Parameters</h4>${tableOf(['Name', 'Description'], rows)}`
}

const PLACES: Readonly<Record<string, string>> = {
  path: 'In the path.',
  query: 'In the query.',
  header: 'A header.',
}

function requestBody({ requestBody: body }: OpenApiOperation): string {
  if (body === undefined) return ''
  const kinds = Object.entries(body.content).map(
    ([type, { schema }]) => `${typeOf(schema)} as <code>${escape(type)}</code>`,
  )
  return `<h4>Body</h4><p>${kinds.join(', ')}${body.required ? '' : ' (optional)'}</p>`
}

function answers(document: OpenApiDocument, { responses }: OpenApiOperation): string {
  const common = commonAnswers(document)
  const all = Object.entries(responses)
  const own = all.filter((answer) => !common.has(keyOf(answer)))
  const codes = all.filter((answer) => common.has(keyOf(answer))).map(([status]) => status)
  return `<h4>Answers</h4>${answerTable(own)}<p class="also">Also <a href="#errors">${codes.join(', ')}</a></p>`
}

type Answer = readonly [string, OpenApiOperation['responses'][string]]

/** The table of the errors that many operations share. */
export function commonErrors(document: OpenApiDocument): string {
  const common = [...commonAnswers(document).values()]
  return answerTable(common.toSorted(([one], [other]) => one.localeCompare(other)))
}

function commonAnswers(document: OpenApiDocument): ReadonlyMap<string, Answer> {
  const all = operationsIn(document).flatMap(({ operation }) => Object.entries(operation.responses))
  const errors = Map.groupBy(
    all.filter(([status]) => status >= '4'),
    keyOf,
  )
  const common = [...errors].flatMap(([key, [first, ...others]]) =>
    first !== undefined && others.length + 1 >= COMMON_FROM ? [[key, first] as const] : [],
  )
  return new Map(common)
}

function keyOf([status, { description }]: Answer): string {
  return `${status} ${description}`
}

function answerTable(all: readonly Answer[]): string {
  const rows = all.map(([status, { description, headers = {}, content }]) => {
    const names = Object.keys(headers).map((name) => `<code>${name}</code>`)
    const facts = [
      ...Object.values(content ?? {}).map(({ schema }) => bodyType(schema)),
      ...(names.length > 0 ? [names.join(' ')] : []),
    ].filter(Boolean)
    const small = facts.length === 0 ? '' : `<p class="type">${facts.join(' · ')}</p>`
    return [statusBadge(status), linked(description) + small] as const
  })
  return tableOf(['Status', 'Meaning'], rows)
}

function bodyType(schema: OpenApiContent[string]['schema']): string {
  return typeof schema['$ref'] === 'string' ? typeOf(schema) : ''
}

/** A description in which each problem type leads to its explanation. */
function linked(description: string): string {
  return proseOf(description).replace(
    /<code>([a-z-]+)<\/code>: /g,
    '<a href="#problem-$1"><code>$1</code></a>: ',
  )
}

/** The call that is made for `navigator.sendBeacon`. */
const BEACON = 'stopStreamByBeacon'

function examples(document: OpenApiDocument, placed: PlacedOperation): string {
  const call = exampleCall(document, placed)
  const [status = '', answer] = preferredAnswer(placed)
  const schema = Object.values(answer?.content ?? {})[0]?.schema
  const body = schema && exampleOf(document, schema)
  const shown = body === undefined ? '' : answerBlock(status, body)
  const inCode = placed.operation.operationId === BEACON ? beaconBlock(call) : fetchBlock(call)
  return curlBlock(call) + inCode + shown
}

/** The answer that an example shows: 201 to a POST, else the first success. */
function preferredAnswer({ method, operation }: PlacedOperation): Answer | readonly [] {
  const { 201: created, ...others } = operation.responses
  if (method === 'POST' && created !== undefined) return ['201', created]
  return Object.entries(others).find(([code]) => code < '3') ?? []
}
