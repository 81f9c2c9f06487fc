/** The verbs that touch the whole item. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { EMPTY_ROSTER, type Lease, type LeaseId, type Roster, type RosterContent } from '@streamgate/core'
import { isVacant } from '../transitions.ts'
import { NEXT_VERSION, randomStart, versionValues, type Change, type Condition } from './change.ts'
import { expirySecondsOf } from './lifetime.ts'
import {
  VERSION_BY_HAND,
  idsValue,
  leaseAttribute,
  leaseValue,
  notesValue,
  numberValue,
} from './user-item.ts'

/**
 * How many entries of the list are compared one by one, after its length: an expression has room for
 * 4 KB. Only somebody who exchanges a later entry by hand, without touching `V`, would go unnoticed.
 */
const COMPARED_ENTRIES_MAX = 100

const PLACEHOLDER_RADIX = 36

/** A change of the whole roster, and the version that the item has after it. */
export type Replacement = Change & { readonly version: number }

/** Deletes an item, whatever it says; the condition only keeps to the rule that every write has one. */
export const ERASING: Change = { condition: 'attribute_exists(UserId)' }

/**
 * Writes the roster whole, or deletes the item where nothing is left to keep.
 *
 * Leases that are in `seen` as they are in `next` are left alone. An expression of 4 KB carries the names
 * of a thousand leases dropped and one written, or of some two hundred and fifty written anew.
 */
export function replacing(seen: Roster, next: RosterContent): Replacement {
  const asSeen = unchangedSince(seen)
  if (isVacant(next)) return { ...asSeen, version: EMPTY_ROSTER.version }

  const start = randomStart()
  const expiry = expirySecondsOf(next)
  const { evictions } = next
  const hasNotes = evictions.length > 0
  const mayBeForgotten = expiry !== null
  const { names, values, set, remove } = leaseParts(seen.leases, next.leases)
  const sets = ['Streams=:streams', NEXT_VERSION, ...set]
  if (hasNotes) sets.push('X=:notes')
  if (mayBeForgotten) sets.push('ExpiresAt=:expiry')
  const removes = [...remove]
  if (!hasNotes) removes.push('X')
  if (!mayBeForgotten) removes.push('ExpiresAt')
  return {
    update: `SET ${sets.join(',')}${removes.length > 0 ? ` REMOVE ${removes.join(',')}` : ''}`,
    condition: asSeen.condition,
    names,
    values: {
      ...asSeen.values,
      ...values,
      ...versionValues(start),
      ':streams': idsValue(next.leases),
      ...(hasNotes && { ':notes': notesValue(evictions) }),
      ...(mayBeForgotten && { ':expiry': numberValue(expiry) }),
    },
    version: (seen.version > 0 ? seen.version : start) + 1,
  }
}

/** The list is compared too, because somebody who knows only `Streams` writes it without a version. */
function unchangedSince({ version, leases }: Roster): Condition {
  const isAbsent = 'attribute_not_exists(UserId)'
  if (version === EMPTY_ROSTER.version) return { condition: isAbsent }

  const isWrittenByHand = 'attribute_exists(UserId) AND attribute_not_exists(V)'
  const isAtVersion = version === VERSION_BY_HAND ? isWrittenByHand : 'V = :seen'
  const hasLength = 'size(Streams) = :length'
  const listIs = leases.length === 0 ? `(attribute_not_exists(Streams) OR ${hasLength})` : hasLength
  const compared = leases.slice(0, COMPARED_ENTRIES_MAX)
  const entriesAre = compared.map((_, place) => `Streams[${place}] = :${place}`)
  return {
    condition: [isAtVersion, listIs, ...entriesAre].join(' AND '),
    values: {
      ...(version !== VERSION_BY_HAND && { ':seen': numberValue(version) }),
      ':length': numberValue(leases.length),
      ...Object.fromEntries(compared.map(({ id }, place) => [`:${place}`, { S: id }])),
    },
  }
}

/** The leases to write and to drop, under placeholders as short as can be. */
function leaseParts(seen: readonly Lease[], next: readonly Lease[]) {
  const names: Record<string, string> = {}
  const values: Record<string, AttributeValue> = {}
  let count = 0
  const placeholderOf = (id: LeaseId) => {
    const text = (count++).toString(PLACEHOLDER_RADIX)
    names[`#${text}`] = leaseAttribute(id)
    return text
  }
  const asBefore = new Set(seen)
  const written = new Map(next.filter((lease) => !asBefore.has(lease)).map((lease) => [lease.id, lease]))
  const staying = new Set(next.map(({ id }) => id))
  const dropped = new Set(seen.map(({ id }) => id).filter((id) => !staying.has(id)))
  const set = [...written.values()].map((lease) => {
    const text = placeholderOf(lease.id)
    values[`:m${text}`] = leaseValue(lease)
    return `#${text}=:m${text}`
  })
  const remove = [...dropped].map((id) => `#${placeholderOf(id)}`)
  return { names, values, set, remove }
}
