/**
 * JSON Schemas as tables to read.
 */
import type { JsonSchema } from '../openapi-schemas.ts'
import { escape, headingOf, proseOf, tableOf } from './markup.ts'

/** A named schema and its members. */
export function renderSchema(name: string, schema: JsonSchema): string {
  const id = schemaId(name)
  return `<section id="${id}">${headingOf(3, id, name)}${paragraph(schema)}${membersOf(schema)}</section>`
}

function membersOf(schema: JsonSchema): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>)
  const required = (schema['required'] ?? []) as readonly string[]
  const rows = properties.map(([member, rule]) => memberRow(member, rule, required.includes(member)))
  return tableOf(['Member', 'Description'], rows)
}

/** One member or parameter: its name and type, and what it means. */
export function memberRow(name: string, rule: JsonSchema, isRequired: boolean): readonly [string, string] {
  const must = isRequired ? ' <span class="must">required</span>' : ''
  return [
    `<code>${escape(name)}</code>${must}<br><span class="type">${typeOf(rule)}</span>`,
    proseOf(describe(rule)) + factsOf(rule),
  ]
}

/** A schema in one word, with links to named ones. */
export function typeOf(rule: JsonSchema): string {
  const { $ref: pointer, anyOf, items, type, enum: values } = rule
  if (typeof pointer === 'string') return schemaLink(pointer.split('/').at(-1) ?? '')
  if (Array.isArray(anyOf)) return anyOf.map((one: JsonSchema) => typeOf(one)).join(' or ')
  if (Array.isArray(values))
    return values.map((value) => `<code>${escape(String(value))}</code>`).join(' or ')
  if (type === 'array') return `list of ${typeOf((items ?? {}) as JsonSchema)}`
  return escape(textOf(type ?? 'any'))
}

function schemaLink(name: string): string {
  return `<a href="#${schemaId(name)}">${name}</a>`
}

function schemaId(name: string): string {
  return `schema-${name}`
}

/** The bounds of a value, and its default. */
function factsOf(rule: JsonSchema): string {
  const [inner] = alternativesOf(rule)
  const { maximum, default: fallback } = inner ?? rule
  const facts = [
    maximum === undefined ? '' : `At most ${textOf(maximum)}.`,
    fallback === undefined ? '' : `Default: <code>${escape(textOf(fallback))}</code>.`,
  ].filter(Boolean)
  return facts.length === 0 ? '' : `<p class="type">${facts.join(' ')}</p>`
}

function paragraph(schema: JsonSchema): string {
  const text = describe(schema)
  return text === '' ? '' : `<p>${proseOf(text)}</p>`
}

function describe(rule: JsonSchema): string {
  const described = [rule, ...alternativesOf(rule)].find((one) => typeof one['description'] === 'string')
  return (described?.['description'] as string | undefined) ?? ''
}

function alternativesOf(rule: JsonSchema): readonly JsonSchema[] {
  return Array.isArray(rule['anyOf']) ? (rule['anyOf'] as JsonSchema[]) : []
}

/** The first entry of a list; `undefined` if it is no list. */
export function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined
}

/** A value as a text; one that is no text as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
