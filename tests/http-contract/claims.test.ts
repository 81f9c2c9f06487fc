/** What a token says of a start, and what its viewer may then not say otherwise. */
import { parsePolicy } from '@streamgate/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APP_TARGET, type Target } from './target.ts'
import { TestIssuer } from './test-tokens.ts'

const POLICY = parsePolicy({
  plans: { none: { limits: [{ max: 9 }] } },
  tenants: {
    a: { defaultPlan: 'basic', plans: { basic: { limits: [{ max: 1 }] }, family: { limits: [{ max: 2 }] } } },
    b: { plans: { basic: { limits: [{ max: 1 }] } } },
  },
})
const CLAIMS = {
  plan: 'tier',
  tenant: 'https://id.example/org',
  deviceId: 'device',
  deviceType: 'kind',
  attributes: 'facts',
}
const OF_A = { [CLAIMS.tenant]: 'a' }

describe('claims of a token', () => {
  const issuer = new TestIssuer()
  let service: Target
  beforeAll(async () => {
    const settings = await issuer.settings({ policy: { policy: POLICY }, jwtClaims: CLAIMS })
    service = await APP_TARGET.make(settings)
  })
  afterAll(() => service.close())

  /** A caller with a token for a user. */
  async function viewer(user: string, claims: Readonly<Record<string, unknown>>) {
    const authorization = `Bearer ${await issuer.token(user, { claims: { ...OF_A, ...claims } })}`
    const ask = async (method: string, path: string, body?: unknown) => {
      const json = body === undefined ? {} : { body: JSON.stringify(body) }
      const headers = { authorization, 'content-type': 'application/json' }
      const answer = await service.send({ method, path: `/users/${user}/${path}`, headers, ...json })
      return { status: answer.status, body: JSON.parse(answer.text || '{}') as Record<string, unknown> }
    }
    const report = async (text: string) => {
      const headers = { authorization, 'content-type': 'application/cmcd' }
      return service.send({ method: 'POST', path: `/users/${user}/cmcd`, headers, body: text })
    }
    return { ask, report, start: (body: object) => ask('POST', 'streams', body) }
  }

  it('choose the plan and the tenant', async () => {
    const ann = await viewer('ann', { tier: 'family' })
    expect((await ann.start({ streamId: '1' })).body).toMatchObject({ limit: 2 })
    expect((await ann.start({ streamId: '2' })).status).toBe(201)
    expect((await ann.start({ streamId: '3' })).status).toBe(409)
    const elsewhere = await viewer('ann', { [CLAIMS.tenant]: 'b' })
    expect((await elsewhere.ask('GET', 'streams')).body).toMatchObject({ active: 0 })
  })

  it.each(['plan', 'tenant', 'clientAddress'])('leave no room for "%s" in a body', async (member) => {
    for (const claims of [{}, { tier: 'family' }]) {
      const ann = await viewer('ann', claims)
      const started = await ann.start({ streamId: '1', [member]: 'basic' })
      const renewed = await ann.ask('PUT', 'streams/1', { [member]: 'basic' })
      for (const { status, body } of [started, renewed]) {
        expect(status).toBe(403)
        expect(body['detail']).toContain(`"${member}"`)
      }
    }
  })

  it('that are missing leave the member to the body, but not the tenant', async () => {
    const bob = await viewer('bob', {})
    expect((await bob.start({ streamId: '1', deviceId: 'tv' })).body).toMatchObject({ id: '1@tv', limit: 1 })
    const lost = await viewer('bob', { [CLAIMS.tenant]: undefined })
    const answer = await lost.ask('GET', 'streams')
    expect(answer).toMatchObject({ status: 401, body: { detail: 'The token does not say its tenant.' } })
    const strange = await viewer('bob', { [CLAIMS.tenant]: 'c' })
    expect((await strange.ask('GET', 'streams')).status).toBe(400)
  })

  it('name the device, which can then keep alive no stream of another one, but end it', async () => {
    const cid = await viewer('cid', { device: 'tv', kind: 'tv', tier: 'family' })
    const started = await cid.start({ streamId: '1' })
    expect(started.body).toMatchObject({ id: '1@tv', deviceId: 'tv', deviceType: 'tv' })
    expect((await cid.start({ streamId: '1', deviceId: 'phone' })).status).toBe(403)
    expect((await cid.start({ streamId: '1', deviceType: 'web' })).status).toBe(403)
    expect((await cid.ask('PUT', 'streams/1@tv')).status).toBe(200)
    expect((await cid.ask('PUT', 'streams/1@phone')).status).toBe(403)
    expect((await cid.ask('PUT', 'streams/1')).status).toBe(403)
    expect((await cid.report('sid="1@tv",e=ps,sta=p,ts=1,v=2')).status).toBe(204)
    expect((await cid.report('sid="2@phone",e=ps,sta=p,ts=1,v=2')).status).toBe(403)
    expect((await cid.ask('DELETE', 'streams/1@phone')).status).toBe(204)
  })

  it('hold for a stream that comes back by a heartbeat or a report', async () => {
    const dan = await viewer('dan', { device: 'tv', tier: 'family' })
    expect((await dan.ask('PUT', 'streams/1@tv')).body).toMatchObject({ limit: 2 })
    expect((await dan.report('sid="2@tv",e=ps,sta=p,ts=1,v=2')).status).toBe(204)
    expect((await dan.ask('GET', 'streams')).body).toMatchObject({ limit: 2, active: 2 })
  })

  it('give attributes, which the body may add to and not change', async () => {
    const eve = await viewer('eve', { facts: { country: 'de' } })
    const added = await eve.start({ streamId: '1', attributes: { room: 'kitchen' } })
    expect(added.body).toMatchObject({ attributes: { country: 'de', room: 'kitchen' } })
    expect((await eve.start({ streamId: '1', attributes: { country: 'fr' } })).status).toBe(403)
  })

  it('must be valid for the member that they give', async () => {
    const fay = await viewer('fay', { tier: 7, device: '', facts: 'de' })
    const { status, body } = await fay.start({ streamId: '1' })
    expect(status).toBe(400)
    expect((body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/plan', '/deviceId', '/attributes']),
    )
    const unknown = await viewer('fay', { tier: 'gold' })
    expect((await unknown.start({ streamId: '1' })).status).toBe(400)
  })
})

describe('the user of a token', () => {
  it('may stand in another claim', async () => {
    const issuer = new TestIssuer()
    const service = await APP_TARGET.make(await issuer.settings({ jwtUserClaim: 'uid' }))
    const token = await issuer.token('mallory', { claims: { uid: 'ann/é' } })
    const headers = { authorization: `bearer ${token}` }
    const statusOf = async (path: string) => (await service.send({ method: 'GET', path, headers })).status
    expect(await statusOf('/users/ann%2F%C3%A9/streams')).toBe(200)
    expect(await statusOf('/users/mallory/streams')).toBe(403)
    expect(await statusOf('/users/%ff/streams')).toBe(403)
    await service.close()
  })
})
