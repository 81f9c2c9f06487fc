/**
 * A player in Chromium, whose ClearKey module gets its licences through the proxy of
 * `examples/edge/licence-proxy`. It keeps asking after its stream has ended.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, expect, it, vi } from 'vitest'
import { newPlaybackKey } from '../../service/src/playback/new-key.ts'
import { atEndOfTests, temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { startService } from '../e2e/running-service.ts'
import { sendOverHttp } from '../http-contract/target.ts'
import { launchChromium } from './chromium.ts'
import { describeInChromium } from './in-chromium.ts'
import { Site } from './site.ts'

const PROXY = fileURLToPath(new URL('../../examples/edge/licence-proxy/licence-proxy.js', import.meta.url))
const HEARTBEAT_MS = 1000
/** Four intervals, or one more than the lease: three. */
const TOKEN_LIFE_MS = 3000
const POLICY = { leaseSeconds: 2, heartbeatSeconds: 1 }
/** A request that left in time may be answered later. Instants in tokens are whole seconds. */
const LATE_MS = 1500

const [KID, OTHER_KID] = ['LwVHf8JLtPrv2GUXFW2v_A', 'AAAAAAAAAAAAAAAAAAAAAA']
const SECRET = 'tQ0bJVWb6b0KPL6KtZIy_A'

type Licence = { readonly status: number; readonly keys: readonly string[] }
type Told = { readonly playbackToken?: string }

const atEnd = atEndOfTests()
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describeInChromium('a licence proxy', (executablePath) => {
  let service = ''
  let site: Site
  let browser: Browser
  let licences = 0
  let upstream = ''
  let folder = ''

  beforeAll(async () => {
    folder = temporaryFolder(atEnd)
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: [newPlaybackKey('ES256')] }))
    writeFileSync(join(folder, 'policy.json'), JSON.stringify(POLICY))
    writeFileSync(join(folder, 'contents.json'), JSON.stringify({ film: [KID] }))
    const flags = ['--playback-tokens', join(folder, 'keys.json'), '--policy', join(folder, 'policy.json')]
    service = (await startService({ folder, flags }, atEnd)).url
    upstream = await serveLicences(() => (licences += 1))
    site = await Site.open()
    atEnd(() => site.close())
    site.addFile('/licences.html', 'licences.html')
    browser = await launchChromium(executablePath)
    atEnd(() => browser.close())
  })

  /** Starts the proxy. Resolves with its address. */
  async function startProxy(more: Readonly<Record<string, string>> = {}): Promise<string> {
    const env = {
      JWKS: `${service}/.well-known/jwks.json`,
      LICENCES: upstream,
      CONTENTS: join(folder, 'contents.json'),
      ORIGIN: site.origin,
      PORT: '0',
      ...more,
    }
    const proxy = spawn(process.execPath, [PROXY], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    atEnd(async () => {
      proxy.kill()
      if (proxy.exitCode === null && proxy.signalCode === null) await once(proxy, 'exit')
    })
    const [line] = (await once(createInterface(proxy.stdout), 'line')) as [string]
    return `http://127.0.0.1:${line.split(' ').at(-1)}/`
  }

  async function openPage(): Promise<Page> {
    const page = await browser.newPage()
    await page.goto(`${site.origin}/licences.html`)
    return page
  }

  async function start(user: string, contentId = 'film'): Promise<string> {
    const body = JSON.stringify({ streamId: 's', contentId })
    const headers = { 'content-type': 'application/json' }
    const path = `/users/${user}/streams`
    const answer = await sendOverHttp(service, { method: 'POST', path, headers, body })
    return (JSON.parse(answer.text) as Told).playbackToken ?? ''
  }

  function stop(user: string): Promise<unknown> {
    return sendOverHttp(service, { method: 'DELETE', path: `/users/${user}/streams/s` })
  }

  it('gives the keys of its film to a stream that runs, and nothing else', async () => {
    const [page, proxy] = [await openPage(), await startProxy()]
    const token = await start('ann')
    expect(await ask(page, proxy, { token })).toEqual({ status: 200, keys: ['usable'] })
    const asked = licences
    expect(await ask(page, proxy, { token, kid: OTHER_KID })).toEqual({ status: 403, keys: [] })
    expect(await ask(page, proxy, { token: await start('bob', 'other') })).toEqual({ status: 403, keys: [] })
    expect(await ask(page, proxy, { token: '' })).toEqual({ status: 401, keys: [] })
    const [header, , signature] = token.split('.')
    const claims = { sub: 'eve', sid: 's', contentId: 'film', iat: 1, exp: 9_999_999_999 }
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
    expect(await ask(page, proxy, { token: forged })).toEqual({ status: 401, keys: [] })
    expect(licences).toBe(asked)
  })

  it('goes on for a player that sends heartbeats, and cuts off one that stops within one token life', async () => {
    const [page, proxy] = [await openPage(), await startProxy()]
    let token = await start('carl')
    const playUntilMs = performance.now() + 2.5 * TOKEN_LIFE_MS
    while (performance.now() < playUntilMs) {
      expect(await ask(page, proxy, { token })).toEqual({ status: 200, keys: ['usable'] })
      await pause(HEARTBEAT_MS)
      const beat = await sendOverHttp(service, { method: 'PUT', path: '/users/carl/streams/s' })
      token = (JSON.parse(beat.text) as Told).playbackToken ?? token
    }
    await stop('carl')
    const tookMs = await untilRefused(() => ask(page, proxy, { token }))
    process.stdout.write(
      `A stopped player was cut off after ${tookMs.toFixed(0)} ms, token life ${TOKEN_LIFE_MS} ms.\n`,
    )
    expect(tookMs).toBeLessThan(TOKEN_LIFE_MS + LATE_MS)
    const last = licences
    await pause(HEARTBEAT_MS)
    expect((await ask(page, proxy, { token })).status).toBe(401)
    expect(licences).toBe(last)
  })

  it('that follows the revocations cuts it off at once', async () => {
    const [page, proxy] = [await openPage(), await startProxy({ REVOCATIONS: `${service}/revocations` })]
    const token = await start('dora')
    expect((await ask(page, proxy, { token })).status).toBe(200)
    await stop('dora')
    const refused = await vi.waitFor(async () => {
      const { status } = await ask(page, proxy, { token })
      expect(status).not.toBe(200)
      return status
    }, TOKEN_LIFE_MS)
    expect(refused).toBe(403)
  })
})

/** What came of it when the page asked. */
function ask(page: Page, proxy: string, asked: { token: string; kid?: string }): Promise<Licence> {
  return page.evaluate<Licence>(`askForLicence(${JSON.stringify({ proxy, kid: KID, ...asked })})`)
}

/** Asks again and again. Resolves with the time until the first refusal, in milliseconds. */
async function untilRefused(askAgain: () => Promise<Licence>): Promise<number> {
  const sinceMs = performance.now()
  while ((await askAgain()).status === 200) await pause(50)
  return performance.now() - sinceMs
}

/** A licence server for ClearKey, which gives every key to anyone. Resolves with its address. */
async function serveLicences(onLicence: () => void): Promise<string> {
  const server = createServer((request, response) => {
    onLicence()
    void text(request).then((asked) => response.end(licenceFor(asked)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function licenceFor(asked: string): string {
  const { kids } = JSON.parse(asked) as { readonly kids: readonly string[] }
  const keys = kids.map((kid) => ({ kty: 'oct', kid, k: SECRET }))
  return JSON.stringify({ keys, type: 'temporary' })
}
