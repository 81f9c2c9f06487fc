/** Rate limits of a whole service. Each answer is held to the OpenAPI document. */
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Config } from '../../service/src/settings/settings.ts'
import { Conversation, type Reply } from './conversation.ts'
import { APP_TARGET, NODE_TARGET } from './target.ts'

/** More than ten seconds’ worth of one a second, on the slowest machine. */
const CALLS = 60

describe.each([APP_TARGET, NODE_TARGET])('$name with a rate', (maker) => {
  async function serve(settings: Partial<Config>): Promise<Conversation> {
    const service = await Conversation.with(maker, settings)
    onTestFinished(() => service.close())
    return service
  }

  it('for each user answers 429 with the wait, and lets heartbeats and stops through', async () => {
    const service = await serve({ userRate: 1 })
    expect((await service.start('ann', { streamId: 'film' })).status).toBe(201)
    const refused = await untilRefused(() => service.start('ann', { streamId: 'film' }))
    expectTooFast(refused, 'Too many requests for this user.')
    expect((await service.heartbeat('ann', 'film')).status).toBe(200)
    expect((await service.stop('ann', 'film')).status).toBe(204)
    expect((await service.start('bob', { streamId: 'film' })).status).toBe(201)
  })

  it('for each caller answers 429, and answers probes', async () => {
    const service = await serve({ callerRate: 1 })
    let user = 0
    const refused = await untilRefused(() => service.list(`user-${(user += 1)}`))
    expectTooFast(refused, 'Too many requests from this caller.')
    expect((await service.heartbeat('ann', 'film')).status).toBe(201)
    expect((await service.send({ method: 'GET', path: '/livez' })).status).toBe(200)
  })

  it('limits the heartbeats of one stream, and of no other', async () => {
    const service = await serve({ userRate: 1 })
    const refused = await untilRefused(() => service.heartbeat('ann', 'film'))
    expectTooFast(refused, 'Too many heartbeats of this stream.')
    expect((await service.heartbeat('ann', 'match')).status).toBe(201)
  })

  it('is off by default', async () => {
    const service = await serve({})
    for (let call = 0; call < CALLS; call += 1) {
      expect((await service.start('ann', { streamId: 'film' })).status).toBeLessThan(300)
    }
  })
})

async function untilRefused(call: () => Promise<Reply>): Promise<Reply> {
  for (let count = 0; count < CALLS; count += 1) {
    const reply = await call()
    if (reply.status === 429) return reply
  }
  throw new Error(`All ${CALLS} calls went through`)
}

function expectTooFast({ status, body, headers }: Reply, detail: string): void {
  expect({ status, body }).toEqual({
    status: 429,
    body: { type: '/problems/too-many-requests', title: 'Too many requests', status: 429, detail },
  })
  expect(headers['retry-after']).toBe('1')
}
