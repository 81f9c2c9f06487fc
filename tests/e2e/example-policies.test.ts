/** The example policies: valid, without warnings, and doing what their README says. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { StartResult } from '@streamgate/core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { COMMAND_LINE } from './running-service.ts'
import { POLICIES, Viewer } from './viewer.ts'

/** The files of both folders. */
const FILES = ['.', 'published'].flatMap((folder) =>
  readdirSync(join(POLICIES, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ folder, name })),
)

describe.each(FILES)('the example $folder/$name', ({ folder, name }) => {
  it('passes the check without a warning, and its schema', () => {
    const path = join(POLICIES, folder, name)
    const { status, stderr } = spawnSync(process.execPath, [COMMAND_LINE, 'policy', 'check', path], {
      // For the examples that ask for the network.
      env: { STREAMGATE_TRUSTED_PROXIES: '10.0.0.0/8' },
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const value = JSON.parse(readFileSync(path, 'utf8')) as { $schema: string }
    const schema: unknown = JSON.parse(readFileSync(join(dirname(path), value.$schema), 'utf8'))
    expect(new Ajv2020().validate(schema as object, value)).toBe(true)
  })

  it('has its line in the README', () => {
    expect(readmeOf(folder)).toContain(`| [\`${name}\`](${name}) |`)
  })
})

it.each(['.', 'published'])('are as many in %s as the lines about them', (folder) => {
  const files = FILES.filter((file) => file.folder === folder)
  expect(readmeOf(folder).match(/^\| \[/gm)).toHaveLength(files.length)
})

describe('the example', () => {
  it('ad-supported.json lets the newest win, and counts no trailers', async () => {
    const viewer = new Viewer('ad-supported.json')
    await viewer.start('film')
    expect((await viewer.start('trailer', { contentId: 'trailer' })).outcome).toBe('admitted')
    expect(await viewer.start('news')).toMatchObject({ outcome: 'admitted', ends: [{ id: 'film' }] })
    expect(await viewer.heartbeat('film')).toMatchObject({
      outcome: 'evicted',
      eviction: { by: { id: 'news' } },
    })
  })

  it('standard.json denies the fourth, lets a device zap, and asks for more heartbeats when it is full', async () => {
    const viewer = new Viewer('standard.json')
    const first = await viewer.start('a', { deviceId: 'tv' })
    expect(intervalOf(first)).toBe(300)
    expect(await viewer.start('b', { deviceId: 'tv' })).toMatchObject({ ends: [{ id: 'a@tv' }] })
    await viewer.start('c', { deviceId: 'phone' })
    expect(intervalOf(await viewer.start('d', { deviceId: 'web' }))).toBe(60)
    const fourth = await viewer.start('e', { deviceId: 'tablet' })
    expect(fourth).toMatchObject({
      outcome: 'denied',
      holders: [{ id: 'b@tv' }, { id: 'c@phone' }, { id: 'd@web' }],
    })
  })

  it('family.json limits televisions and films, and has a plan for children', async () => {
    const viewer = new Viewer('family.json')
    const start = (id: string, contentId: string, deviceType: string) =>
      viewer.start(id, { contentId, deviceType, deviceId: id })
    await start('a', 'film-1', 'tv')
    await start('b', 'film-2', 'console')
    expect(await start('c', 'film-3', 'tv')).toMatchObject({ outcome: 'denied', limit: { max: 2 } })
    expect(await start('c', 'film-1', 'web')).toMatchObject({
      outcome: 'denied',
      limit: { per: 'contentId' },
    })
    for (const [id, film] of [
      ['c', '3'],
      ['d', '4'],
      ['e', '5'],
    ] as const) {
      expect((await start(id, `film-${film}`, 'web')).outcome).toBe('admitted')
    }
    expect(await start('f', 'film-6', 'web')).toMatchObject({ outcome: 'denied', limit: { max: 5 } })
    const child = new Viewer('family.json', 'children')
    await child.start('a')
    expect(await child.start('b')).toMatchObject({ outcome: 'admitted', ends: [{ id: 'a' }] })
  })

  it('sports.json admits one more for ten minutes, and tries next year’s plan', async () => {
    const viewer = new Viewer('sports.json')
    await viewer.start('a', { deviceId: 'tv-1', deviceType: 'tv' })
    expect(await viewer.start('b', { deviceId: 'tv-1' })).toMatchObject({ outcome: 'admitted' })
    await viewer.stop('b', 'tv-1')
    const second = await viewer.start('c', { deviceId: 'tv-2', deviceType: 'tv' })
    expect(second).toMatchObject({
      outcome: 'admitted',
      shadow: { plan: 'season-next-year', outcome: 'denied' },
    })
    const third = await viewer.start('d', { deviceId: 'phone' })
    expect(third).toMatchObject({ outcome: 'admitted', lease: { graceUntilMs: 600_000 } })
    expect((await viewer.start('e', { deviceId: 'tablet' })).outcome).toBe('denied')
    for (let atMs = 20_000; atMs < 600_000; atMs += 20_000) {
      viewer.nowMs = atMs
      for (const id of ['a@tv-1', 'c@tv-2', 'd@phone']) await viewer.heartbeat(id)
    }
    viewer.nowMs = 600_000
    expect((await viewer.heartbeat('d@phone')).outcome).toBe('denied')
  })
})

function intervalOf(result: StartResult): number | null {
  if (result.outcome !== 'admitted') throw new Error(`The stream was not admitted: ${result.outcome}`)
  return result.heartbeatSeconds
}

function readmeOf(folder: string): string {
  return readFileSync(join(POLICIES, folder, 'README.md'), 'utf8')
}
