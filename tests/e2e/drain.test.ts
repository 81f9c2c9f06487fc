import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Client } from './client.ts'
import { Ledger } from './ledger.ts'
import { faultsOf, Load } from './load.ts'
import { startService, type RunningService, type ServiceOptions } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const LIMIT = 3
/** Long enough to notice the shutdown and still do something. */
const GRACE_SECONDS = 2
/**
 * How long a service without a grace period takes to close its port. It waits for no connection
 * that opens at that moment.
 */
const CLOSE_MS = 500
/** A grace period that no test can wait for. */
const LONG_GRACE = ['--drain-seconds', '600']
/** How long a process may take to end once it has nothing to wait for. */
const END_LIMIT_MS = 5000

const BODY = JSON.stringify({ streamId: 'half-sent' })

describe.each([1, 2])('told to stop by SIGTERM, a service of %i process(es)', (workers) => {
  it('tells load balancers, answers and loses nothing meanwhile, and exits 0', async () => {
    const folder = temporaryFolder()
    const service = await startService({ folder, workers, flags: ['--drain-seconds', String(GRACE_SECONDS)] })
    const ledger = new Ledger(LIMIT)
    const load = new Load({ client: new Client(service.url), ledger, name: 'load' })
    await load.untilAcknowledged(100)
    service.signal('SIGTERM')
    await service.untilLogged('draining', workers)
    const newcomer = new Client(service.url)
    expect(await newcomer.get('/readyz')).toMatchObject({
      status: 503,
      headers: { 'content-type': 'application/problem+json', connection: 'close' },
      body: { type: '/problems/draining', status: 503 },
    })
    expect((await newcomer.get('/livez')).status).toBe(200)
    expect((await newcomer.start('newcomer', 'film')).status).toBe(201)
    await load.untilAcknowledged(100)
    await load.end()
    expect(load.statuses).toEqual(new Set([201, 204, 409]))
    expect([...load.failures]).toEqual([])
    expect(await service.exitWithin(GRACE_SECONDS * 1000 + END_LIMIT_MS)).toEqual({ code: 0, signal: null })
    await expect(newcomer.get('/livez')).rejects.toThrow('ECONNREFUSED')
    expect(service.logged('decision')).toHaveLength(load.decided + 1)
    expect(service.logged('stopped')).toHaveLength(workers)
    const next = await startService({ folder })
    expect(await faultsOf(new Client(next.url), ledger)).toEqual([])
  })

  it('answers a request whose body had only half arrived', async () => {
    const service = await serviceOf(workers, ['--drain-seconds', '0'])
    const socket = await sendFirstHalf(service)
    service.signal('SIGTERM')
    await service.untilLogged('draining', workers)
    await pause(CLOSE_MS)
    await expect(new Client(service.url).get('/livez')).rejects.toThrow('ECONNREFUSED')
    socket.write(BODY.slice(BODY.length / 2))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 201 Created\r\n[^]*"id":"half-sent"/)
    expect(await service.exitWithin(END_LIMIT_MS)).toEqual({ code: 0, signal: null })
  })

  it('ends at once on the second signal', async () => {
    const service = await serviceOf(workers, LONG_GRACE)
    service.signal('SIGTERM')
    await service.untilLogged('draining', workers)
    service.signal('SIGTERM')
    expect((await service.exitWithin(END_LIMIT_MS)).code).not.toBe(0)
  })
})

describe.each([1, 2])('told to stop by SIGINT, a service of %i process(es)', (workers) => {
  it('exits 0 at once, whatever its grace period and its connections', async () => {
    const service = await serviceOf(workers, LONG_GRACE)
    await new Client(service.url).start('user', 'film')
    service.signal('SIGINT')
    expect(await service.exitWithin(END_LIMIT_MS)).toEqual({ code: 0, signal: null })
  })
})

it('a service of 2 processes exits 0 at once if a terminal sends SIGINT to each of them', async () => {
  const service = await serviceOf(2, LONG_GRACE)
  service.signalAll('SIGINT')
  expect(await service.exitWithin(END_LIMIT_MS)).toEqual({ code: 0, signal: null })
})

function serviceOf(workers: number, flags: ServiceOptions['flags'] = []): Promise<RunningService> {
  return startService({ folder: temporaryFolder(), workers, flags })
}

/** Sends a start up to the middle of its body. Returns once the service must have seen that. */
async function sendFirstHalf({ url }: RunningService): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const head = `POST /users/user/streams HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${BODY.length}\r\n\r\n`
  socket.write(head + BODY.slice(0, BODY.length / 2))
  await pause(200)
  return socket
}
