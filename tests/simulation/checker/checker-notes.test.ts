/** Tests the checker on stops, reports and leases that come back, with handwritten histories. */
import type { LeaseId, ReportFacts } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { check } from './checker.ts'
import type { Answer, PlayedOutRequest, RunRequest, StopRequest } from '../history.ts'
import {
  granted,
  historyOf,
  leaseOf,
  LOST,
  rulesBrokenBy,
  start,
  USER,
  type Line,
} from './written-history.ts'

const A = leaseOf('a', 0)
const STARTED: Line = { request: start('a'), from: 0, to: 0, answer: granted(A, [A]) }
const ENDED: Answer = { outcome: 'ended' }

const heartbeat = (streamId: string, rest: Partial<RunRequest> = {}): RunRequest => {
  return { ...start(streamId), verb: 'heartbeat', ...rest }
}
const stop = (id: string, rest: Partial<StopRequest> = {}): StopRequest => {
  return { verb: 'stop', user: USER, id: id as LeaseId, ...rest }
}
const isOver = (report: ReportFacts): PlayedOutRequest => {
  return { verb: 'played-out', user: USER, id: A.id, report }
}
const at = (atMs: number, request: Line['request'], answer: Answer): Line => {
  return { request, from: atMs, to: atMs, answer }
}
const admitted = (atMs: number): Answer => granted(leaseOf('a', atMs), [leaseOf('a', atMs)])

describe('the checker, on a stop by the player', () => {
  const stopped = at(10, stop('a'), { outcome: 'stopped' })

  it('finds a heartbeat that takes the slot again within one lease, and none after it', () => {
    const within = historyOf([STARTED, stopped, at(109, heartbeat('a'), admitted(109))])
    expect(rulesBrokenBy(within)).toEqual(['note'])
    expect(check(historyOf([STARTED, stopped, at(110, heartbeat('a'), admitted(110))]))).toEqual([])
    expect(check(historyOf([STARTED, stopped, at(109, heartbeat('a'), ENDED)]))).toEqual([])
  })

  it('excuses a heartbeat if a start may have come between, or if the stop was lost', () => {
    const restarted = { request: start('a'), from: 11, to: 30, answer: LOST }
    expect(check(historyOf([STARTED, stopped, restarted, at(40, heartbeat('a'), admitted(40))]))).toEqual([])
    const lost = at(10, stop('a'), LOST)
    for (const answer of [ENDED, { ...admitted(0), outcome: 'renewed' } as Answer]) {
      const renewed = { ...A, renewedAtMs: 20, expiresAtMs: 120 }
      const told =
        'lease' in answer ? { ...answer, lease: renewed, live: [renewed], counted: [renewed] } : answer
      expect(check(historyOf([STARTED, lost, at(20, heartbeat('a'), told)]))).toEqual([])
    }
  })

  it('finds a stop that ended nothing but says it did, and a stop that does not report what runs', () => {
    expect(rulesBrokenBy(historyOf([at(10, stop('a'), { outcome: 'stopped' })]))).toEqual(['stop'])
    const missed = historyOf([STARTED, at(10, stop('a'), { outcome: 'not-held' })])
    expect(check(missed).map(({ detail }) => detail)).toContain(
      'did not stop a (g of a at 0), which certainly runs',
    )
  })

  it('finds that a late stop leaves no note on an expired lease', () => {
    expect(rulesBrokenBy(historyOf([STARTED, at(150, stop('a'), { outcome: 'not-held' })]))).toEqual(['stop'])
    expect(check(historyOf([STARTED, at(150, stop('a'), { outcome: 'noted' })]))).toEqual([])
    expect(check(historyOf([STARTED, at(200, stop('a'), { outcome: 'not-held' })]))).toEqual([])
  })
})

describe("the checker, on an operator's stop", () => {
  const byOperator = { reason: 'Payment failed' }
  const stopped = at(10, stop('a', { byOperator }), { outcome: 'stopped' })

  const told = (answer: Answer) =>
    rulesBrokenBy(historyOf([STARTED, stopped, at(209, heartbeat('a'), answer)]))

  it('finds a missing or wrong reason, for as long as two leases', () => {
    expect(told({ outcome: 'ended', reason: 'Payment failed' })).toEqual([])
    expect(told(ENDED)).toEqual(['note'])
    expect(told({ outcome: 'ended', reason: 'Other' })).toEqual(['ended', 'note'])
  })

  it('finds that a stop of a stream that is not held was not noted', () => {
    const request = stop('a', { byOperator })
    expect(rulesBrokenBy(historyOf([at(10, request, { outcome: 'not-held' })]))).toEqual(['stop'])
  })
})

describe('the checker, on a playback that is over', () => {
  const over = { reportedContentId: 'film', reportedAtMs: 50 }
  const playing = { reportedContentId: 'film', reportedAtMs: 40 }
  const lease = { ...A, ...playing, renewedAtMs: 20, expiresAtMs: 120 }
  const renewed: Answer = { ...granted(lease, [lease]), outcome: 'renewed' } as Answer
  const began = [STARTED, at(20, heartbeat('a', { report: playing }), renewed)]

  const broken = (report: ReportFacts, answer: Answer) =>
    rulesBrokenBy(historyOf([...began, at(30, isOver(report), answer)]))

  it('finds that an advert or an old report ended it, and that its own report did not', () => {
    expect(broken(over, { outcome: 'stopped' })).toEqual([])
    expect(broken(over, { outcome: 'ignored' })).toEqual(['played out'])
    expect(broken({ ...over, reportedContentId: 'advert' }, { outcome: 'stopped' })).toEqual(['played out'])
    expect(broken({ ...over, reportedAtMs: 39 }, { outcome: 'stopped' })).toEqual(['played out'])
  })

  it('finds a late report or a heartbeat that revives it, and a newer one that does not', () => {
    const after = (request: Partial<RunRequest>, answer: Answer) =>
      rulesBrokenBy(
        historyOf([
          ...began,
          at(30, isOver(over), { outcome: 'stopped' }),
          at(60, heartbeat('a', request), answer),
        ]),
      )
    const revived = { ...leaseOf('a', 60), reportedContentId: 'film' }
    const back = (reportedAtMs: number) => {
      const held = { ...revived, reportedAtMs }
      return granted(held, [held])
    }
    expect(after({ report: { ...over, reportedAtMs: 51 } }, back(51))).toEqual([])
    expect(after({ report: { ...over, reportedAtMs: 51 } }, ENDED)).toContain('note')
    expect(after({ report: over }, back(50))).toEqual(['note'])
    expect(after({ report: over }, { outcome: 'outdated' })).toEqual([])
    expect(after({}, granted(revived, [revived]))).toEqual(['note'])
  })
})

describe('the checker, on a heartbeat whose lease is gone', () => {
  it('finds that an expired lease is said to have ended, or came back as another', () => {
    const facts = { ...start('a'), stream: { ...start('a').stream, contentId: 'film' } }
    const held = { ...A, contentId: 'film' }
    const began = { ...STARTED, request: facts, answer: granted(held, [held]) }
    const after = (answer: Answer) => rulesBrokenBy(historyOf([began, at(150, heartbeat('a'), answer)]))
    const back = { ...leaseOf('a', 150), contentId: 'film' }
    expect(after(granted(back, [back]))).toEqual([])
    expect(after(ENDED)).toEqual(['ended'])
    expect(after(admitted(150))).toEqual(['memory'])
  })

  it('finds that an unknown lease is said to have ended, though the plan only limits a count', () => {
    expect(rulesBrokenBy(historyOf([at(10, heartbeat('a'), ENDED)]))).toEqual(['ended'])
    expect(check(historyOf([at(10, heartbeat('a'), admitted(10))]))).toEqual([])
  })
})

describe('the checker, on a start that replaces another', () => {
  it('finds that both are shown', () => {
    const [b, again] = [leaseOf('b', 10), { ...A, renewedAtMs: 10, expiresAtMs: 110 }]
    const request = { ...start('b'), replaces: A.id }
    const history = historyOf([STARTED, at(10, request, granted(b, [again, b]))])
    expect(rulesBrokenBy(history)).toContain('leases shown')
  })
})
