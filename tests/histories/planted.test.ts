import { describe, expect, it } from 'vitest'
import { LAPSE_FAULTS } from './planted-lapses.ts'
import { LIMIT_FAULTS } from './planted-limits.ts'
import { ORDER_FAULTS } from './planted-orders.ts'
import { Script } from './script.ts'
import { findOrder } from './search.ts'

const LEASE_MS = 1000

type Writing = (script: Script) => void

/** What the search says about a history. */
function outcomeOf(write: Writing, { leaseMs = 60_000, skewMs = 0 } = {}): string {
  const script = new Script({ leaseMs, skewMs })
  write(script)
  return findOrder(script.history).kind
}

describe('a fault that was planted in a history', () => {
  it.each(Object.entries({ ...LIMIT_FAULTS, ...ORDER_FAULTS }))(
    'is found, and the sound twin has an order: %s',
    (_name, { fault, sound }) => {
      expect(outcomeOf(fault)).toBe('unordered')
      expect(outcomeOf(sound)).toBe('ordered')
    },
  )
})

describe('a fault about leases that expire during a history', () => {
  it.each(Object.entries(LAPSE_FAULTS))(
    'is found, and the sound twin has an order: %s',
    (_name, { fault, sound }) => {
      expect(outcomeOf(fault, { leaseMs: LEASE_MS })).toBe('unordered')
      expect(outcomeOf(sound, { leaseMs: LEASE_MS })).toBe('ordered')
    },
  )

  it('a lease counts for longer if clocks may differ', () => {
    const clocks = { leaseMs: LEASE_MS, skewMs: 2000 }
    expect(outcomeOf(deniedAt(2500), clocks)).toBe('ordered')
    expect(outcomeOf(deniedAt(3010), clocks)).toBe('unordered')
  })
})

describe('of more evictions than are remembered by name', () => {
  it('the first may be told that it ended, and nothing less', () => {
    expect(outcomeOf(zapping((script) => heartbeat(script).ended()))).toBe('ordered')
    expect(outcomeOf(zapping((script) => heartbeat(script).evictedBy('s1')))).toBe('ordered')
    expect(outcomeOf(zapping((script) => heartbeat(script).denied(['s20'])))).toBe('unordered')
  })
})

function deniedAt(from: number): Writing {
  return (script) => {
    script.start('a', { plan: 'deny-1' }).taken(['a'])
    script
      .between(from, from + 10)
      .start('b', { plan: 'deny-1' })
      .denied(['a'], { retryAfterSeconds: 1 })
  }
}

/** Twenty channels after the first, each replacing the one before. */
function zapping(last: Writing): Writing {
  return (script) => {
    script.start('a', { plan: 'evict-1' }).taken(['a'])
    for (let channel = 1; channel <= 20; channel += 1) {
      const former = channel === 1 ? 'a' : `s${channel - 1}`
      script.start(`s${channel}`, { plan: 'evict-1' }).taken([`s${channel}`], { ended: [former] })
    }
    last(script)
  }
}

function heartbeat(script: Script) {
  return script.heartbeat('a', { plan: 'evict-1' })
}
