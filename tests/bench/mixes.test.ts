import { describe, expect, it } from 'vitest'
import { callsOf, crowdOf, MIXES, requestOf, type Call, type Mix } from '../../bench/load/mixes.ts'

/** Connections of a usual run. A viewer's next call must not overtake the one before. */
const CONNECTIONS = 64

describe.each(MIXES)('the mix "$name"', (mix) => {
  const calls = [...callsOf(mix, { users: 5000, viewers: 8000 })]

  it('lets each viewer do everything once, in order', () => {
    const perViewer = Map.groupBy(calls, ({ user, stream }) => `${user} ${stream}`)
    expect(perViewer.size).toBe(8000)
    const orders = new Set(Array.from(perViewer.values(), (own) => own.map(({ verb }) => verb).join()))
    expect([...orders]).toEqual([mix.verbs.join()])
  })

  it('never has two calls of one user under way', () => {
    const lastPlaces = new Map<string, number>()
    let nearest = Number.POSITIVE_INFINITY
    for (const [place, { user }] of calls.entries()) {
      nearest = Math.min(nearest, place - (lastPlaces.get(user) ?? Number.NEGATIVE_INFINITY))
      lastPlaces.set(user, place)
    }
    expect(nearest).toBeGreaterThan(CONNECTIONS)
  })

  it('never has more than three streams of one user', () => {
    const held = new Map<string, Set<string>>()
    for (const { user, stream } of calls) {
      const streams = held.get(user) ?? new Set()
      held.set(user, streams.add(stream))
    }
    expect(Math.max(...Array.from(held.values(), ({ size }) => size))).toBeLessThanOrEqual(3)
  })
})

describe('a crowd', () => {
  it('plays all streams of all users, if the file does not become too large', () => {
    expect(crowdOf(mixOf(['start']))).toEqual({ users: 100_000, viewers: 300_000 })
    expect(crowdOf(mixOf(Array<'start'>(10).fill('start')))).toEqual({ users: 100_000, viewers: 60_000 })
  })
})

describe('a request', () => {
  const call = { user: 'user-7', stream: 'stream-1' }

  it('names user and stream', () => {
    expect(firstLine({ verb: 'start', ...call })).toBe('POST /users/user-7/streams HTTP/1.1')
    expect(firstLine({ verb: 'heartbeat', ...call })).toBe('PUT /users/user-7/streams/stream-1 HTTP/1.1')
    expect(firstLine({ verb: 'stop', ...call })).toBe('DELETE /users/user-7/streams/stream-1 HTTP/1.1')
  })

  it('says how long its body is', () => {
    const [head = '', body = ''] = requestOf({ verb: 'start', ...call }).split('\r\n\r\n')
    expect(JSON.parse(body)).toEqual({ streamId: 'stream-1' })
    expect(head).toContain(`content-length: ${body.length}`)
  })
})

function mixOf(verbs: Mix['verbs']): Mix {
  return { name: 'a', title: 'a', verbs }
}

function firstLine(call: Call): string {
  return requestOf(call).split('\r\n')[0] ?? ''
}
