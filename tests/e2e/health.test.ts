/** `streamgate health`, as a container runs it. */
import { describe, expect, it } from 'vitest'
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
})
