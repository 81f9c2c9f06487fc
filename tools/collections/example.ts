/**
 * Examples by JSON Schema.
 */
import type { OpenApiDocument } from '../../service/src/api/openapi-document.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** The schema's example, or one made of its parts. `undefined` if they have none. */
export function exampleOf(document: OpenApiDocument, schema: JsonSchema): unknown {
  const resolved = resolve(document, schema)
  const { examples, example, properties, items, const: constant } = resolved
  const given = constant ?? example ?? firstOf(examples) ?? firstOf(resolved['enum'])
  if (given !== undefined) return given
  if (properties !== undefined) return objectExample(document, resolved)
  const [alternative] = (resolved['anyOf'] ?? resolved['oneOf'] ?? []) as readonly JsonSchema[]
  if (alternative !== undefined) return exampleOf(document, alternative)
  if (items === undefined) return undefined
  const one = exampleOf(document, items as JsonSchema)
  return one === undefined ? undefined : [one]
}

/** All members that have an example. None at all if a required one lacks it. */
function objectExample(document: OpenApiDocument, schema: JsonSchema): unknown {
  const required = (schema['required'] ?? []) as readonly string[]
  const members = Object.entries(schema['properties'] as Readonly<Record<string, JsonSchema>>).map(
    ([name, member]) => [name, exampleOf(document, member)] as const,
  )
  const given = members.filter(([, value]) => value !== undefined)
  const isWhole = required.every((name) => given.some(([known]) => known === name))
  return isWhole ? Object.fromEntries(given) : undefined
}

function resolve({ components }: OpenApiDocument, schema: JsonSchema): JsonSchema {
  const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined
  return name === undefined ? schema : (components.schemas[name] ?? {})
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined
}
