/** The example policies: valid, without warnings, and doing what their README says. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  Limiter,
  leaseIdOf,
  type HeartbeatResult,
  type StartResult,
  type StreamDescription,
  type UserId,
} from '@streamgate/core'
import { MemoryStore } from '@streamgate/stores/memory'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parsePolicyText } from '../../service/src/policy/policy-file.ts'
import { COMMAND_LINE } from './running-service.ts'

const FOLDER = fileURLToPath(new URL('../../examples/policies', import.meta.url))
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
const README = readFileSync(join(FOLDER, 'README.md'), 'utf8')

describe.each(FILES)('the example %s', (name) => {
  it('passes the check without a warning, and its schema', () => {
    const path = join(FOLDER, name)
    const { status, stderr } = spawnSync(process.execPath, [COMMAND_LINE, 'policy', 'check', path], {
      env: {},
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const value = JSON.parse(readFileSync(path, 'utf8')) as { $schema: string }
    const schema: unknown = JSON.parse(readFileSync(join(dirname(path), value.$schema), 'utf8'))
    expect(new Ajv2020().validate(schema as object, value)).toBe(true)
  })

  it('has its line in the README', () => {
    expect(README).toContain(`| [\`${name}\`](${name}) |`)
  })
})

it('are as many as the lines about them', () => {
  expect(README.match(/^\| \[/gm)).toHaveLength(FILES.length)
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

/** One user of a service with this policy, on a clock that only moves on request. */
class Viewer {
  nowMs = 0
  readonly #limiter: Limiter
  readonly #plan: string | undefined

  constructor(file: string, plan?: string) {
    let generations = 0
    this.#plan = plan
    this.#limiter = new Limiter({
      store: new MemoryStore(),
      policy: parsePolicyText(readFileSync(join(FOLDER, file), 'utf8')),
      now: () => this.nowMs,
      newGeneration: () => {
        generations += 1
        return String(generations)
      },
      pause: async () => {},
      random: () => 0.5,
    })
  }

  start(streamId: string, rest: object = {}): Promise<StartResult> {
    const stream = { streamId, ...rest } as StreamDescription
    return this.#limiter.start({ user: 'viewer' as UserId, stream, plan: this.#plan })
  }

  heartbeat(id: string): Promise<HeartbeatResult> {
    const [streamId, deviceId] = id.split('@')
    const stream = { streamId, ...(deviceId !== undefined && { deviceId }) } as StreamDescription
    return this.#limiter.heartbeat({ user: 'viewer' as UserId, stream, plan: this.#plan })
  }

  async stop(streamId: string, deviceId: string): Promise<void> {
    const id = leaseIdOf({ streamId, deviceId } as StreamDescription)
    await this.#limiter.stop({ user: 'viewer' as UserId, id })
  }
}

function intervalOf(result: StartResult): number | null {
  if (result.outcome !== 'admitted') throw new Error(`The stream was not admitted: ${result.outcome}`)
  return result.heartbeatSeconds
}
