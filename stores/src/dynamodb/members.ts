/** Values and members as DynamoDB expects them. */
import type { AttributeValue } from './attribute-value.ts'
import { splitLeaseId, type Attributes, type Evictor } from '@streamgate/core'

/** The members of a map. */
export type Members = Readonly<Record<string, AttributeValue>>

/** A number as DynamoDB expects it: in decimal digits. */
export function numberValue(value: number): { readonly N: string } {
  return { N: String(value) }
}

/** The number in a value. `undefined` if it is not a number. */
export function numberIn(value: AttributeValue | undefined): number | undefined {
  return value?.N === undefined ? undefined : Number(value.N)
}

/** The text in a value. Empty if it is not a text. */
export function textIn(value: AttributeValue | undefined): string {
  return value?.S ?? ''
}

/** A member for a text that is present. */
export function textMember(name: string, value: string | undefined): Members {
  return value === undefined ? {} : { [name]: { S: value } }
}

/** A member for free attributes, if there are any: a map of texts. */
export function attributesMember(name: string, attributes: Attributes | undefined): Members {
  if (attributes === undefined) return {}
  return { [name]: { M: mapped(attributes, (text) => ({ S: text })) } }
}

/** The free attributes in a map of texts. */
export function attributesIn(value: AttributeValue | undefined): Attributes | undefined {
  return value?.M === undefined ? undefined : mapped(value.M, textIn)
}

function mapped<From, To>(
  values: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, to(value)]))
}

/** A member for the device, if the id does not say it. */
export function deviceMember({ id, deviceId }: Pick<Evictor, 'id' | 'deviceId'>): Members {
  if (deviceId === splitLeaseId(id).deviceId) return {}
  return { d: deviceId === undefined ? { NULL: true } : { S: deviceId } }
}

/** The device in these members and this id. */
export function deviceIn(members: Members, id: string): string | undefined {
  return members['d'] === undefined ? splitLeaseId(id).deviceId : members['d'].S
}

/** The members that have a value, because an absent one must not be written at all. */
export function withoutAbsent(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
