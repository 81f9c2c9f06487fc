import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { Item } from './dynalite.ts'

/** A list or map itself, and each of its members, apart from names and values. */
const COLLECTION_BYTES = 3
const MEMBER_BYTES = 1

const WRITE_UNIT_BYTES = 1024

/**
 * The size by which DynamoDB charges an item: Amazon DynamoDB Developer Guide, "DynamoDB item sizes
 * and formats". Numbers take a byte for two significant digits and one more, so their size is exact
 * to a byte a number.
 */
export function itemBytes(item: Item): number {
  return sum(Object.entries(item).map(([name, value]) => textBytes(name) + valueBytes(value)))
}

/**
 * The write units for this item. A refused write of an item that does not exist takes one unit too.
 */
export function writeUnits(item: Item | undefined): number {
  return item === undefined ? 1 : Math.ceil(itemBytes(item) / WRITE_UNIT_BYTES)
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return textBytes(value.S)
  if (value.N !== undefined) return numberBytes(value.N)
  if (value.L !== undefined) {
    return COLLECTION_BYTES + sum(value.L.map((member) => valueBytes(member) + MEMBER_BYTES))
  }
  if (value.M !== undefined) {
    const members = Object.entries(value.M)
    return (
      COLLECTION_BYTES +
      sum(members.map(([name, member]) => textBytes(name) + valueBytes(member) + MEMBER_BYTES))
    )
  }
  return 1
}

function numberBytes(number: string): number {
  const significant = number.replace('-', '').replace(/0+$/u, '')
  return Math.ceil(significant.length / 2) + 1 + (number.startsWith('-') ? 1 : 0)
}

function textBytes(text: string): number {
  return Buffer.byteLength(text)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
