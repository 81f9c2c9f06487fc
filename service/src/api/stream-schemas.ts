/**
 * Members of a start that are more than one text: free attributes, and the streams to replace.
 */
import {
  ATTRIBUTE_BYTES_MAX,
  ATTRIBUTE_NAME,
  ATTRIBUTES_MAX,
  NAMED_ATTRIBUTES,
  REPLACES_MAX,
  type Attributes,
  type LeaseId,
} from '@streamgate/core'
import * as v from 'valibot'
import { parseIpAddress } from '../text/ip-address.ts'
import { leaseIdFaults, textFaults } from './id-schemas.ts'
import { kindOf } from './request-body.ts'

/** A fault of a part of a value, by the names on the way to it. */
type PartFault = { readonly path: readonly (string | number)[]; readonly message: string }

/**
 * A member of which each part is checked by a function. Valibot's own schema of a record would skip
 * names such as `constructor` in silence.
 */
function checked<Value>(read: (value: unknown, faults: PartFault[]) => Value) {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, Value>(({ dataset, addIssue, NEVER }) => {
      const faults: PartFault[] = []
      const value = read(dataset.value, faults)
      for (const { path, message } of faults) {
        const items = path.map(
          (key) => ({ type: 'unknown', origin: 'value', input: dataset.value, key, value: key }) as const,
        )
        const [first, ...others] = items
        addIssue(first === undefined ? { message } : { message, path: [first, ...others] })
      }
      return faults.length === 0 ? value : NEVER
    }),
  )
}

/** Free attributes. A member that is `null` is absent. */
export const AttributesSchema = v.pipe(
  checked((value, faults): Attributes => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      faults.push({ path: [], message: `must be a JSON object, got ${kindOf(value)}` })
      return {}
    }
    const members = Object.entries(value).filter(([, text]) => text !== null)
    if (members.length > ATTRIBUTES_MAX) {
      faults.push({ path: [], message: `must have at most ${ATTRIBUTES_MAX} members, got ${members.length}` })
    }
    for (const [name, text] of members) {
      for (const message of attributeFaults(name, text)) faults.push({ path: [name], message })
    }
    return Object.fromEntries(members)
  }),
  v.description(
    `Free members that rules of the policy may ask for, such as the profile: at most ${ATTRIBUTES_MAX}. A name is a lower-case letter and then at most 31 letters and digits.`,
  ),
  v.metadata({
    jsonSchema: {
      type: 'object',
      maxProperties: ATTRIBUTES_MAX,
      propertyNames: { pattern: ATTRIBUTE_NAME.source },
      additionalProperties: { type: 'string', minLength: 1, maxLength: ATTRIBUTE_BYTES_MAX },
      examples: [{ profile: 'kids', contentType: 'live' }],
    },
  }),
)

function attributeFaults(name: string, text: unknown): readonly string[] {
  if (!ATTRIBUTE_NAME.test(name)) {
    return ['must have a name of a lower-case letter and then at most 31 letters and digits']
  }
  if (name === 'network') return ['is found out by the service: send clientAddress instead']
  if (name === 'tenant' || NAMED_ATTRIBUTES.some((known) => known === name))
    return [`must be sent beside "attributes", as /${name}`]
  if (typeof text !== 'string') return [`must be a string, got ${kindOf(text)}`]
  return textFaults(text, { bytesMax: ATTRIBUTE_BYTES_MAX, description: '', examples: [] })
}

/** One id of a stream, or a list of them. */
export const ReplacesSchema = v.pipe(
  checked((value, faults): LeaseId | readonly LeaseId[] => {
    if (typeof value === 'string') {
      for (const message of leaseIdFaults(value)) faults.push({ path: [], message })
      return value as LeaseId
    }
    if (!Array.isArray(value)) {
      faults.push({ path: [], message: `must be a string or a list of strings, got ${kindOf(value)}` })
      return []
    }
    if (value.length < 1 || value.length > REPLACES_MAX) {
      faults.push({ path: [], message: `must have 1 to ${REPLACES_MAX} members, got ${value.length}` })
    }
    for (const [index, id] of value.entries()) {
      const messages = typeof id === 'string' ? leaseIdFaults(id) : [`must be a string, got ${kindOf(id)}`]
      for (const message of messages) faults.push({ path: [index], message })
    }
    return value as LeaseId[]
  }),
  v.description(
    `The id of a stream to stop in the same step, or a list of at most ${REPLACES_MAX}: the viewer changes channels, or chose after a 409.`,
  ),
  v.metadata({
    jsonSchema: {
      anyOf: [
        { type: 'string', minLength: 1 },
        { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, maxItems: REPLACES_MAX },
      ],
      examples: ['456@tv-1', ['456@tv-1', 'abc']],
    },
  }),
)

/** The address of the viewer, from a trusted caller. */
export const ClientAddressSchema = v.pipe(
  v.string(),
  v.check(
    (text) => parseIpAddress(text) !== undefined,
    ({ input }) => `must be an IPv4 or IPv6 address, got ${JSON.stringify(input)}`,
  ),
  v.description(
    'The address of the viewer, for plans that ask for the network. Only trusted callers may send it. Without it the address of the caller counts.',
  ),
  v.metadata({ jsonSchema: { examples: ['192.0.2.7', '2001:db8::7'] } }),
)
