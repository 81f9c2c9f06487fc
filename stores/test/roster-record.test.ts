import type { Lease, Roster } from '@streamgate/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fullLease, leaseOf, notesOfEveryKind, stopOf } from '../src/contract/specimens.ts'
import { RosterEncoder } from '../src/lmdb/roster-record.ts'

const HALF_MEMBERS = fc.record(optionalMembersOf(fullLease()), { requiredKeys: [] })

it('a record holds any part of what a lease may have', () => {
  const encoder = new RosterEncoder()
  fc.assert(
    fc.property(fc.array(HALF_MEMBERS, { maxLength: 5 }), fc.boolean(), (parts, hasEnd) => {
      const leases = parts.map((part, index) => leaseOf(`film-${index}`, part))
      const roster: Roster = {
        leases,
        notes: hasEnd ? [] : notesOfEveryKind(),
        ...(hasEnd && { lastStop: stopOf('match') }),
        ...(leases.length > 2 && { forgottenUntilMs: 0 }),
        version: Number.MAX_SAFE_INTEGER,
      }
      expect(encoder.decode(encoder.encode(roster))).toStrictEqual(roster)
    }),
  )
})

it('a record that is cut, or followed by anything, is refused', () => {
  const encoder = new RosterEncoder()
  const roster: Roster = { leases: [fullLease()], notes: notesOfEveryKind(), version: 7 }
  const whole = Buffer.from(encoder.encode(roster))
  for (let size = 1; size < whole.length; size += 1) {
    expect(() => encoder.decode(Buffer.from(whole.subarray(0, size))), `${size} bytes`).toThrow()
    expect(() => encoder.decode(whole, size), `${size} bytes of a longer buffer`).toThrow()
  }
  expect(() => encoder.decode(Buffer.concat([whole, whole]))).toThrow()
})

it('a record is less than half of what JSON needs', () => {
  const roster: Roster = { leases: [leaseOf('film'), leaseOf('news')], notes: [], version: 1_732_240_800_123 }
  const { length } = new RosterEncoder().encode(roster)
  expect(length).toBeLessThan(JSON.stringify(roster).length / 2)
})

/** Each member that a lease may lack, but not the ones that its id contains. */
function optionalMembersOf(lease: Lease): Record<string, fc.Arbitrary<unknown>> {
  const always = new Set(['deviceId', ...Object.keys(leaseOf('film'))])
  const members = Object.entries(lease).filter(([name]) => !always.has(name))
  return Object.fromEntries(members.map(([name, value]) => [name, fc.constant(value)]))
}
