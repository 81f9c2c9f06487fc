import { parsePolicy } from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeId } from '../src/text/escape-id.ts'
import { inOrderOfTime } from '../src/replay/decision-queue.ts'
import { readLogLine, type LoggedDecision, type PlayableDecision } from '../src/telemetry/decision-reader.ts'
import { Replay } from '../src/replay/replay.ts'
import type { ReplayTally } from '../src/replay/replay-tally.ts'

const EPOCH_MS = Date.parse('2026-11-22T02:00:00.000Z')
const ONE = { plans: { standard: { limits: [{ max: 1 }] } } }
const TWO = { plans: { standard: { limits: [{ max: 2 }] } } }

type Line = Readonly<Record<string, unknown>>

/** A line of the log about `user`, written `atMs` after the beginning. */
function line(atMs: number, members: Line): string {
  const time = new Date(EPOCH_MS + atMs).toISOString()
  return JSON.stringify({ level: 'info', time, pid: 1, user: 'user', ms: 0.4, ...members, msg: 'decision' })
}

const start = (atMs: number, lease: string, rest: Line = {}) =>
  line(atMs, { verb: 'start', outcome: 'admitted', lease, plan: 'standard', ...rest })
const heartbeat = (atMs: number, lease: string, rest: Line = {}) =>
  line(atMs, { verb: 'heartbeat', outcome: 'renewed', lease, plan: 'standard', ...rest })
const stop = (atMs: number, lease: string, rest: Line = {}) =>
  line(atMs, { verb: 'stop', outcome: 'stopped', lease, ...rest })
const denied = { outcome: 'denied', active: 2, rule: { max: 2 } }

/** The result of these lines under a policy. */
async function played(policy: object, lines: readonly string[]): Promise<ReplayTally> {
  const replay = new Replay({ policy: parsePolicy(policy), store: new MemoryStore(), skewMs: 0 })
  for (const text of lines) await replay.play(decisionIn(text))
  await replay.end()
  return replay.tally
}

function decisionIn(text: string): PlayableDecision {
  const read = readLogLine(text)
  if (typeof read === 'string') throw new Error(`${read}: ${text}`)
  if (read.verb === 'lapse') throw new Error(`no call: ${text}`)
  return read
}

describe('a replay', () => {
  it('counts the users who would have been refused, by plan and by limit', async () => {
    const tally = await played(ONE, [start(0, 'a'), start(1000, 'b'), start(2000, 'c', denied)])
    expect(tally.plans.get('standard')).toMatchObject({
      starts: { logged: 3, replayed: 3 },
      refused: { logged: 1, replayed: 2 },
    })
    expect(tally.starts).toEqual({ newlyRefused: 1, newlyAdmitted: 0 })
    expect(tally.rules.get('standard')).toEqual(
      new Map([
        ['1 stream', { logged: 0, replayed: 2 }],
        ['2 streams', { logged: 1, replayed: 0 }],
      ]),
    )
  })

  it('assumes that a player who is sent away makes no more calls until it starts again', async () => {
    const tally = await played(ONE, [
      start(0, 'a'),
      start(1000, 'b'),
      heartbeat(20_000, 'b'),
      stop(30_000, 'a'),
      heartbeat(40_000, 'b'),
      stop(50_000, 'b'),
      start(60_000, 'b'),
      heartbeat(70_000, 'b'),
    ])
    expect(Object.fromEntries(tally.differences)).toEqual({ 'start: admitted -> denied': 1 })
  })

  it('lets an evicted player learn it at its next call', async () => {
    const policy = { plans: { standard: { limits: [{ max: 1 }], whenFull: 'evict-oldest' } } }
    const tally = await played(policy, [
      start(0, 'a'),
      start(1000, 'b'),
      heartbeat(2000, 'a'),
      heartbeat(3000, 'a'),
    ])
    expect(tally.plans.get('standard')?.evicted).toEqual({ logged: 0, replayed: 1 })
    expect(Object.fromEntries(tally.differences)).toEqual({ 'heartbeat: renewed -> evicted': 1 })
  })

  it('lets leases expire by the time of the log', async () => {
    const before = await played(ONE, [start(0, 'a'), start(74_999, 'b')])
    const after = await played(ONE, [start(0, 'a'), start(75_001, 'b')])
    expect([before.starts.newlyRefused, after.starts.newlyRefused]).toEqual([1, 0])
  })

  it('holds what ran before the log begins, whatever the limit', async () => {
    const tally = await played(ONE, [
      heartbeat(0, 'a'),
      heartbeat(1, 'b'),
      stop(2, 'c'),
      heartbeat(3, 'd', { outcome: 'evicted' }),
      start(4, 'e', denied),
    ])
    expect([tally.beforeLog, tally.differences.size]).toEqual([4, 0])
  })

  it('uses the default plan if the request named none, and the named plan otherwise', async () => {
    const policy = {
      defaultPlan: 'basic',
      plans: { basic: { limits: [{ max: 1 }] }, standard: { limits: [{ max: 3 }] } },
    }
    const byDefault = await played(policy, [start(0, 'a'), start(1, 'b')])
    expect(byDefault.plans.get('basic')?.refused.replayed).toBe(1)
    const named = await played(policy, [
      start(0, 'a', { planNamed: true }),
      start(1, 'b', { planNamed: true }),
    ])
    expect(named.plans.get('standard')?.refused.replayed).toBe(0)
    const unknown = await played(policy, [start(0, 'a', { plan: 'gold', planNamed: true })])
    expect([...unknown.unknownPlans]).toEqual([['gold', 1]])
  })

  it('changes nothing for calls of a lease that was over', async () => {
    const tally = await played(TWO, [
      start(0, 'a'),
      heartbeat(10, 'a', { outcome: 'ended', ifMatch: true }),
      stop(20, 'a', { outcome: 'not-held', ifMatch: true }),
      heartbeat(30, 'a'),
    ])
    expect(tally.differences.size).toBe(0)
  })

  it('reports heartbeats that come too late for a shorter lease', async () => {
    const tally = await played({ ...TWO, leaseSeconds: 10 }, [start(0, 'a'), heartbeat(25_000, 'a')])
    expect([tally.lateHeartbeats, tally.differences.size]).toEqual([1, 0])
  })

  it('replays the finish of a live event, and the erasure of a user', async () => {
    const finished = await played(ONE, [
      start(0, 'a'),
      line(10, { verb: 'finish', outcome: 'finished', stream: 'a', user: undefined }),
      start(20, 'b'),
    ])
    expect(finished.differences.size).toBe(0)
    const erased = await played(ONE, [
      start(0, 'a'),
      line(10, { verb: 'erase', outcome: 'erased' }),
      start(20, 'b'),
    ])
    expect(erased.differences.size).toBe(0)
  })

  it('counts separately what a plan on trial would have refused', async () => {
    const policy = { plans: { standard: { limits: [{ max: 5 }], shadow: { limits: [{ max: 1 }] } } } }
    const tally = await played(policy, [start(0, 'a'), start(1, 'b')])
    expect(tally.plans.get('standard')).toMatchObject({
      refused: { replayed: 0 },
      trialRefused: { logged: 0, replayed: 1 },
    })
  })

  it('puts overlapping calls in the order that explains them', async () => {
    // The refusal was written first, but it came after the start that filled the slot.
    const explained = [
      start(0, 'a', { active: 1 }),
      start(10, 'c', { ...denied, ms: 8 }),
      start(10, 'b', { active: 2, ms: 8 }),
    ]
    expect((await played(TWO, explained)).differences.size).toBe(0)
    // Of two calls that did not overlap, the first came first.
    const apart = [start(0, 'a', { active: 1 }), start(10, 'c', denied), start(20, 'b', { active: 2 })]
    expect((await played(TWO, apart)).differences.size).toBe(2)
  })

  it('forgets users who have gone', async () => {
    const store = new MemoryStore()
    const replay = new Replay({ policy: parsePolicy(TWO), store, skewMs: 0 })
    for (let index = 0; index < 20_100; index += 1) {
      await replay.play(decisionIn(start(index * 100, 'a', { user: `user-${index}` })))
    }
    const { users } = await store.scan({ pageSize: 30_000 })
    expect(users.length).toBeLessThan(6000)
    expect(users.length).toBeGreaterThan(750)
  })
})

describe('a line of the log', () => {
  it('is read back as it was written, whatever the ids hold', () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(id, id, (user, contentId) => {
        const text = start(0, 's@d', { user: escapeId(user), contentId: escapeId(contentId) })
        expect(decisionIn(text)).toMatchObject({ user, stream: { streamId: 's', deviceId: 'd', contentId } })
      }),
    )
  })

  it.each([
    ['', 'other'],
    ['not JSON', 'other'],
    ['{"msg":"listening"}', 'other'],
    ['{"msg":"list","text":"\\"msg\\":\\"decision\\""}', 'other'],
    [line(0, { verb: 'list', outcome: 'listed' }), 'other'],
    ['{"msg":"decision"', 'faulty'],
    ['{"msg":"decision"}', 'faulty'],
    [start(0, ''), 'faulty'],
    [start(0, 'a', { user: '%' }), 'faulty'],
    [start(0, 'a', { ms: 'soon' }), 'faulty'],
    [start(0, 'a', { rule: {} }), 'faulty'],
    [line(0, { verb: 'dance', outcome: 'danced', lease: 'a' }), 'faulty'],
  ])('of another program is told from a damaged line: %s', (text, kind) => {
    expect(readLogLine(text)).toBe(kind)
  })
})

describe('the order of several logs', () => {
  it('is by time, however they are cut into files and written', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(fc.array(times, { minLength: 1, maxLength: 4 }), async (logs) => {
        const disorder = { late: 0 }
        const sources = logs.map((log) => piecesOf(log))
        const read: number[] = []
        for await (const decisions of inOrderOfTime(sources, disorder)) {
          read.push(...decisions.map(({ atMs }) => atMs - EPOCH_MS))
        }
        expect(read).toEqual(logs.flat().toSorted((one, other) => one - other))
        expect(disorder.late).toBe(0)
      }),
    )
  })

  it('does not wait for lines that are too late, and counts them', async () => {
    const disorder = { late: 0 }
    const order: number[] = []
    for await (const decisions of inOrderOfTime([piecesOf([0, 1000, 9000, 9001, 10])], disorder)) {
      order.push(...decisions.map(({ atMs }) => atMs - EPOCH_MS))
    }
    expect(order).toEqual([0, 1000, 10, 9000, 9001])
    expect(disorder.late).toBe(1)
  })
})

async function* piecesOf(times: readonly number[]): AsyncGenerator<readonly LoggedDecision[]> {
  for (const atMs of times) yield [decisionIn(start(atMs, 'a'))]
}
