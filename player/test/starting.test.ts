import { expect, it } from 'vitest'
import { busy, ONE_STREAM, Scene } from './scene.ts'

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/

it('takes a slot under a new UUID and the id of the device, and tells what it watches', async () => {
  const scene = await Scene.open()
  const device = { type: 'tv', label: 'Living room TV' }
  const options = { contentId: 'film-7', attributes: { profile: 'kids' }, device }
  const { watch, host, events } = scene.viewer('anna', options)
  const { admitted } = await watch.start()
  expect(admitted).toMatchObject({ contentId: 'film-7', deviceType: 'tv', label: 'Living room TV' })
  expect(admitted?.streamId).toMatch(UUID)
  expect(admitted?.id).toBe(`${admitted?.streamId}@${host.kept.get('streamgate.device')}`)
  expect(admitted?.['attributes']).toEqual({ profile: 'kids' })
  expect(watch.state).toMatchObject({ phase: 'watching', stream: { id: admitted?.id } })
  expect(events).toEqual([])
})

it('sends one start, whatever the number of calls, and none before the first', async () => {
  const scene = await Scene.open()
  const { watch, host } = scene.viewer('strict')
  await host.pass(5000)
  expect(host.calls).toEqual([])
  const [one, other] = await Promise.all([watch.start(), watch.start()])
  expect(one).toBe(other)
  expect(await watch.start()).toBe(one)
  expect(host.calls).toHaveLength(1)
})

it('is denied with the holders, the rule and when to ask again, and takes over', async () => {
  const scene = await Scene.open()
  const tv = { streamId: 'other', label: 'Kitchen TV', deviceType: 'tv' }
  await scene.client.send('POST', '/users/full/streams', tv)
  const viewer = scene.viewer('full')
  const result = await viewer.watch.start()
  if (!result.denied) throw new Error('It was admitted')
  expect(result).toMatchObject({
    denied: 'limit',
    rule: { max: 1 },
    more: 0,
    holders: [{ ...tv, id: 'other' }],
  })
  expect(result.retryAfterSeconds).toBeGreaterThan(58)
  expect(result.holders[0]?.lastSeenAt).toMatch(/^20/)
  expect(viewer.watch.state).toMatchObject({ phase: 'idle', denied: { denied: 'limit' } })
  await viewer.host.pass(60_000)
  expect(viewer.host.calls, 'it does not ask by itself').toHaveLength(1)

  const { admitted } = await result.takeOver(['other'])
  expect(await scene.client.list('full')).toEqual([admitted?.id])
  expect(viewer.events).toEqual(['denied', 'admitted'])
})

it('takes over as many as are needed, if none is named', async () => {
  const limits = [{ max: 2 }, { max: 1, per: 'contentId' }]
  const scene = await Scene.open({ ...ONE_STREAM, plans: { two: { limits } } })
  for (const [streamId, contentId] of Object.entries({ a: 'film', b: 'match' })) {
    await scene.client.send('POST', '/users/both/streams', { streamId, contentId })
  }
  const result = await scene.viewer('both', { contentId: 'match' }).watch.start()
  if (!result.denied) throw new Error('It was admitted')
  expect((await result.takeOver()).admitted?.active).toBe(2)
  expect(await scene.client.list('both')).toHaveLength(2)
  expect(await scene.client.list('both')).not.toContain('b')
})

it('removes the device that was used longest ago, if the plan allows no other', async () => {
  const devices = { max: 2, changes: { max: 5, days: 30 } }
  const scene = await Scene.open({ ...ONE_STREAM, plans: { home: { limits: [{ max: 5 }], devices } } })
  for (const deviceId of ['old', 'newer']) {
    await scene.client.send('POST', '/users/home/streams', {
      streamId: 'film',
      deviceId,
      label: `The ${deviceId}`,
    })
  }
  const result = await scene.viewer('home').watch.start()
  if (!result.denied) throw new Error('It was admitted')
  expect(result.denied).toBe('devices')
  expect(result.holders).toMatchObject([
    {
      id: 'old',
      label: 'The old',
      startedAt: expect.stringMatching(/^20/),
      lastSeenAt: expect.stringMatching(/^20/),
    },
    { id: 'newer' },
  ])
  expect(await result.takeOver()).toHaveProperty('admitted.active')
  const { text } = await scene.client.get('/users/home/devices')
  expect(text).not.toContain('"old"')
})

it('leaves the devices alone, if no other one may be registered yet', async () => {
  const devices = { max: 1, changes: { max: 1, days: 30 } }
  const scene = await Scene.open({ ...ONE_STREAM, plans: { home: { limits: [{ max: 5 }], devices } } })
  await scene.client.send('POST', '/users/home/streams', { streamId: 'film', deviceId: 'one' })
  const result = await scene.viewer('home').watch.start()
  if (!result.denied) throw new Error('It was admitted')
  const before = (await scene.client.get('/users/home/devices')).text
  expect(Date.parse(String(result.problem['nextChangeAt']))).toBeGreaterThan(Date.now() + 86_400_000)
  expect((await result.takeOver()).denied).toBe('devices')
  expect(before).toContain('"one"')
  expect((await scene.client.get('/users/home/devices')).text).toBe(before)
})

it.each([
  ['pool', { pools: { match: { max: 1, where: { contentId: 'match' } } } }],
  ['finished', {}],
] as const)('says that there is nothing to take over: %s', async (denied, more) => {
  const scene = await Scene.open({ ...ONE_STREAM, ...more })
  await scene.client.send('POST', '/users/first/streams', { streamId: 'a', contentId: 'match' })
  await scene.client.send('POST', '/streams/match/finish')
  const streamId = denied === 'finished' ? { streamId: 'match' } : {}
  const result = await scene.viewer('second', { contentId: 'match', ...streamId }).watch.start()
  expect(result).toMatchObject({ denied, holders: [] })
  expect(result.denied && result.retryAfterSeconds).toBe(denied === 'pool' ? 30 : undefined)
})

it('is refused at once, if the call itself is wrong', async () => {
  const scene = await Scene.open()
  const { watch, host } = scene.viewer('wrong', { streamId: 'a@b' })
  expect(await watch.start()).toMatchObject({ denied: 'refused', problem: { status: 400 } })
  expect(host.calls).toHaveLength(1)
  await watch.stop()
  expect(host.calls).toHaveLength(1)
})

it('asks five times while there is no answer, with a back-off, and the next start repeats the id', async () => {
  const scene = await Scene.open()
  const { watch, host } = scene.viewer('away')
  host.interfere = () => new TypeError('Failed to fetch')
  const started = watch.start()
  await host.pass(20_000)
  expect(await started).toMatchObject({ denied: 'unreachable', problem: { detail: 'Failed to fetch' } })
  expect(host.calls).toHaveLength(5)
  const gaps = host.calls.slice(1).map(({ atMs }, index) => atMs - (host.calls[index]?.atMs ?? 0))
  expect(gaps.map((gapMs, index) => gapMs / (500 * 2 ** index)).every((of) => of >= 0.5 && of < 1)).toBe(true)
  expect(new Set(gaps.map((gapMs, index) => gapMs / 2 ** index)).size, 'jitter').toBe(4)
  host.interfere = () => undefined
  const { admitted } = await watch.start()
  expect(new Set(host.calls.map(({ body }) => body['streamId']))).toEqual(new Set([admitted?.streamId]))
})

it.each([429, 503])('waits as long as %i says, and then starts', async (status) => {
  const scene = await Scene.open()
  const { watch, host } = scene.viewer('patient')
  host.interfere = () => (host.calls.length < 2 ? busy(status, 7) : undefined)
  const started = watch.start()
  await host.pass(6900)
  expect(host.calls).toHaveLength(1)
  await host.pass(1000)
  expect((await started).admitted).toBeDefined()
  expect(host.calls).toHaveLength(2)
})

it('does not wait for minutes', async () => {
  const scene = await Scene.open()
  const { watch, host } = scene.viewer('hurried')
  host.interfere = () => busy(503, 600)
  expect(await watch.start()).toMatchObject({ denied: 'unreachable', retryAfterSeconds: 600 })
})

it('gives up a call after ten seconds', async () => {
  const scene = await Scene.open()
  const { watch, host } = scene.viewer('hanging')
  host.interfere = () => (host.calls.length < 2 ? 'hang' : undefined)
  const started = watch.start()
  await host.pass(9999)
  expect(host.calls).toHaveLength(1)
  await host.pass(600)
  expect((await started).admitted).toBeDefined()
})

it('asks again as soon as the network is back', async () => {
  const scene = await Scene.open()
  const { watch, host } = scene.viewer('tunnel')
  host.interfere = () => busy(503, 20)
  const started = watch.start()
  await host.settle()
  host.interfere = () => undefined
  await host.happens('onWake')
  expect(host.calls, 'a page that becomes visible says nothing of the network').toHaveLength(1)
  await host.happens('onWake', true)
  expect((await started).admitted).toBeDefined()
})

it('takes a page of HTML that answers in its place for no answer', async () => {
  const scene = await Scene.open()
  const { watch, host } = scene.viewer('hotel')
  const html = { headers: { 'content-type': 'text/html' } }
  host.interfere = () => (host.calls.length < 2 ? new Response('<h1>Log in</h1>', html) : undefined)
  const started = watch.start()
  await host.pass(1000)
  expect((await started).admitted).toBeDefined()
})
