/**
 * A note on a lease that ended, as a map.
 *
 *     {id, g, at, until, w: "s"}    lease, generation, when, until when it counts, how it ended
 *
 * `w` says how:
 * - absent: evicted, with `by`
 * - `o`: by an operator, with the reason `y`
 * - `s`: by its player
 * - `p`: played out, with the report's time `q`
 * - `l`: expired
 *
 * The last two keep the facts by which the lease was judged, under the names that a lease has for
 * them. Notes are a list in the item, because their order counts and no id may become a member
 * name.
 */
import type { AttributeValue } from './attribute-value.ts'
import type { Evictor, LeaseFacts, LeaseId, Note } from '@streamgate/core'
import {
  attributesIn,
  attributesMember,
  deviceIn,
  deviceMember,
  numberIn,
  numberValue,
  textIn,
  textMember,
  withoutAbsent,
  type Members,
} from './members.ts'

/** A list of notes. */
export function notesValue(notes: readonly Note[]): AttributeValue {
  return { L: notes.map(noteValue) }
}

/** One note. */
export function noteValue(note: Note): AttributeValue {
  const { leaseId, generation, atMs, untilMs } = note
  return {
    M: {
      id: { S: leaseId },
      ...textMember('g', generation),
      at: numberValue(atMs),
      until: numberValue(untilMs),
      ...endingMembers(note),
    },
  }
}

/** The note in these members. */
export function noteIn(members: Members): Note {
  const note = {
    leaseId: textIn(members['id']),
    generation: members['g']?.S,
    atMs: numberIn(members['at']) ?? 0,
    untilMs: numberIn(members['until']) ?? 0,
    ...endingIn(members),
  }
  return withoutAbsent(note) as Note
}

function endingMembers(note: Note): Members {
  switch (note.how) {
    case 'evicted':
      return { by: evictorValue(note.by) }
    case 'ended':
      return { w: { S: 'o' }, ...textMember('y', note.reason) }
    case 'stopped':
      return { w: { S: 's' } }
    case 'played-out': {
      const { reportedAtMs } = note
      const at = reportedAtMs === undefined ? {} : { q: numberValue(reportedAtMs) }
      return { w: { S: 'p' }, ...factMembers(note.facts), ...at }
    }
    case 'lapsed':
      return { w: { S: 'l' }, ...factMembers(note.facts) }
  }
}

function endingIn(members: Members): Readonly<Record<string, unknown>> {
  switch (members['w']?.S) {
    case 'o':
      return { how: 'ended', reason: members['y']?.S }
    case 's':
      return { how: 'stopped' }
    case 'p':
      return { how: 'played-out', facts: factsIn(members), reportedAtMs: numberIn(members['q']) }
    case 'l':
      return { how: 'lapsed', facts: factsIn(members) }
    case undefined:
      return { how: 'evicted', by: evictorIn(members['by']?.M ?? {}) }
    default:
      // A later version knows more ways to end. In each of them the lease is over.
      return { how: 'ended' }
  }
}

function factMembers(facts: LeaseFacts): Members {
  const { plan, deviceType, contentId, label, attributes, network, reportedContentId } = facts
  return {
    ...textMember('p', plan),
    ...textMember('t', deviceType),
    ...textMember('c', contentId),
    ...textMember('n', label),
    ...textMember('k', reportedContentId),
    ...attributesMember('a', attributes),
    ...textMember('x', network),
  }
}

function factsIn(members: Members): LeaseFacts {
  return withoutAbsent({
    plan: members['p']?.S,
    deviceType: members['t']?.S,
    contentId: members['c']?.S,
    label: members['n']?.S,
    reportedContentId: members['k']?.S,
    attributes: attributesIn(members['a']),
    network: members['x']?.S,
  })
}

function evictorValue(by: Evictor): AttributeValue {
  return {
    M: {
      id: { S: by.id },
      ...deviceMember(by),
      ...textMember('t', by.deviceType),
      ...textMember('n', by.label),
    },
  }
}

function evictorIn(members: Members): Evictor {
  const id = textIn(members['id']) as LeaseId
  const evictor = { id, deviceId: deviceIn(members, id), deviceType: members['t']?.S, label: members['n']?.S }
  return withoutAbsent(evictor) as Evictor
}
