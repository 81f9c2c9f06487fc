import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { newPlaybackKey } from '../../service/src/playback/new-key.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { startService } from '../e2e/running-service.ts'
import { sendOverHttp } from '../http-contract/target.ts'
import type { ToldStream } from './gate.ts'

/** So many that both workers get some: each call has a connection of its own. */
const CALLS = 24

it('each worker knows what the other one revoked, and checks the tokens that it gave', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'keys.json')
  writeFileSync(file, JSON.stringify({ keys: [newPlaybackKey('ES256')] }))
  const { url } = await startService({ folder, workers: 2, flags: ['--playback-tokens', file] })
  const body = JSON.stringify({ streamId: 's', contentId: 'f' })
  const headers = { 'content-type': 'application/json' }
  const started = await sendOverHttp(url, { method: 'POST', path: '/users/ann/streams', headers, body })
  const { playbackToken } = JSON.parse(started.text) as ToldStream
  const check = async () => {
    const uri = { 'x-original-uri': `/f/seg?playbackToken=${playbackToken}` }
    const answers = Array.from({ length: CALLS }, () =>
      sendOverHttp(url, { method: 'GET', path: '/check', headers: uri }),
    )
    return new Set((await Promise.all(answers)).map(({ status }) => status))
  }
  expect(await check()).toEqual(new Set([200]))
  await sendOverHttp(url, { method: 'DELETE', path: '/users/ann/streams/s' })
  await vi.waitFor(async () => expect(await check()).toEqual(new Set([403])), { timeout: 5000 })
  const lists = Array.from({ length: CALLS }, () =>
    sendOverHttp(url, { method: 'GET', path: '/revocations' }),
  )
  const pages = (await Promise.all(lists)).map(
    ({ text }) => JSON.parse(text) as { cursor: string; revoked: object[] },
  )
  expect(new Set(pages.map(({ cursor }) => cursor)).size).toBe(2)
  for (const { revoked } of pages) expect(revoked).toMatchObject([{ sub: 'ann', sid: 's' }])
}, 40_000)
