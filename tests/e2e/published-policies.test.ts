/** The rules that services sell, as the files in `examples/policies/published` say them. */
import type { StartResult } from '@streamgate/core'
import { describe, expect, it } from 'vitest'
import { Viewer } from './viewer.ts'

const ADMITTED = { outcome: 'admitted' }

const viewerOf = (file: string, plan?: string) => new Viewer(`published/${file}`, plan)

/** Starts streams of these contents, each on a device of its own and of this type. */
async function started(
  viewer: Viewer,
  deviceType: string,
  contents: readonly string[],
): Promise<StartResult[]> {
  const results: StartResult[] = []
  for (const [index, contentId] of contents.entries()) {
    const id = `${contentId}-${deviceType}-${index}`
    results.push(await viewer.start(id, { contentId, deviceType, deviceId: id }))
  }
  return results
}

describe('the published rule', () => {
  it.each([
    ['basic', 1],
    ['standard', 2],
    ['premium', 4],
  ])('streams-by-plan.json: %s has %i streams', async (plan, max) => {
    const contents = Array.from({ length: max + 1 }, (_, index) => `film-${index}`)
    const results = await started(viewerOf('streams-by-plan.json', plan), 'tv', contents)
    expect(results.slice(0, max).every(({ outcome }) => outcome === 'admitted')).toBe(true)
    expect(results[max]).toMatchObject({ outcome: 'denied', limit: { max } })
  })

  it('one-per-fight.json: two streams, and not of the same fight', async () => {
    const [first, same, other, third] = await started(viewerOf('one-per-fight.json'), 'tv', [
      'fight-1',
      'fight-1',
      'fight-2',
      'fight-3',
    ])
    expect([first, other]).toMatchObject([ADMITTED, ADMITTED])
    expect(same).toMatchObject({ outcome: 'denied', limit: { per: 'contentId' } })
    expect(third).toMatchObject({ outcome: 'denied', limit: { max: 2 } })
  })

  it('newest-wins.json: one stream, and the newest takes its slot', async () => {
    const viewer = viewerOf('newest-wins.json')
    await viewer.start('kitchen', { deviceId: 'tv' })
    expect(await viewer.start('garden', { deviceId: 'phone' })).toMatchObject({
      outcome: 'admitted',
      ends: [{ id: 'kitchen@tv' }],
    })
    expect(await viewer.heartbeat('kitchen@tv')).toMatchObject({
      outcome: 'evicted',
      eviction: { by: { id: 'garden@phone' } },
    })
  })

  it('limit-per-asset.json: four streams, and two of one title', async () => {
    const results = await started(viewerOf('limit-per-asset.json'), 'tv', ['a', 'a', 'a', 'b', 'c', 'd'])
    expect(results).toMatchObject([
      ADMITTED,
      ADMITTED,
      { outcome: 'denied', limit: { per: 'contentId' } },
      ADMITTED,
      ADMITTED,
      { outcome: 'denied', limit: { max: 4 } },
    ])
  })

  it('one-tv-one-other.json: one television and one other device', async () => {
    const viewer = viewerOf('one-tv-one-other.json')
    expect(await started(viewer, 'tv', ['a', 'b'])).toMatchObject([
      ADMITTED,
      { outcome: 'denied', limit: { deviceType: 'tv' } },
    ])
    expect(await started(viewer, 'phone', ['c'])).toMatchObject([ADMITTED])
    expect(await started(viewerOf('one-tv-one-other.json'), 'phone', ['c', 'd'])).toMatchObject([
      ADMITTED,
      { outcome: 'denied', limit: { deviceType: { not: 'tv' } } },
    ])
  })

  it('by-device-group.json: each group of devices has its own limit', async () => {
    const viewer = viewerOf('by-device-group.json')
    expect(await started(viewer, 'set-top-box', ['a'])).toMatchObject([ADMITTED])
    expect(await started(viewer, 'tv', ['b', 'c'])).toMatchObject([
      ADMITTED,
      { outcome: 'denied', limit: { max: 2 } },
    ])
    expect(await started(viewer, 'web', ['d', 'e', 'f', 'g'])).toMatchObject([
      ADMITTED,
      ADMITTED,
      ADMITTED,
      { outcome: 'denied' },
    ])
  })

  it('by-channel-group.json: four streams, one of them of a sports channel', async () => {
    const results = await started(viewerOf('by-channel-group.json'), 'tv', [
      'sport-1',
      'sport-2',
      'news',
      'film',
    ])
    expect(results).toMatchObject([
      ADMITTED,
      { outcome: 'denied', limit: { max: 1 }, holders: [{ contentId: 'sport-1' }] },
      ADMITTED,
      ADMITTED,
    ])
  })

  it('extra-member.json: an extra member has one stream', async () => {
    const results = await started(viewerOf('extra-member.json', 'extra-member'), 'tv', ['a', 'b'])
    expect(results).toMatchObject([ADMITTED, { outcome: 'denied', limit: { max: 1 } }])
    expect(await started(viewerOf('extra-member.json'), 'tv', ['a', 'b'])).toMatchObject([ADMITTED, ADMITTED])
  })

  it('two-on-one-network.json: two streams, and only while both are on one network', async () => {
    const viewer = viewerOf('two-on-one-network.json')
    expect(await viewer.start('a', { deviceId: 'tv', network: 'home' })).toMatchObject(ADMITTED)
    const away = await viewer.start('b', { deviceId: 'phone', network: 'train' })
    expect(away).toMatchObject({ limit: { distinct: 'network' }, holders: [{ id: 'a@tv' }] })
    expect(await viewer.start('b', { deviceId: 'phone', network: 'home' })).toMatchObject(ADMITTED)
    const third = await viewer.start('c', { deviceId: 'tablet', network: 'home' })
    expect(third).toMatchObject({ outcome: 'denied', limit: { max: 2 } })
    // Who has left home goes on.
    expect(await viewer.heartbeat('b@phone')).toMatchObject({ outcome: 'renewed' })
  })

  it('networks-and-streams.json: three networks, and two streams on each', async () => {
    const viewer = viewerOf('networks-and-streams.json')
    const on = (network: string, id: string) => viewer.start(id, { network })
    for (const [index, network] of ['a', 'a', 'b', 'b', 'c'].entries()) {
      expect(await on(network, `film-${index}`)).toMatchObject(ADMITTED)
    }
    expect(await on('a', 'more')).toMatchObject({ outcome: 'denied', limit: { per: 'network' } })
    expect(await on('d', 'more')).toMatchObject({ outcome: 'denied', limit: { distinct: 'network' } })
    expect(await on('c', 'more')).toMatchObject(ADMITTED)
  })

  it('five-networks.json: five networks, and any number of streams on them', async () => {
    const viewer = viewerOf('five-networks.json')
    for (let index = 0; index < 10; index += 1) {
      expect(await viewer.start(`film-${index}`, { network: `n${index % 5}` })).toMatchObject(ADMITTED)
    }
    expect(await viewer.start('more', { network: 'n5' })).toMatchObject({ limit: { max: 5 } })
  })

  it('home-and-away.json: any number at home, and two elsewhere', async () => {
    const viewer = viewerOf('home-and-away.json')
    for (let index = 0; index < 6; index += 1) {
      expect(await viewer.start(`home-${index}`, { attributes: { home: 'yes' } })).toMatchObject(ADMITTED)
    }
    expect(await viewer.start('away-1', { attributes: { home: 'no' } })).toMatchObject(ADMITTED)
    expect(await viewer.start('away-2')).toMatchObject(ADMITTED)
    expect(await viewer.start('away-3')).toMatchObject({ outcome: 'denied', limit: { max: 2 } })
    expect(await viewer.start('home-7', { attributes: { home: 'yes' } })).toMatchObject(ADMITTED)
  })

  it('live-on-one-device.json: live games on one device, three streams from the archive', async () => {
    const viewer = viewerOf('live-on-one-device.json')
    const live = (id: string, deviceId: string) =>
      viewer.start(id, { deviceId, attributes: { contentType: 'live' } })
    for (const game of ['g1', 'g2', 'g3', 'g4']) expect(await live(game, 'tv')).toMatchObject(ADMITTED)
    expect(await live('g5', 'phone')).toMatchObject({ outcome: 'denied', limit: { distinct: 'deviceId' } })
    for (const film of ['f1', 'f2', 'f3']) {
      expect(await viewer.start(film, { deviceId: `d-${film}` })).toMatchObject(ADMITTED)
    }
    expect(await viewer.start('f4', { deviceId: 'd' })).toMatchObject({
      outcome: 'denied',
      limit: { max: 3 },
    })
  })

  it('multi-view.json: four streams, all on one device', async () => {
    const viewer = viewerOf('multi-view.json')
    for (const id of ['a', 'b', 'c', 'd'])
      expect(await viewer.start(id, { deviceId: 'tv' })).toMatchObject(ADMITTED)
    expect(await viewer.start('e', { deviceId: 'tv' })).toMatchObject({ limit: { max: 4 } })
    expect(await viewer.start('e', { deviceId: 'phone' })).toMatchObject({ outcome: 'denied' })
    await viewer.stop('a', 'tv')
    expect(await viewer.start('e', { deviceId: 'phone' })).toMatchObject({ limit: { distinct: 'deviceId' } })
    expect(await viewer.start('e')).toMatchObject({ limit: { missing: 'deny' }, holders: [] })
  })
})
