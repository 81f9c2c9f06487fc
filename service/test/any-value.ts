/** Values that a JSON Schema allows, as far as its keywords go that the schema of a line has. */
import fc from 'fast-check'

type Schema = Readonly<Record<string, unknown>>

/**
 * Any value of the schema. Properties that are not required are sometimes left out. Of `oneOf` each
 * branch narrows the properties beside it.
 */
export function anyValueOf(root: Schema): fc.Arbitrary<unknown> {
  const branches = (root['oneOf'] ?? [{}]) as readonly Schema[]
  return fc.oneof(
    ...branches.map((branch) => {
      const properties = { ...(root['properties'] as Schema), ...(branch['properties'] as Schema) }
      const required = [
        ...((root['required'] ?? []) as string[]),
        ...((branch['required'] ?? []) as string[]),
      ]
      return valueOf({ type: 'object', properties, required }, root)
    }),
  )
}

function valueOf(schema: Schema, root: Schema): fc.Arbitrary<unknown> {
  const { $ref: ref, const: only, enum: some, anyOf, type } = schema
  if (typeof ref === 'string') return valueOf(definition(ref, root), root)
  if (only !== undefined) return fc.constant(only)
  if (Array.isArray(some)) return fc.constantFrom(...(some as unknown[]))
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((one) => valueOf(one as Schema, root)))
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'integer':
      return fc.nat()
    case 'number':
      return fc.double({ min: 0, max: 1e6, noNaN: true, noDefaultInfinity: true })
    case 'array':
      return fc.array(valueOf(schema['items'] as Schema, root), { maxLength: 3 })
    case 'object':
      return objectOf(schema, root)
    case 'string': {
      const { pattern, minLength = 0 } = schema
      return typeof pattern === 'string'
        ? fc.stringMatching(new RegExp(pattern, 'u'))
        : fc.string({ minLength: minLength as number })
    }
    default:
      throw new Error(`No values of ${JSON.stringify(schema)} can be made`)
  }
}

function objectOf(schema: Schema, root: Schema): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema
  if (typeof additionalProperties === 'object') {
    const pattern = (propertyNames as Schema | undefined)?.['pattern'] ?? '^[a-z]{1,8}$'
    return fc.dictionary(
      fc.stringMatching(new RegExp(pattern as string, 'u')),
      valueOf(additionalProperties as Schema, root),
      { maxKeys: 3 },
    )
  }
  const members = Object.entries(properties as Record<string, Schema>).flatMap(([name, member]) =>
    name === 'not' ? [] : [[name, valueOf(member, root)] as const],
  )
  const names = new Set(members.map(([name]) => name))
  const requiredKeys = (required as string[]).filter((name) => names.has(name))
  return fc.record(Object.fromEntries(members), { requiredKeys })
}

function definition(ref: string, root: Schema): Schema {
  const name = ref.replace('#/$defs/', '')
  return ((root['$defs'] ?? {}) as Record<string, Schema>)[name] ?? {}
}
