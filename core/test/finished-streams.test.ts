import {
  FinishedStreams,
  Limiter,
  parsePolicy,
  type DeviceId,
  type LeaseId,
  type StreamId,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { WrappedStore } from '@streamgate/stores/wrappers'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { leaseOf, rosterOf, USER } from './specimens.ts'

const GAME = 'game' as StreamId
const KEPT_MS = 10_000

let nowMs: number
let store: CountingStore
let here: Limiter
let elsewhere: Limiter

beforeEach(() => {
  nowMs = 1_000_000
  store = new CountingStore(new MemoryStore())
  here = limiterOn('here')
  elsewhere = limiterOn('elsewhere')
})

function limiterOn(process: string): Limiter {
  let generations = 0
  return new Limiter({
    store,
    policy: parsePolicy({ plans: { pair: { limits: [{ max: 2 }] } } }),
    finishedKeptMs: KEPT_MS,
    now: () => nowMs,
    newGeneration: () => `${process}-${(generations += 1)}`,
    pause: async () => {},
    random: () => 0,
  })
}

function request(streamId: string, device?: string) {
  const stream = { streamId: streamId as StreamId }
  return { user: USER, stream: device === undefined ? stream : { ...stream, deviceId: device as DeviceId } }
}

describe('a stream that has finished', () => {
  it('frees its slots at once, on every device, and can be neither started nor renewed', async () => {
    await here.start(request('game', 'tv'))
    await here.start(request('game', 'phone'))
    await here.finish(GAME)
    expect(await here.list(USER)).toMatchObject({ live: [] })
    store.taken()
    expect(await here.start(request('game', 'tv'))).toEqual({ outcome: 'finished' })
    expect(await here.heartbeat(request('game', 'phone'))).toEqual({ outcome: 'finished' })
    expect(store.taken()).toEqual([])
    expect(await here.start(request('film'))).toMatchObject({ outcome: 'admitted', live: [{ id: 'film' }] })
    expect(store.taken()).toEqual(['add', 'replace'])
  })

  it('may still be stopped', async () => {
    await here.start(request('game'))
    await here.finish(GAME)
    expect(await here.stop({ user: USER, id: 'game' as LeaseId })).toEqual({ outcome: 'stopped' })
  })

  it('is known elsewhere from the next refresh on, in one call', async () => {
    await elsewhere.start(request('game'))
    await here.finish(GAME)
    expect((await elsewhere.heartbeat(request('game'))).outcome).toBe('renewed')
    store.taken()
    await elsewhere.refreshFinished()
    expect(store.taken()).toEqual(['finishedSince'])
    expect((await elsewhere.heartbeat(request('game'))).outcome).toBe('finished')
    expect(await elsewhere.list(USER)).toMatchObject({ live: [] })
  })

  it('is known at the latest when all notes are read again, though a store once left it out', async () => {
    let isForgetful = true
    const forgetful = new WrappedStore(store, async (verb, call) => {
      const result = await call()
      return verb === 'finishedSince' && isForgetful ? { ...result, streams: [] } : result
    })
    const finished = new FinishedStreams()
    await store.noteFinished({ streamId: GAME, untilMs: nowMs + 3_600_000 }, nowMs)
    await finished.refresh(forgetful, nowMs)
    isForgetful = false
    await finished.refresh(forgetful, nowMs + 599_999)
    expect(finished.has(GAME, nowMs)).toBe(false)
    await finished.refresh(forgetful, nowMs + 600_000)
    expect(finished.has(GAME, nowMs)).toBe(true)
  })

  it('may be finished again, and may start again once the note is over, and not a millisecond before', async () => {
    await here.finish(GAME)
    nowMs += 1
    await here.finish(GAME)
    nowMs += KEPT_MS - 1
    await here.refreshFinished()
    expect((await here.start(request('game'))).outcome).toBe('finished')
    nowMs += 1
    await here.refreshFinished()
    expect((await here.start(request('game'))).outcome).toBe('admitted')
  })

  it('is no other stream, whatever its name begins with', async () => {
    await here.finish(GAME)
    for (const id of ['game2', 'Game', 'gam']) {
      expect((await here.start({ ...request(id), user: id as UserId })).outcome).toBe('admitted')
    }
  })
})

describe('the roster as it is judged', () => {
  it('is the same if nothing in it has finished, and otherwise keeps its ids and its version', () => {
    const finished = new FinishedStreams()
    const roster = rosterOf([leaseOf('game'), leaseOf('film', { expiresAtMs: null })])
    expect(finished.judged(roster, 10)).toBe(roster)
    finished.learn(GAME, 20)
    const judged = finished.judged(roster, 10)
    expect(judged.version).toBe(roster.version)
    expect(judged.leases.map(({ id, expiresAtMs }) => [id, expiresAtMs])).toEqual([
      ['game', 0],
      ['film', null],
    ])
    expect(finished.judged(roster, 20)).toBe(roster)
  })
})
