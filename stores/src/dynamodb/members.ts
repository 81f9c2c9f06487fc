/** Values and members as DynamoDB takes them. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { splitLeaseId, type Evictor } from '@streamgate/core'

/** The members of a map. */
export type Members = Readonly<Record<string, AttributeValue>>

/** A number as DynamoDB takes it: in decimal digits. */
export function numberValue(value: number): AttributeValue.NMember {
  return { N: String(value) }
}

/** The number that a value is; `undefined` if it is none. */
export function numberIn(value: AttributeValue | undefined): number | undefined {
  return value?.N === undefined ? undefined : Number(value.N)
}

/** The text that a value is; the empty one if it is none. */
export function textIn(value: AttributeValue | undefined): string {
  return value?.S ?? ''
}

/** A member for a text that is there. */
export function textMember(name: string, value: string | undefined): Members {
  return value === undefined ? {} : { [name]: { S: value } }
}

/** A member for the device, if the id does not tell it. */
export function deviceMember({ id, deviceId }: Pick<Evictor, 'id' | 'deviceId'>): Members {
  if (deviceId === splitLeaseId(id).deviceId) return {}
  return { d: deviceId === undefined ? { NULL: true } : { S: deviceId } }
}

/** The device that these members and this id tell. */
export function deviceIn(members: Members, id: string): string | undefined {
  return members['d'] === undefined ? splitLeaseId(id).deviceId : members['d'].S
}

/** The members that have a value: an absent one must not be there at all. */
export function withoutAbsent(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
