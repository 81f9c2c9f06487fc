/** The Dockerfile, carried out step by step, and what comes of it as a process that serves. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { RedisServer } from '../../stores/test/redis/redis-server.ts'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { BuiltImage, IS_ROOT } from './built-image.ts'
import { composeServices } from './compose.ts'
import { execForm, finalStage, textOf } from './dockerfile.ts'
import { IMAGE } from './facts.ts'
import { ROOT } from './ops-packages.ts'
import { describeWithOps } from './with-ops.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 600_000 })

const ENTRY_POINT = execForm(textOf(finalStage(), 'ENTRYPOINT'))
const COMMAND = execForm(textOf(finalStage(), 'CMD'))
const HEALTH = execForm(textOf(finalStage(), 'HEALTHCHECK'))

/** On this machine the port may be taken, and nothing but loopback is used. */
const LOCAL = ['--port', '0', '--host', '127.0.0.1', '--drain-seconds', '0']

describeWithOps('the image', () => {
  const atEnd = atEndOfTests()
  let image: BuiltImage
  beforeAll(() => {
    image = new BuiltImage(temporaryFolder(atEnd))
  })

  it('has what runs, and nothing that builds or tests', () => {
    const packages = readdirSync(image.at('/app/node_modules'))
    expect(packages).toEqual(expect.arrayContaining(['lmdb', 'pino', 'streamgate']))
    for (const name of ['typescript', 'vitest', 'vite', 'tsdown', 'node', '@typescript'])
      expect(packages).not.toContain(name)
    const files = ['core', 'stores', 'service'].flatMap((name) =>
      readdirSync(image.at(`/app/${name}`), { recursive: true, encoding: 'utf8' }),
    )
    expect(files.filter((file) => file.endsWith('.ts'))).toEqual([])
  })

  it('runs the version that its name says', async () => {
    const run = image.start([...ENTRY_POINT, '--version'])
    expect(await text(outputOf(run))).toBe(`${IMAGE.replace('streamgate:', '')}\n`)
  })

  it.each([1, 2])(
    'serves as a user who may write to the volume alone, with --workers %i',
    async (workers) => {
      const service = image.start([...ENTRY_POINT, ...COMMAND, ...LOCAL, '--workers', String(workers)])
      const response = await startStream(await listeningUrl(service), `user-${workers}`)
      expect(response.status).toBe(201)
      expect(statSync(join(image.at('/data'), 'data.mdb')).uid).toBe(IS_ROOT ? 1000 : process.getuid?.())
      expect(statSync(image.at('/app/service/dist')).mode & 0o222).toBe(0)
      service.kill('SIGTERM')
      expect(await once(service, 'exit')).toEqual([0, null])
    },
  )

  it('serves over Redis, which has no warning for Valkey as compose.yaml sets it', async () => {
    const { command = [] } = composeServices()['valkey'] ?? {}
    const redis = await RedisServer.start(onTestFinished, { settings: command.slice(1) })
    const service = image.start([...ENTRY_POINT, ...COMMAND, ...LOCAL, '--store', redis.url])
    const warnings: string[] = []
    const url = await listeningUrl(service, (line) => void warnings.push(line))
    expect((await startStream(url, 'bob')).status).toBe(201)
    expect(warnings).toEqual([])
  })

  it('refuses to serve other machines until the operator says that this is wanted', async () => {
    const run = image.start([...ENTRY_POINT, ...COMMAND])
    const [errors, [code]] = await Promise.all([errorsOf(run), once(run, 'exit')])
    expect(errors).toContain('STREAMGATE_AUTH=none')
    expect(code).not.toBe(0)
  })

  it('is healthy by its own command while it serves, and not after', async () => {
    const service = image.start([...ENTRY_POINT, ...COMMAND, ...LOCAL])
    const health = [...HEALTH, await listeningUrl(service)]
    expect(await once(image.start(health), 'exit')).toEqual([0, null])
    service.kill('SIGTERM')
    await once(service, 'exit')
    expect(await once(image.start(health), 'exit')).toEqual([1, null])
  })
})

async function startStream(url: string, user: string): Promise<Response> {
  return fetch(`${url}/users/${user}/streams`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streamId: 'film-7' }),
  })
}

/** Where the service listens, from its log. It ends with the test. */
async function listeningUrl(service: ChildProcess, onWarning = (_line: string): void => {}): Promise<string> {
  onTestFinished(() => void service.kill('SIGKILL'))
  for await (const line of createInterface({ input: outputOf(service) })) {
    const { level, msg, url } = JSON.parse(line) as { level: string; msg: string; url?: string }
    if (level !== 'info') onWarning(line)
    if (msg === 'listening' && url !== undefined) return url
  }
  throw new Error(`The service ended before it listened: ${await errorsOf(service)}`)
}

function outputOf({ stdout }: ChildProcess): Readable {
  if (stdout === null) throw new Error('The process has no output')
  return stdout
}

async function errorsOf({ stderr }: ChildProcess): Promise<string> {
  return stderr === null ? '' : text(stderr)
}
