/** The verbs on the whole item. */
import type { AttributeValue } from './attribute-value.ts'
import { EMPTY_ROSTER, type Lease, type Roster, type RosterContent } from '@streamgate/core'
import { isVacant } from '../transitions.ts'
import { firstVersion } from '../first-version.ts'
import { NEXT_VERSION, versionValues, type ItemChange } from './item-change.ts'
import { expirySecondsOf } from './lifetime.ts'
import { numberValue } from './members.ts'
import { notesValue, noteValue } from './note-value.ts'
import { registryAttributes } from './registry-value.ts'
import { unchangedSince } from './unchanged.ts'
import { devicesValue, idsValue, leaseAttribute, leaseValue } from './user-item.ts'

const PLACEHOLDER_RADIX = 36

/**
 * The most leases whose attributes one update removes, because its expression has room for 4 KB. An
 * attribute that stays counts for nothing.
 */
const DROPPED_MAX = 1_000

/** A change of the whole roster, and the item's version after it. */
export type Replacement = ItemChange & { readonly version: number }

/** Deletes an item, whatever it holds. The condition is there only because every write has one. */
export const ERASE_CHANGE: ItemChange = { condition: 'attribute_exists(UserId)' }

/**
 * Writes the whole roster, or deletes the item if nothing is left to keep.
 *
 * Leases that are the same in `seen` and in `next` are left alone. An expression of 4 KB has room
 * for the names of a thousand leases removed and one written, or of some two hundred and fifty
 * written.
 */
export function replaceChange(seen: Roster, next: RosterContent): Replacement {
  const asSeen = unchangedSince(seen)
  if (isVacant(next)) return { ...asSeen, version: EMPTY_ROSTER.version }

  const start = firstVersion()
  const expiry = expirySecondsOf(next)
  const leases = leaseParts(seen.leases, next.leases)
  const notes = noteParts(seen, next)
  const sets = ['Streams=:S', 'D=:D', NEXT_VERSION, ...leases.set, ...notes.set]
  const removes = [...leases.remove, ...notes.remove]
  if (expiry === null) removes.push('ExpiresAt')
  else sets.push('ExpiresAt=:E')
  return {
    update: `SET ${sets.join(',')}${removes.length > 0 ? ` REMOVE ${removes.join(',')}` : ''}`,
    condition: asSeen.condition,
    names: leases.names,
    values: {
      ...asSeen.values,
      ...leases.values,
      ...notes.values,
      ...versionValues(start),
      ':S': idsValue(next.leases),
      ':D': devicesValue(next.leases),
      ...(expiry !== null && { ':E': numberValue(expiry) }),
    },
    version: (seen.version > 0 ? seen.version : start) + 1,
  }
}

/** The notes and the devices, each kind in its place. Places no longer filled are emptied. */
function noteParts(seen: RosterContent, next: RosterContent) {
  const { notes, lastStop, forgottenUntilMs, registry } = next
  const { R, RX } = registry === undefined ? {} : registryAttributes(registry)
  const isRegistryNew = registry !== seen.registry
  const values: Record<string, AttributeValue> = {
    ...(notes.length > 0 && { ':X': notesValue(notes) }),
    ...(lastStop !== undefined && { ':Q': noteValue(lastStop), ':QU': numberValue(lastStop.untilMs) }),
    ...(forgottenUntilMs !== undefined && { ':F': numberValue(forgottenUntilMs) }),
    ...(isRegistryNew && R !== undefined && { ':R': R }),
    ...(isRegistryNew && RX !== undefined && { ':RX': RX }),
  }
  const wereFilled = [
    ...(seen.notes.length > 0 ? ['X'] : []),
    ...(seen.lastStop !== undefined ? ['Q', 'QU', 'QB'] : []),
    ...(seen.forgottenUntilMs !== undefined ? ['F'] : []),
    ...(isRegistryNew && seen.registry !== undefined ? ['R', 'RX'] : []),
  ]
  return {
    set: Object.keys(values).map((placeholder) => `${placeholder.slice(1)}=${placeholder}`),
    remove: wereFilled.filter((name) => !(`:${name}` in values)),
    values,
  }
}

/** The leases to write and to remove, under the shortest possible placeholders. */
function leaseParts(seen: readonly Lease[], next: readonly Lease[]) {
  const names: Record<string, string> = {}
  const values: Record<string, AttributeValue> = {}
  let count = 0
  const placeholderOf = ({ id }: Lease) => {
    const text = (count++).toString(PLACEHOLDER_RADIX)
    names[`#${text}`] = leaseAttribute(id)
    return text
  }
  const asBefore = new Set(seen)
  const written = new Map(next.filter((lease) => !asBefore.has(lease)).map((lease) => [lease.id, lease]))
  const staying = new Set(next.map(({ id }) => id))
  const dropped = new Map(seen.filter(({ id }) => !staying.has(id)).map((lease) => [lease.id, lease]))
  const set = [...written.values()].map((lease) => {
    const text = placeholderOf(lease)
    values[`:m${text}`] = leaseValue(lease)
    return `#${text}=:m${text}`
  })
  const remove = [...dropped.values()].slice(0, DROPPED_MAX).map((lease) => `#${placeholderOf(lease)}`)
  return { names, values, set, remove }
}
