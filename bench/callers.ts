/**
 * What it costs to check callers: the same calls, as functions of the app and without a server, by
 * a service that checks no caller, one with API keys, and one with tokens. They take turns, so that
 * noise on the machine affects all alike.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { AnsweringApp } from '../service/src/api/app.ts'
import type { HttpRequest } from '../service/src/api/http.ts'
import { compose } from '../service/src/compose.ts'
import { loadConfig } from '../service/src/settings/settings.ts'
import { Log } from '../service/src/telemetry/log.ts'
import { TestIssuer } from '../tests/http-contract/test-tokens.ts'
import { TestKeys } from '../tests/http-contract/test-keys.ts'
import { median, spreadOf } from './statistics.ts'

const HELP = `npm run bench:callers -- [--rounds N] [--users N] [--store memory|lmdb]

  --rounds N  rounds, in which each service has one turn (default 15)
  --users N   users in one turn, 64 at once, each with one stream (default 1000)
  --store     where leases are kept (default memory, beside which a check costs most)
`

const AT_ONCE = 64
const HEARTBEATS = 8
/** Turns before the first one that counts. In the first one, tokens are not known yet. */
const WARM_UP = 3

const NAMES = ['no check', 'API key', 'token'] as const
type Name = (typeof NAMES)[number]

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    users: { type: 'string', default: '1000' },
    store: { type: 'string', default: 'memory' },
    contender: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) process.stdout.write(HELP)
else if (options.contender === undefined) await main()
else await contend(options.contender as Name)

/** Microseconds of processor time for one call. */
type Cost = { readonly start: number; readonly session: number }

/** Each service has a process of its own, because their code would slow each other down in one. */
async function main(): Promise<void> {
  const contenders = NAMES.map((name) => ({
    name,
    child: fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--contender', name], {
      execArgv: ['--expose-gc'],
    }),
  }))
  const costs = new Map<string, Cost[]>(NAMES.map((name) => [name, []]))
  for (const { child } of contenders) await once(child, 'message')
  for (let round = -WARM_UP; round < Number(options.rounds); round += 1) {
    for (const { name, child } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      child.send('turn')
      const [cost] = (await once(child, 'message')) as [Cost]
      if (round >= 0) costs.get(name)?.push(cost)
    }
  }
  process.stdout.write(table(costs))
  for (const { child } of contenders) child.disconnect()
}

/** A service that takes its turns when it is told to. */
async function contend(name: Name): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-bench-'))
  const users = Array.from({ length: Number(options.users) }, (_, index) => `user-${index}`)
  const { settings, credentials } = await checkOf(name, users)
  const store = options.store === 'lmdb' ? `lmdb:${folder}` : 'memory:'
  const config = { ...loadConfig({ store, logLevel: 'silent' }, {}), ...settings }
  const { app, close } = await compose(config, new Log(config))
  process.on('message', () => void turn(app, users, credentials).then((cost) => process.send?.(cost)))
  process.send?.('ready')
  await once(process, 'disconnect')
  await close()
  rmSync(folder, { recursive: true })
}

/** How a service checks its callers, and what each user's calls carry in `Authorization`. */
async function checkOf(name: Name, users: readonly string[]) {
  const issuer = new TestIssuer()
  const keys = new TestKeys()
  switch (name) {
    case 'no check':
      return { settings: {}, credentials: [] }
    case 'API key': {
      const key = keys.make(['admit', 'read', 'end'])
      return { settings: keys.settings, credentials: users.map(() => key) }
    }
    case 'token':
      return {
        settings: await issuer.settings(),
        credentials: await Promise.all(users.map((user) => issuer.token(user))),
      }
  }
}

async function turn(
  app: AnsweringApp,
  users: readonly string[],
  credentials: readonly (string | undefined)[],
): Promise<Cost> {
  const requests = (method: string, path: string, body?: string) =>
    users.map((user, at) => requestOf(`${method} /users/${user}/streams${path}`, credentials[at], body))
  const starts = requests('POST', '', '{"streamId":"film"}')
  const beats = requests('PUT', '/film')
  const stops = requests('DELETE', '/film')
  // What the requests left behind is none of the service's work.
  globalThis.gc?.()
  const start = await timed(app, starts, 201)
  let rest = 0
  for (let beat = 0; beat < HEARTBEATS; beat += 1) rest += await timed(app, beats, 200)
  rest += await timed(app, stops, 204)
  const calls = users.length
  return { start: start / calls, session: (start + rest) / (calls * (HEARTBEATS + 2)) }
}

/** The header is copied, because a server makes a new string for each request too. */
function requestOf(line: string, credential: string | undefined, body?: string): HttpRequest {
  const [method = '', path = ''] = line.split(' ')
  const authorization = credential && Buffer.from(`Bearer ${credential}`).toString('latin1')
  return {
    method,
    path,
    query: '',
    headers: { host: 'localhost', ...(authorization !== undefined && { authorization }) },
    body: body === undefined ? undefined : Buffer.from(body),
    connection: { remoteAddress: '127.0.0.1' },
  }
}

/** The microseconds of processor time that these calls take together. */
async function timed(app: AnsweringApp, requests: readonly HttpRequest[], status: number): Promise<number> {
  const before = process.cpuUsage()
  for (let at = 0; at < requests.length; at += AT_ONCE) {
    const answers = await Promise.all(requests.slice(at, at + AT_ONCE).map((request) => app.handle(request)))
    const wrong = answers.find((answer) => answer.status !== status)
    if (wrong !== undefined) throw new Error(`an answer has status ${wrong.status}, and not ${status}`)
  }
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/**
 * For each service, the cost of a call, and how many it makes for each one without a check: the
 * median of the rounds with its middle half, and beside it the same of the fastest quarter, which a
 * busy machine disturbs less.
 */
function table(costs: ReadonlyMap<string, readonly Cost[]>): string {
  const [[, plain] = ['', []]] = [...costs]
  const lines = [...costs].flatMap(([name, measured]) =>
    (['start', 'session'] as const).map((mix) => {
      const own = measured.map((cost) => cost[mix])
      const others = plain.map((cost) => cost[mix])
      const ratios = own.map((cost, at) => (others[at] ?? 0) / cost)
      const { low, high } = spreadOf(ratios)
      const paired = `${median(ratios).toFixed(3)} (${low.toFixed(3)}-${high.toFixed(3)})`
      const fastest = `${spreadOf(own).low.toFixed(2)} µs  ${(spreadOf(others).low / spreadOf(own).low).toFixed(3)}`
      return `${name.padEnd(8)} ${mix.padEnd(8)} ${median(own).toFixed(2)} µs  ${paired}  ${fastest}`
    }),
  )
  return `${lines.join('\n')}\n`
}
