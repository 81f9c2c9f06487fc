/**
 * What the simulation found: calls that take long or overtake each other, and notes that are in
 * each other's way.
 */
import {
  Limiter,
  parsePolicy,
  planOfOneLimit,
  type DeviceId,
  type Generation,
  type LeaseId,
  type StreamId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore, type StoreVerb } from '@streamgate/stores/wrappers'
import { beforeEach, describe, expect, it } from 'vitest'
import { admit } from '../src/rules/admission.ts'
import { claimOf, leaseOf, LEASE_MS, noteOn, rosterOf, USER } from './specimens.ts'

/** What happens once the store has carried out a call, before its caller hears of it. */
let meanwhile: (verb: StoreVerb) => Promise<void> | void
let nowMs: number
let limiter: Limiter

beforeEach(() => {
  nowMs = 1_000_000
  meanwhile = () => {}
  limiter = limiterWith({})
})

function limiterWith(file: unknown): Limiter {
  const store = new WrappedStore(new MemoryStore(), async (verb, call) => {
    const result = await call()
    await meanwhile(verb)
    return result
  })
  let generations = 0
  return new Limiter({
    store,
    policy: parsePolicy(file),
    now: () => nowMs,
    newGeneration: () => String((generations += 1)),
    pause: async () => {},
    random: () => 0,
  })
}

const start = (streamId: string, replaces?: string) =>
  limiter.start({
    user: USER,
    stream: { streamId: streamId as StreamId },
    replaces: replaces as LeaseId | undefined,
  })
const heartbeat = (streamId: string, generation?: string) =>
  limiter.heartbeat({
    user: USER,
    stream: { streamId: streamId as StreamId },
    generation: generation as Generation | undefined,
  })
const stop = (streamId: string) => limiter.stop({ user: USER, id: streamId as LeaseId })
const stopByOperator = (streamId: string, reason: string) =>
  limiter.stop({ user: USER, id: streamId as LeaseId, byOperator: { reason } })

describe('a grant whose second write brings its lease back to life', () => {
  it('shows it', async () => {
    const plans = { two: { limits: [{ max: 2 }] } }
    limiter = limiterWith({ plans, heartbeatSeconds: { whenRoom: 300, whenFull: 25 } })
    await start('a')
    await start('b')
    await stop('a')
    await stop('b')
    meanwhile = (verb) => {
      if (verb === 'add') nowMs += LEASE_MS
    }
    expect(await start('c')).toMatchObject({ live: [{ id: 'c' }] })
  })
})

describe('a grant that takes two writes', () => {
  it('shows what ran after the first, so never the stream that it replaced', async () => {
    const plans = { three: { limits: [{ max: 3 }] } }
    limiter = limiterWith({ plans, heartbeatSeconds: { whenRoom: 300, whenFull: 25 } })
    for (const id of ['a', 'b', 'c']) await start(id)
    await stop('c')
    meanwhile = async (verb) => {
      if (verb !== 'replace') return
      meanwhile = () => {}
      await start('b')
    }
    const grant = await start('d', 'b')
    expect(grant).toMatchObject({
      outcome: 'admitted',
      ends: [{ id: 'b' }],
      live: [{ id: 'a' }, { id: 'd' }],
    })
  })
})

describe('a stream that lapsed, was started again and was stopped', () => {
  it('stays away, also if the note on its stop gave way to that of another', async () => {
    await start('a')
    nowMs += LEASE_MS
    await start('b', 'nobody')
    await start('a')
    await stop('a')
    await stop('b')
    expect(await heartbeat('a')).toEqual({ outcome: 'ended' })
  })
})

describe('a stream that was evicted, started again and stopped', () => {
  it('is not told of that eviction once the note on its stop is over', async () => {
    await start('a')
    await start('b', 'a')
    await start('a')
    await stop('a')
    nowMs += LEASE_MS
    await start('c', 'b')
    expect((await heartbeat('a')).outcome).toBe('admitted')
  })
})

describe("an operator's stop", () => {
  it('that took long does not shorten the note of one that was faster', async () => {
    const [read, goingOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    meanwhile = () => {
      read.resolve()
      return goingOn.promise
    }
    const slow = stopByOperator('a', 'slow')
    await read.promise
    meanwhile = () => {}
    nowMs += 2 * LEASE_MS - 1
    await stopByOperator('a', 'fast')
    goingOn.resolve()
    await slow
    nowMs += 1
    expect(await heartbeat('a')).toEqual({ outcome: 'ended', reason: 'slow' })
  })

  it('of a stream that is not held is told to players that name their generation too', async () => {
    await stopByOperator('a', 'Payment failed')
    expect(await heartbeat('a', 'g')).toEqual({ outcome: 'ended', reason: 'Payment failed' })
  })
})

describe('a lease that lapsed long ago', () => {
  it('takes older notes on it along when it is tidied away', () => {
    const roster = rosterOf([leaseOf('b', { renewedAtMs: 0, expiresAtMs: 5 })], [noteOn('b')])
    const admission = admit(roster, claimOf('c', 20, { replaces: 'nobody' as LeaseId }), 20)
    expect(admission).toMatchObject({ write: { next: { notes: [] } } })
  })
})

describe('a repeated start under a plan by which a device has one stream', () => {
  it('holds for the roster that was judged alone, so that no other of its device can slip in', () => {
    const facts = { id: 'b@tv' as LeaseId, deviceId: 'tv' as DeviceId }
    const held = leaseOf('b', facts)
    const claim = { newcomer: leaseOf('b', { ...facts, renewedAtMs: 10 }), plan: planOfOneLimit('one', 3) }
    expect(admit(rosterOf([held]), claim, 10)).toMatchObject({
      outcome: 'renewed',
      write: { verb: 'replace' },
    })
  })
})
