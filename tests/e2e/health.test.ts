/** `streamgate health`, as a container runs it. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'
import { until } from '../../stores/test/redis/groups.ts'
import { freePort } from '../../stores/test/redis/free-port.ts'
import { run } from './command.ts'
import { startService } from './running-service.ts'

const HEALTHY = { code: 0, stdout: '', stderr: '' }

describe('streamgate health', () => {
  it('exits with 0 while the service is ready, and with 1 once it drains', async () => {
    const service = await startService({ folder: temporaryFolder(), flags: ['--drain-seconds', '20'] })
    const { port } = new URL(service.url)
    const byFlag = await run(['health', service.url])
    const byVariable = await run(['health'], { STREAMGATE_PORT: port })
    expect([byFlag, byVariable]).toEqual([HEALTHY, HEALTHY])
    service.signal('SIGTERM')
    await until('it drains', async () => (await fetch(`${service.url}/readyz`)).status === 503)
    expect(await run(['health', service.url])).toEqual({
      code: 1,
      stdout: '',
      stderr: `streamgate: ${service.url}/readyz answered 503\n`,
    })
  }, 60_000)

  it('exits with 1 if nothing answers, and with 2 if the address makes no sense', async () => {
    const port = await freePort()
    expect(await run(['health', `http://127.0.0.1:${port}`])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    })
    for (const address of ['8080', 'https://localhost', 'localhost:8080']) {
      expect(await run(['health', address])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('the address must be http://<host>:<port>'),
      })
    }
  }, 60_000)

  it.each([
    ['nothing', '', ''],
    ['a head without end', 'HTTP/1.1 200 OK\r\nx: ', 'x'],
  ])(
    'does not wait for the end of %s',
    async (_what, head, more) => {
      const address = await serveWithoutEnd({ head, more })
      expect(await run(['health', address])).toEqual({
        code: 1,
        stdout: '',
        stderr: `streamgate: ${address}/readyz: no answer within 2000 ms\n`,
      })
    },
    60_000,
  )

  it('needs no body', async () => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
    expect(await run(['health', await serveWithoutEnd({ head, more: '1\r\nx\r\n' })])).toEqual(HEALTHY)
  }, 60_000)

  it('asks below the path of the address, and prints no credentials', async () => {
    const service = await startService({ folder: temporaryFolder() })
    const { host } = new URL(service.url)
    expect(await run(['health', `${service.url}/?x=1`])).toEqual(HEALTHY)
    expect(await run(['health', `http://viewer:hidden@${host}/behind/`])).toEqual({
      code: 1,
      stdout: '',
      stderr: `streamgate: ${service.url}/behind/readyz answered 404\n`,
    })
    expect((await run(['health', `https://viewer:hidden@${host}`])).stderr).not.toContain('hidden')
  }, 60_000)
})

const DRIP_MS = 100

/** A server that sends the head of an answer, and then more of it without end. */
async function serveWithoutEnd({ head, more }: { head: string; more: string }): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const dripping = setInterval(() => void socket.write(more), DRIP_MS)
    socket.on('error', () => {}).once('close', () => clearInterval(dripping))
    socket.write(head)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
