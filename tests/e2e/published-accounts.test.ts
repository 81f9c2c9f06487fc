/** The rules that services sell on devices, on several apps and over all users. */
import { describe, expect, it } from 'vitest'
import { Viewer } from './viewer.ts'

const ADMITTED = { outcome: 'admitted' }

const viewerOf = (file: string, plan?: string) => new Viewer(`published/${file}`, plan)

describe('the published rule', () => {
  it('registered-devices.json: three registered devices, or five', async () => {
    for (const [plan, max] of [
      [undefined, 3],
      ['five-devices', 5],
    ] as const) {
      const viewer = viewerOf('registered-devices.json', plan)
      const on = (id: string) => viewer.start('film', { deviceId: id, network: 'home' })
      for (let index = 0; index < max; index += 1) {
        expect(await on(`d${index}`)).toMatchObject(ADMITTED)
        await viewer.stop('film', `d${index}`)
      }
      expect(await on('another')).toMatchObject({ outcome: 'device-denied', max })
      expect(await on('d0')).toMatchObject(ADMITTED)
    }
  })

  it('devices-except-browsers.json: five devices, ten registrations in 30 days, browsers exempt', async () => {
    const viewer = viewerOf('devices-except-browsers.json')
    const on = async (deviceId: string, deviceType = 'tv') => {
      const result = await viewer.start('film', { deviceId, deviceType })
      await viewer.stop('film', deviceId)
      return result
    }
    for (let index = 0; index < 10; index += 1) {
      expect(await on(`d${index}`)).toMatchObject(ADMITTED)
      expect(await on(`browser-${index}`, 'web')).toMatchObject(ADMITTED)
      if (index >= 4) await viewer.removeDevice(`d${index}`)
    }
    const denied = await on('d10')
    expect(denied).toMatchObject({ outcome: 'device-denied', nextChangeAtMs: 30 * 86_400_000 })
    viewer.nowMs += 30 * 86_400_000
    expect(await on('d10')).toMatchObject(ADMITTED)
  })

  it('device-changes.json: four devices and two changes in 30 days, and the oldest makes room', async () => {
    const viewer = viewerOf('device-changes.json')
    const on = async (deviceId: string) => {
      const result = await viewer.start('film', { deviceId })
      await viewer.stop('film', deviceId)
      viewer.nowMs += 1000
      return result
    }
    const all = async (ids: string) => {
      const results = []
      for (const id of ids) results.push(await on(id))
      return results
    }
    expect(await all('abcdef')).toMatchObject(Array.from({ length: 6 }, () => ADMITTED))
    expect(await on('g')).toMatchObject({
      outcome: 'device-denied',
      devices: [{ id: 'c' }, { id: 'd' }, { id: 'e' }, { id: 'f' }],
    })
    viewer.nowMs += 30 * 86_400_000
    expect(await all('dghijkl')).toMatchObject(Array.from({ length: 7 }, () => ADMITTED))
    expect(await on('m')).toMatchObject({
      outcome: 'device-denied',
      devices: [{ id: 'i' }, { id: 'j' }, { id: 'k' }, { id: 'l' }],
    })
  })

  it('several-apps.json: one limit over the apps of two brands, and another for a third', async () => {
    const viewer = viewerOf('several-apps.json')
    const on = (tenant: string, id: string) => viewer.startAt(tenant, id, { deviceType: 'tv' })
    expect([await on('brand-a', '1'), await on('brand-a', '2')]).toMatchObject([ADMITTED, ADMITTED])
    expect(await on('brand-b', '3')).toMatchObject({ outcome: 'denied', limit: { deviceType: 'tv' } })
    expect(await on('brand-a', '3')).toMatchObject(ADMITTED)
    expect(await on('brand-b', '4')).toMatchObject({ outcome: 'denied', limit: { max: 3 } })
    expect([await on('brand-c', '1'), await on('brand-c', '2')]).toMatchObject([ADMITTED, ADMITTED])
    expect(await on('brand-c', '3')).toMatchObject({ outcome: 'denied', limit: { max: 2 } })
  })

  it('viewers-per-title.json: five viewers of one title over all users', async () => {
    const viewer = viewerOf('viewers-per-title.json')
    const watch = (user: string, contentId: string) => viewer.startAs(user, 'film', { contentId })
    for (const user of ['a', 'b', 'c', 'd', 'e']) expect(await watch(user, 'film-1')).toMatchObject(ADMITTED)
    expect(await watch('f', 'film-1')).toMatchObject({ outcome: 'pool-full', pool: { name: 'title:film-1' } })
    expect(await watch('f', 'film-2')).toMatchObject(ADMITTED)
    viewer.nowMs += 76_000
    expect(await watch('g', 'film-1')).toMatchObject(ADMITTED)
  })

  it('networks-and-live-jobs.json: two networks, and a thousand viewers of a live job', async () => {
    const viewer = viewerOf('networks-and-live-jobs.json')
    const live = { contentId: 'job-1', attributes: { contentType: 'live' } }
    const on = (network: string, id: string) => viewer.startAs('a', id, { network })
    expect([await on('n1', '1'), await on('n2', '2')]).toMatchObject([ADMITTED, ADMITTED])
    expect(await on('n3', '3')).toMatchObject({ outcome: 'denied', limit: { distinct: 'network' } })
    for (let index = 0; index < 1000; index += 1) {
      expect(await viewer.startAs(`user-${index}`, 'live', live)).toMatchObject(ADMITTED)
    }
    expect(await viewer.startAs('late', 'live', live)).toMatchObject({ outcome: 'pool-full' })
    expect(await viewer.startAs('late', 'film', { contentId: 'film' })).toMatchObject(ADMITTED)
  })
})
