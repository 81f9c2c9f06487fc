/** Stops by players, operators and reports, and what late calls find. */
import {
  Limiter,
  parsePolicy,
  type Generation,
  type HeartbeatRequest,
  type LeaseId,
  type ReportFacts,
  type StreamId,
} from '@streamgate/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { CountingStore } from './counting-store.ts'
import { LEASE_MS, USER } from './specimens.ts'

const ID = 'film' as LeaseId

let nowMs: number
let store: CountingStore
let limiter: Limiter

beforeEach(() => {
  nowMs = 1_790_000_000_000
  store = new CountingStore()
  let generations = 0
  limiter = new Limiter({
    store,
    policy: parsePolicy({}),
    now: () => nowMs,
    newGeneration: () => String((generations += 1)),
    pause: async () => {},
    random: () => 0,
  })
})

const start = (streamId: string = ID, contentId?: string) =>
  limiter.start({
    user: USER,
    stream: { streamId: streamId as StreamId, ...(contentId !== undefined && { contentId }) },
  })
const heartbeat = (rest: Partial<HeartbeatRequest> = {}) =>
  limiter.heartbeat({ user: USER, stream: { streamId: ID as string as StreamId }, ...rest })
const outcomeOf = async (call: Promise<{ readonly outcome: string }>) => (await call).outcome
const report = (facts: ReportFacts = {}) => outcomeOf(heartbeat({ report: facts }))
const playedOut = (facts: ReportFacts = {}) =>
  outcomeOf(limiter.playedOut({ user: USER, id: ID, report: facts }))
const stop = () => limiter.stop({ user: USER, id: ID })
const stopByOperator = (reason?: string) => limiter.stop({ user: USER, id: ID, byOperator: { reason } })
const running = async () => (await limiter.list(USER)).live.map(({ id }) => id)

describe('a stop by its player', () => {
  it('is one call, and a late heartbeat is told so for one lease', async () => {
    await start()
    store.taken()
    expect(await stop()).toEqual({ outcome: 'stopped' })
    expect(store.taken()).toEqual(['remove'])
    nowMs += LEASE_MS - 1
    expect(await heartbeat()).toEqual({ outcome: 'ended' })
    expect(await report({ reportedAtMs: nowMs })).toBe('ended')
    nowMs += 1
    expect(await outcomeOf(heartbeat())).toBe('admitted')
  })

  it('leaves a new start free to come', async () => {
    await start()
    await stop()
    store.taken()
    expect(await outcomeOf(start())).toBe('admitted')
    expect(store.taken()).toEqual(['add'])
    expect(await outcomeOf(heartbeat())).toBe('renewed')
  })

  it('is remembered however many streams are stopped after it', async () => {
    await start()
    await stop()
    for (let index = 0; index < 40; index += 1) {
      await start(`other-${index}`)
      await limiter.stop({ user: USER, id: `other-${index}` as LeaseId })
    }
    expect(await outcomeOf(heartbeat())).toBe('ended')
    nowMs += LEASE_MS
    expect(await outcomeOf(heartbeat())).toBe('admitted')
  })

  it('outlives what an operator said of an earlier playback', async () => {
    await start()
    await stopByOperator('Payment failed')
    await start()
    await start('other')
    store.taken()
    await stop()
    expect(store.taken()).toEqual(['remove', 'replace'])
    await limiter.stop({ user: USER, id: 'other' as LeaseId })
    expect(store.taken()).toEqual(['remove'])
    expect(await heartbeat()).toEqual({ outcome: 'ended' })
  })

  it('of another generation changes nothing', async () => {
    await start()
    const generation = 'another' as Generation
    expect(await limiter.stop({ user: USER, id: ID, generation })).toEqual({ outcome: 'not-held' })
    expect(await outcomeOf(heartbeat())).toBe('renewed')
  })

  it('keeps a lease away that expired and was removed', async () => {
    await start()
    nowMs += LEASE_MS
    for (const id of ['a', 'b', 'c']) await start(id)
    await limiter.stop({ user: USER, id: 'c' as LeaseId })
    expect(await stop()).toEqual({ outcome: 'noted' })
    expect(await outcomeOf(heartbeat())).toBe('ended')
    expect(await running()).toEqual(['a', 'b'])
  })

  it('of an unknown stream leaves nothing', async () => {
    expect(await stop()).toEqual({ outcome: 'not-held' })
    expect(store.taken()).toEqual(['remove'])
    expect(await outcomeOf(heartbeat())).toBe('admitted')
  })
})

describe('a stop by an operator', () => {
  it('is told with its reason for as long as an eviction, to reports too', async () => {
    await start()
    store.taken()
    expect(await stopByOperator('Payment failed')).toEqual({ outcome: 'stopped' })
    expect(store.taken()).toEqual(['read', 'replace'])
    nowMs += 2 * LEASE_MS - 1
    expect(await heartbeat()).toEqual({ outcome: 'ended', reason: 'Payment failed' })
    expect(await report()).toBe('ended')
    nowMs += 1
    expect(await outcomeOf(heartbeat())).toBe('admitted')
  })

  it('of a stream that is not held keeps it away too', async () => {
    expect(await stopByOperator()).toEqual({ outcome: 'noted' })
    expect(await heartbeat()).toEqual({ outcome: 'ended', reason: undefined })
    expect(await outcomeOf(start())).toBe('admitted')
  })

  it('of another generation changes nothing', async () => {
    await start()
    const generation = 'another' as Generation
    expect(await limiter.stop({ user: USER, id: ID, generation, byOperator: {} })).toEqual({
      outcome: 'not-held',
    })
    expect(await running()).toEqual([ID])
  })
})

describe('a report that playback is over', () => {
  it('ends a stream of which no content is known, and one whose content it names', async () => {
    await start()
    expect(await playedOut()).toBe('stopped')
    await start(ID, 'film-1')
    expect(await playedOut({ reportedContentId: 'film-1' })).toBe('stopped')
    await start()
    await report({ reportedContentId: 'film-2' })
    expect(await playedOut({ reportedContentId: 'film-2' })).toBe('stopped')
    await start()
    await report({})
    expect(await playedOut({ reportedContentId: 'film-3' })).toBe('stopped')
  })

  it('ends a stream whose content a repeated start or a heartbeat told, and not by an advert', async () => {
    const tell = [
      () => start(ID, 'film-1'),
      () => limiter.heartbeat({ user: USER, stream: { streamId: ID as never, contentId: 'film-1' } }),
    ]
    for (const told of tell) {
      await start()
      await told()
      expect(await playedOut({ reportedContentId: 'ad-7' })).toBe('ignored')
      expect(await playedOut({ reportedContentId: 'film-1' })).toBe('stopped')
    }
  })

  it('about an advert never ends the film', async () => {
    await start()
    await report({ reportedContentId: 'film-1' })
    await report({ reportedContentId: 'ad-7' })
    expect(await playedOut({ reportedContentId: 'ad-7' })).toBe('ignored')
    expect(await running()).toEqual([ID])
    await start('other', 'film-3')
    expect(
      await outcomeOf(
        limiter.playedOut({
          user: USER,
          id: 'other' as LeaseId,
          report: { reportedContentId: 'ad-7' },
        }),
      ),
    ).toBe('ignored')
  })

  it('from before the last renewal does nothing', async () => {
    await start()
    await report({ reportedAtMs: 2000 })
    expect(await playedOut({ reportedAtMs: 1999 })).toBe('ignored')
    expect(await playedOut({ reportedAtMs: 2000 })).toBe('stopped')
    await start()
    nowMs += 10_000
    await heartbeat()
    expect(await playedOut({ reportedAtMs: nowMs - 1 })).toBe('ignored')
    expect(await playedOut({ reportedAtMs: nowMs })).toBe('stopped')
  })

  it('by a clock that is far off is taken as it comes', async () => {
    await start()
    expect(await playedOut({ reportedAtMs: 1000 })).toBe('stopped')
  })

  it('is no last word: a player that plays on asks for a slot again', async () => {
    await start()
    expect(await playedOut({ reportedAtMs: 5000 })).toBe('stopped')
    expect(await report({ reportedAtMs: 4999 })).toBe('outdated')
    expect(await running()).toEqual([])
    expect(await report({ reportedAtMs: 5001 })).toBe('admitted')
    expect(await running()).toEqual([ID])
    expect(await playedOut({ reportedAtMs: 6000 })).toBe('stopped')
    for (const id of ['a', 'b', 'c']) await start(id)
    expect(await report({ reportedAtMs: 6001 })).toBe('denied')
    expect(await outcomeOf(heartbeat())).toBe('ended')
  })

  it('of a stream that is not held does nothing', async () => {
    expect(await playedOut()).toBe('not-held')
  })
})

describe('a report on a lease that is not held', () => {
  it('is judged like a heartbeat: admitted if there is room, denied otherwise', async () => {
    await start()
    nowMs += LEASE_MS
    for (const id of ['a', 'b', 'c']) await start(id)
    expect(await report({ reportedAtMs: 1 })).toBe('denied')
    await limiter.stop({ user: USER, id: 'a' as LeaseId })
    expect(await report({ reportedAtMs: 2 })).toBe('admitted')
  })
})
