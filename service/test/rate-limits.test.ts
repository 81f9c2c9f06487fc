/** Who is limited, and in which calls: the real routes, at exact instants, without their work. */
import { describe, expect, it } from 'vitest'
import { identifyByClaim, trustEverybody, type Identify } from '../src/api/caller.ts'
import type { HttpRequest, PathParams } from '../src/api/http.ts'
import { noContent } from '../src/api/http.ts'
import { limitedRoutes, type RateSettings } from '../src/api/rate-limits.ts'
import { ROUTES } from '../src/api/routes/index.ts'
import type { Call } from '../src/api/route.ts'
import { parseIpRange } from '../src/text/ip-address.ts'

const OFF: RateSettings = { userRate: 0, callerRate: 0, trustedProxies: [], forwardedHeader: 'auto' }
const BURST = 10

type Ask = Partial<Pick<HttpRequest, 'headers' | 'claims'>> & {
  readonly address?: string
  readonly body?: object
}

/** The limits of a service whose clock is `nowMs`. */
class Limits {
  nowMs = 100_000
  readonly #routes
  readonly #identify: Identify

  constructor(settings: Partial<RateSettings>, identify: Identify = trustEverybody) {
    const free = ROUTES.map((route) => ({ ...route, handle: () => noContent() }))
    this.#identify = identify
    this.#routes = limitedRoutes(free, { ...OFF, ...settings }, { monotonicMs: () => this.nowMs + 0.9 })
  }

  /** The wait in milliseconds, or 0 if the call goes through. */
  async ask(call: string, params: PathParams, { address = '192.0.2.1', body, ...rest }: Ask = {}) {
    const route = this.#routes.find(({ operation }) => operation.operationId === call)
    const request: HttpRequest = {
      method: 'POST',
      path: '/',
      query: '',
      headers: rest.headers ?? {},
      claims: rest.claims,
      body: body && Buffer.from(JSON.stringify(body)),
      connection: { remoteAddress: address },
    }
    if (route === undefined) throw new Error(`There is no call ${call}`)
    const outcome = await route.handle({
      request,
      params,
      caller: this.#identify(request, { route, params }),
    } as Call)
    return 'fault' in outcome && outcome.fault.kind === 'too-fast' ? outcome.fault.waitMs : 0
  }

  start(userId: string, ask: Ask = {}) {
    return this.ask('startStream', { userId }, ask)
  }

  heartbeat(userId: string, id: string, ask: Ask = {}) {
    return this.ask('heartbeat', { userId, id }, ask)
  }

  /** Whether each of so many starts went through. */
  async starts(userId: string, count: number, ask: Ask = {}): Promise<number> {
    let admitted = 0
    for (let each = 0; each < count; each += 1) if ((await this.start(userId, ask)) === 0) admitted += 1
    return admitted
  }
}

describe('without limits', () => {
  it('the routes are the same ones, so that no call pays', () => {
    const routes = limitedRoutes(ROUTES, OFF, { monotonicMs: () => 0 })
    expect(routes.every((route, at) => route === ROUTES[at])).toBe(true)
  })
})

describe('with all limits', () => {
  it('stops, reports, and calls of operators and probes are the same ones', () => {
    const settings = { ...OFF, userRate: 1, callerRate: 1 }
    const routes = limitedRoutes(ROUTES, settings, { monotonicMs: () => 0 })
    const limited = routes.filter((route, at) => route !== ROUTES[at])
    expect(limited.map(({ operation }) => operation.operationId).toSorted()).toEqual([
      'heartbeat',
      'listDevices',
      'listStreams',
      'lookAtDevice',
      'nameDevice',
      'removeDevice',
      'removeDevices',
      'startStream',
    ])
  })
})

describe('a limit for each user', () => {
  it('lets ten seconds’ worth through at once, and then one at the millisecond where it is due', async () => {
    const limits = new Limits({ userRate: 2 })
    expect(await limits.starts('ann', 30)).toBe(2 * BURST)
    expect(await limits.start('ann')).toBe(500)
    limits.nowMs += 499
    expect(await limits.start('ann')).toBe(1)
    limits.nowMs += 1
    expect(await limits.starts('ann', 2)).toBe(1)
  })

  it('knows a user in every encoding of the path, and tells users and tenants apart', async () => {
    const limits = new Limits({ userRate: 1 })
    expect(await limits.starts('ann', 20)).toBe(BURST)
    expect(await limits.starts('%61nn', 20)).toBe(0)
    expect(await limits.starts('bob', 20)).toBe(BURST)
    expect(await limits.starts('ann', 20, { headers: { 'x-tenant': 'brand-a' } })).toBe(BURST)
    expect(await limits.starts('ann', 20, { body: { streamId: 's', tenant: 'brand-a' } })).toBe(0)
    expect(await limits.starts('ann', 20, { body: { streamId: 's', tenant: 'brand-b' } })).toBe(BURST)
    expect(await limits.starts('%', 20)).toBe(BURST)
  })

  it('does not remember what is too long for an id', async () => {
    const limits = new Limits({ userRate: 1 })
    expect(await limits.starts('a'.repeat(2000), 20)).toBe(20)
  })

  it('never refuses a heartbeat because of other calls, or of other streams', async () => {
    const limits = new Limits({ userRate: 1, callerRate: 1 })
    await limits.starts('ann', 1000)
    for (let each = 0; each < 1000; each += 1) await limits.heartbeat('ann', 'mad')
    expect(await limits.heartbeat('ann', 'mad')).toBeGreaterThan(0)
    for (let beat = 0; beat < 1000; beat += 1) {
      limits.nowMs += 1000
      await limits.starts('ann', 3)
      await limits.heartbeat('ann', 'mad')
      await limits.heartbeat('ann', 'mad')
      expect(await limits.heartbeat('ann', 'polite')).toBe(0)
    }
  })

  it('never refuses a stop', async () => {
    const limits = new Limits({ userRate: 1, callerRate: 1 })
    await limits.starts('ann', 1000)
    for (const call of ['stopStream', 'stopStreamByBeacon', 'reportCmcd']) {
      for (let each = 0; each < 100; each += 1) {
        expect(await limits.ask(call, { userId: 'ann', id: 'a' }), call).toBe(0)
      }
    }
  })
})

/** A request that a proxy passes on. */
function from(client: string, address = '10.0.0.1'): Ask {
  return { address, headers: { 'x-forwarded-for': client } }
}

describe('a limit for each caller', () => {
  it('counts the calls from one address, for any user', async () => {
    const limits = new Limits({ callerRate: 1 })
    const admitted: number[] = []
    for (let user = 0; user < 30; user += 1) admitted.push(await limits.starts(`user-${user}`, 1))
    expect(admitted.filter((count) => count === 1)).toHaveLength(BURST)
    expect(await limits.starts('ann', 20, { address: '192.0.2.2' })).toBe(BURST)
    expect(await limits.starts('ann', 20, { address: '::ffff:192.0.2.1' })).toBe(0)
  })

  it('takes a network of 64 bits of IPv6 for one caller', async () => {
    const limits = new Limits({ callerRate: 1 })
    expect(await limits.starts('ann', 20, { address: '2001:db8:0:1::1' })).toBe(BURST)
    expect(await limits.starts('ann', 20, { address: '2001:db8:0:1:ffff::9' })).toBe(0)
    expect(await limits.starts('ann', 20, { address: '2001:db8:0:2::1' })).toBe(BURST)
  })

  it('finds the client behind trusted proxies, and believes no other', async () => {
    const proxy = parseIpRange('10.0.0.0/8')
    const limits = new Limits({ callerRate: 1, trustedProxies: proxy === undefined ? [] : [proxy] })
    expect(await limits.starts('ann', 20, from('192.0.2.1'))).toBe(BURST)
    expect(await limits.starts('ann', 20, from('192.0.2.2'))).toBe(BURST)
    expect(await limits.starts('ann', 20, from('192.0.2.3', '192.0.2.99'))).toBe(BURST)
    expect(await limits.starts('ann', 20, from('192.0.2.4', '192.0.2.99'))).toBe(0)
  })

  it('takes the user of a token for the caller, from any address', async () => {
    const limits = new Limits({ callerRate: 1 }, identifyByClaim('sub'))
    expect(await limits.starts('ann', 20, { claims: { sub: 'ann' } })).toBe(BURST)
    expect(await limits.starts('ann', 20, { claims: { sub: 'ann' }, address: '192.0.2.2' })).toBe(0)
    expect(await limits.starts('bob', 20, { claims: { sub: 'bob' } })).toBe(BURST)
  })

  it('is not used up by a user whose own limit is reached', async () => {
    const limits = new Limits({ userRate: 1, callerRate: 2 })
    expect(await limits.starts('ann', 1000)).toBe(BURST)
    expect(await limits.starts('bob', 1000)).toBe(BURST)
    expect(await limits.starts('cid', 1000)).toBe(0)
  })
})
