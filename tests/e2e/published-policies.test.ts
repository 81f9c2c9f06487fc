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
})
