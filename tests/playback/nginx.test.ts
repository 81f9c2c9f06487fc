/** Debian's nginx with the files of `examples/edge/nginx`, on a free port. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPlaybackKey, publicPem } from '../../service/src/playback/new-key.ts'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { freePort } from '../../stores/test/redis/free-port.ts'
import { Gate, tampered, tokenOf } from './gate.ts'
import { nginxLack } from './nginx-lack.ts'
import { answersOf, EXPECTED } from './verifier-cases.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/edge/nginx', import.meta.url))
const CONFIG = readFileSync(join(EXAMPLE, 'nginx.conf'), 'utf8')
const [KEY, NEXT_KEY, HMAC_KEY] = [newPlaybackKey('ES256'), newPlaybackKey('ES256'), newPlaybackKey('HS256')]

let nginx: ChildProcess
let url = ''
let keyFolder = ''
let errors = ''

const atEnd = atEndOfTests()

beforeAll(async () => {
  expect(nginxLack()).toBeUndefined()
  const folder = temporaryFolder(atEnd)
  const port = await freePort()
  keyFolder = join(folder, 'keys')
  for (const name of ['njs', 'keys', 'root/films/film 7', 'root/films/film 8']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  copyFileSync(join(EXAMPLE, 'playback.js'), join(folder, 'njs/playback.js'))
  for (const film of ['film 7', 'film 8']) writeFileSync(join(folder, 'root/films', film, 'seg-1.m4s'), film)
  addKey(KEY)
  const own = [
    `pid ${folder}/nginx.pid; error_log stderr; daemon off; master_process off;`,
    CONFIG.replace('/etc/nginx/njs', `${folder}/njs`)
      .replace('/etc/nginx/playback-keys', keyFolder)
      .replace('/srv/films-root', `${folder}/root`)
      .replace('listen 8081', `listen 127.0.0.1:${port}`)
      .replace('http {', `http {\n${temporaryPaths(folder)}\naccess_log off;`),
  ].join('\n')
  writeFileSync(join(folder, 'nginx.conf'), own)
  nginx = spawn('nginx', ['-e', 'stderr', '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  nginx.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  url = `http://127.0.0.1:${port}`
  await listening(port)
})

afterAll(async () => {
  nginx.kill('SIGTERM')
  if (nginx.exitCode === null) await once(nginx, 'exit')
})

function addKey(key: ReturnType<typeof newPlaybackKey>): void {
  writeFileSync(join(keyFolder, `${String(key['kid'])}.pem`), publicPem(key))
}

/** nginx would else write where only root may. */
function temporaryPaths(folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await pause(50)
  }
  throw new Error(`nginx does not listen: ${errors}`)
}

async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(url + path, { headers })
  await response.arrayBuffer()
  return response.status
}

describe('nginx', () => {
  it('serves the film of a token, and refuses all else', async () => {
    const answers = await answersOf(KEY, (uri) => statusOf(uri))
    expect(answers).toEqual({ ...EXPECTED, good: 200 })
  })

  it('takes the token from a cookie or as a bearer token too', async () => {
    const gate = await Gate.open([KEY])
    const token = tokenOf(await gate.start('ann', { streamId: 's', contentId: 'film 7' }))
    const path = '/films/film%207/seg-1.m4s'
    expect(await statusOf(path, { cookie: `a=b; playbackToken=${token}` })).toBe(200)
    expect(await statusOf(path, { authorization: `Bearer ${token}` })).toBe(200)
    expect(await statusOf(path, { authorization: `Bearer ${tampered(token, { sub: 'bob' })}` })).toBe(401)
    await gate.close()
  })

  it('accepts a new key as soon as its file is there, and none of another kind', async () => {
    const gate = await Gate.open([NEXT_KEY, KEY])
    const token = tokenOf(await gate.start('ann', { streamId: 's', contentId: 'film 7' }))
    const uri = `/films/film%207/seg-1.m4s?playbackToken=${token}`
    expect(await statusOf(uri)).toBe(401)
    addKey(NEXT_KEY)
    expect(await statusOf(uri)).toBe(200)
    await gate.close()
    const other = await Gate.open([HMAC_KEY])
    const byHmac = tokenOf(await other.start('ann', { streamId: 's', contentId: 'film 7' }))
    expect(await statusOf(`/films/film%207/seg-1.m4s?playbackToken=${byHmac}`)).toBe(401)
    await other.close()
  })

  it('does not answer its internal location', async () => {
    expect(await statusOf('/_playback')).toBe(404)
  })
})
