import { describe, expect, it, vi } from 'vitest'
import { Connection, requestText } from './connection.ts'
import { startService, type RunningService } from './running-service.ts'
import { temporaryFolder } from '../../stores/test/temporary-folder.ts'

const CONNECTIONS = 20
/** Far more than the primary needs to keep new connections from a worker that hangs. */
const PATIENCE_MS = 20_000
/** How long the requests of a worker may take at the end. */
const END_LIMIT_MS = 30_000

describe('while one of two workers hangs', () => {
  it('new connections and metrics are answered by the other, and no count is lost', async () => {
    const service = await startService({ folder: temporaryFolder(), workers: 2 })
    const [stopped = Number.NaN, other = Number.NaN] = service.workers
    const scraper = await connectionTo(service, other)
    const stuck = await connectionTo(service, stopped)
    await statesAre(scraper, { ready: 2, silent: 0, starting: 0 })
    const { decisions } = await scrape(scraper)
    expect(decisions).toBe(service.logged('decision').length)

    process.kill(stopped, 'SIGSTOP')
    const first = Array.from({ length: CONNECTIONS }, () => served(service))
    for (const { pid } of await Promise.all(first)) expect(pid).toBe(other)
    await statesAre(scraper, { ready: 1, silent: 1, starting: 0 })
    expect((await scrape(scraper)).decisions).toBe(decisions + CONNECTIONS)

    stuck.socket.write(requestText('GET', '/livez'))
    process.kill(stopped, 'SIGCONT')
    expect((await stuck.answer()).status).toBe(200)
    await statesAre(scraper, { ready: 2, silent: 0, starting: 0 })
    const second = await Promise.all(Array.from({ length: CONNECTIONS }, () => served(service)))
    expect(new Set(second.map(({ pid }) => pid))).toEqual(new Set([stopped, other]))
    expect(service.logged('worker is silent, it gets no new connections')).toHaveLength(1)
    expect(service.logged('worker answers again')).toHaveLength(1)
  }, 60_000)
})

it('what a worker had counted still counts after it died and was replaced', async () => {
  const service = await startService({ folder: temporaryFolder(), workers: 2 })
  const [killed = Number.NaN, other = Number.NaN] = service.workers
  const scraper = await connectionTo(service, other)
  await connectionTo(service, killed)
  const { decisions } = await scrape(scraper)
  service.killWorker(killed)
  await service.untilLogged('listening', 3)
  await statesAre(scraper, { ready: 2, silent: 0, starting: 0 })
  expect((await scrape(scraper)).decisions).toBe(decisions)
  await served(service)
  await vi.waitFor(async () => expect((await scrape(scraper)).decisions).toBe(decisions + 1))
}, 60_000)

it('one worker that hangs does not keep the service from ending', async () => {
  const service = await startService({
    folder: temporaryFolder(),
    workers: 2,
    flags: ['--drain-seconds', '0'],
  })
  const [stopped = Number.NaN] = service.workers
  process.kill(stopped, 'SIGSTOP')
  service.signal('SIGTERM')
  expect(await service.exitWithin(END_LIMIT_MS)).toEqual({ code: 1, signal: null })
}, 60_000)

let lastUser = 0

/** A new connection, and which worker serves it. */
async function served(service: RunningService): Promise<{ connection: Connection; pid: number }> {
  lastUser += 1
  const user = `user-${lastUser}`
  const connection = await Connection.open(service.url)
  connection.socket.write(requestText('GET', `/users/${user}/streams`))
  expect((await connection.answer()).status).toBe(200)
  const line = await vi.waitUntil(() => service.log.find((one) => one.user === user), {
    timeout: PATIENCE_MS,
  })
  return { connection, pid: line.pid }
}

/** A connection that this worker serves. */
async function connectionTo(service: RunningService, pid: number): Promise<Connection> {
  for (;;) {
    const one = await served(service)
    if (one.pid === pid) return one.connection
  }
}

async function statesAre(scraper: Connection, states: Record<string, number>): Promise<void> {
  const statesNow = async () => (await scrape(scraper)).workers
  await expect.poll(statesNow, { timeout: PATIENCE_MS }).toEqual(states)
}

/** What `/metrics` says of workers and decisions. It must answer. */
async function scrape(scraper: Connection): Promise<{ workers: Record<string, number>; decisions: number }> {
  scraper.socket.write(requestText('GET', '/metrics'))
  const { status, body } = await scraper.answer()
  expect(status).toBe(200)
  const workers = [...body.matchAll(/^streamgate_workers\{state="(\w+)"\} (\d+)$/gm)]
  const decisions = [...body.matchAll(/^streamgate_decisions_total\{[^}]*\} (\d+)$/gm)]
  return {
    workers: Object.fromEntries(workers.map(([, state, count]) => [state, Number(count)])),
    decisions: decisions.reduce((sum, [, count]) => sum + Number(count), 0),
  }
}
