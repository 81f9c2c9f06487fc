import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parsePolicyText } from '../../service/src/policy/policy-file.ts'
import { Revocations } from '../../service/src/playback/revocations.ts'
import { Gate, tokenOf } from './gate.ts'

const T0 = Date.parse('2026-11-22T02:00:00.400Z')
const S0 = Math.floor(T0 / 1000)
const PATH = '/films/f/seg'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: T0 })
})
afterEach(() => {
  vi.useRealTimers()
})

type Page = { readonly cursor: string; readonly isAll: boolean; readonly revoked: readonly object[] }

async function pageOf(gate: Gate, query = ''): Promise<Page> {
  return JSON.parse((await gate.call('GET', `/revocations${query}`)).text) as Page
}

function film(streamId: string, more: object = {}): object {
  return { streamId, contentId: 'f', ...more }
}

const ONE_NEWEST = {
  defaultPlan: 'one',
  plans: { one: { limits: [{ max: 1 }], whenFull: 'evict-oldest', devices: { max: 3 } } },
}

async function openGate(): Promise<Gate> {
  const text = JSON.stringify(ONE_NEWEST)
  return Gate.open('HS256', { policy: { policy: parsePolicyText(text), text } })
}

/** Ends the stream `s` of ann's device `tv`, in each way that is somebody's decision. */
const ENDINGS: Readonly<Record<string, { end: (gate: Gate) => Promise<unknown>; revoked: object }>> = {
  'is evicted': {
    end: (gate) => gate.start('ann', film('t', { deviceId: 'b' })),
    revoked: { sub: 'ann', sid: 's@tv' },
  },
  'is replaced': {
    end: (gate) => gate.start('ann', film('t', { deviceId: 'b', replaces: 's@tv' })),
    revoked: { sub: 'ann', sid: 's@tv' },
  },
  'is stopped': {
    end: (gate) => gate.call('DELETE', '/users/ann/streams/s@tv'),
    revoked: { sub: 'ann', sid: 's@tv' },
  },
  'is ended by an operator': {
    end: (gate) => gate.call('DELETE', '/users/ann/streams/s@tv?by=operator&reason=no'),
    revoked: { sub: 'ann', sid: 's@tv' },
  },
  'has finished': { end: (gate) => gate.call('POST', '/streams/s/finish'), revoked: { streamId: 's' } },
  'is of a user who is erased': { end: (gate) => gate.call('DELETE', '/users/ann'), revoked: { sub: 'ann' } },
  'is on a device that is removed': {
    end: (gate) => gate.call('DELETE', '/users/ann/devices/tv'),
    revoked: { sub: 'ann', deviceId: 'tv' },
  },
}

describe.each(Object.entries(ENDINGS))('a stream that %s', (_how, { end, revoked }) => {
  it('is revoked for as long as its token would be valid, and no other stream is', async () => {
    const gate = await openGate()
    const token = tokenOf(await gate.start('ann', film('s', { deviceId: 'tv' })))
    const other = tokenOf(await gate.start('bob', film('x', { deviceId: 'tv' })))
    const { cursor, isAll, revoked: none } = await pageOf(gate)
    expect([isAll, none]).toEqual([true, []])
    await end(gate)
    const news = await pageOf(gate, `?since=${cursor}`)
    expect(news.isAll).toBe(false)
    expect(news.revoked).toEqual([{ ...revoked, revokedAt: S0, until: S0 + 101 }])
    expect([await gate.check(token, PATH), await gate.check(other, PATH)]).toEqual([403, 200])
    vi.setSystemTime(T0 + 101_000)
    expect((await pageOf(gate)).revoked).toEqual([])
    await gate.close()
  })
})

describe('a stream that comes back', () => {
  it('a second later has a token that is good', async () => {
    const gate = await openGate()
    const old = tokenOf(await gate.start('ann', film('s', { deviceId: 'tv' })))
    await gate.call('DELETE', '/users/ann/streams/s@tv')
    vi.setSystemTime(T0 + 1000)
    const fresh = tokenOf(await gate.start('ann', film('s', { deviceId: 'tv' })))
    expect([await gate.check(old, PATH), await gate.check(fresh, PATH)]).toEqual([403, 200])
    await gate.close()
  })
})

describe('GET /revocations', () => {
  it('answers 304 to the ETag of the last answer, and a cursor of another process gets all', async () => {
    const gate = await openGate()
    await gate.start('ann', film('s', { deviceId: 'tv' }))
    await gate.call('DELETE', '/users/ann/streams/s@tv')
    const { headers } = await gate.call('GET', '/revocations')
    const { etag = '' } = headers
    const conditional = { headers: { 'if-none-match': etag } }
    expect((await gate.call('GET', '/revocations', conditional)).status).toBe(304)
    await gate.call('DELETE', '/users/ann')
    expect((await gate.call('GET', '/revocations', conditional)).status).toBe(200)
    for (const query of ['', '?since=another-1', '?since=x', '?since=another-99999']) {
      expect(await pageOf(gate, query)).toMatchObject({ isAll: true, revoked: [{}, {}] })
    }
    await gate.close()
  })

  it('holds a call until there is news', async () => {
    const gate = await openGate()
    await gate.start('ann', film('s', { deviceId: 'tv' }))
    const { cursor } = await pageOf(gate)
    const waiting = pageOf(gate, `?since=${cursor}&wait=9`)
    await gate.call('DELETE', '/users/ann/streams/s@tv')
    expect((await waiting).revoked).toHaveLength(1)
    await gate.close()
  })

  it.each(['wait=10', 'wait=-1', 'wait=x', `since=${'a'.repeat(101)}`])('refuses ?%s', async (query) => {
    const gate = await openGate()
    expect((await gate.call('GET', `/revocations?${query}`)).status).toBe(400)
    await gate.close()
  })
})

describe('the list of revocations', () => {
  const one = { sub: 'ann', sid: 's', revokedAt: S0, until: S0 + 100 }

  it('is bounded, and says that it forgot some', () => {
    const list = new Revocations({ name: 'p', nowMs: () => T0 })
    list.add([one])
    const early = list.cursor
    for (let count = 0; count < 20_000; count += 1) list.add([{ ...one, sid: `s${count}` }])
    const { isAll, revoked } = list.since(early)
    expect(isAll).toBe(true)
    expect(revoked.length).toBeLessThanOrEqual(10_000)
    expect(revoked.at(-1)).toMatchObject({ sid: 's19999' })
    const late = list.cursor
    list.add([one])
    expect(list.since(late)).toMatchObject({ isAll: false, revoked: [one] })
  })

  it('forgets what has expired first, and then has lost nothing', () => {
    let nowMs = T0
    const list = new Revocations({ name: 'p', nowMs: () => nowMs })
    for (let count = 0; count < 10_000; count += 1) list.add([one])
    nowMs += 101_000
    const { cursor } = list
    list.add([{ ...one, until: S0 + 300 }])
    expect(list.since(cursor)).toMatchObject({ isAll: false, revoked: [{ until: S0 + 300 }] })
  })

  it('lets a hundred calls wait, and answers others at once', async () => {
    const list = new Revocations({ name: 'p', nowMs: () => T0 })
    let answered = 0
    const calls = Array.from({ length: 105 }, async () => {
      await list.news(list.cursor, 60_000)
      answered += 1
    })
    await Promise.all(calls.slice(100))
    expect(answered).toBe(5)
    list.add([one])
    await Promise.all(calls)
    expect(answered).toBe(105)
  })
})
