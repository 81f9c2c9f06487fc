import { EMPTY_ROSTER, type Roster } from '@streamgate/core'
import type { Condition } from './item-change.ts'
import { numberValue } from './members.ts'
import { VERSION_BY_HAND } from './user-item.ts'

/**
 * How many entries of the list are compared one by one, after its length, because an expression has
 * room for 4 KB. Only a later entry that is exchanged by hand, without touching `V`, would go
 * unnoticed.
 */
const COMPARED_ENTRIES_MAX = 100

/**
 * The condition that the item is as it was when this roster was read. It compares the list too,
 * because a program that knows only `Streams` writes it without a version.
 */
export function unchangedSince({ version, leases }: Roster): Condition {
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
