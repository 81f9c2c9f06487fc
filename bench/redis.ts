/**
 * RedisStore beside its script alone, and beside other limiters on Redis. All run in this process
 * and take turns, so that noise on the machine affects all alike.
 */
import { parseArgs } from 'node:util'
import type { Lease, LeaseId, StreamId, UserId } from '@streamgate/core'
import { RedisStore } from '@streamgate/stores/redis'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { Semaphore } from 'redis-semaphore'
import { parseRedisAddress } from '../stores/src/redis/address.ts'
import { SCRIPTS } from '../stores/src/redis/scripts.ts'
import { leaseLine } from '../stores/src/redis/user-record.ts'
import { RedisServer } from '../stores/test/redis/redis-server.ts'
import { showProgress } from './progress.ts'
import { median, spreadOf } from './statistics.ts'

const HELP = `npm run bench:redis -- [--rounds N] [--starts N]

  --rounds N  rounds, in which each contender has one turn (default 15)
  --starts N  starts in one turn, 64 at once, each of a new user (default 5000)
`

const AT_ONCE = 64
const LIMIT = 3
const LEASE_MS = 75_000
/** Turns before the first one that counts. */
const WARM_UP = 2

/** Something that limits users in Redis. */
type Contender = {
  readonly name: string
  /** One start of a user who has room. */
  readonly start: (user: string) => Promise<unknown>
  /** How many slots a user has in use. `undefined` if it does not count. */
  readonly slots: (user: string) => Promise<number | undefined>
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    starts: { type: 'string', default: '5000' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) process.stdout.write(HELP)
else await main()

async function main(): Promise<void> {
  const server = await RedisServer.start(() => {}, { settings: ['--appendonly', 'no'] })
  const client = new Redis({ host: '127.0.0.1', port: server.port, scripts: SCRIPTS })
  const store = new RedisStore({
    place: parseRedisAddress('redis', `//127.0.0.1:${server.port}`),
    warn: () => {},
  })
  try {
    const contenders = [scriptAlone(client), ours(store), rateLimiterFlexible(client), redisSemaphore(client)]
    const repeated = await Promise.all(contenders.map(slotsOfRepeatedStart))
    const rates = await measure(contenders, server)
    process.stdout.write(table(contenders, repeated, rates))
  } finally {
    await store.close()
    client.disconnect()
    await server.end()
  }
}

/** Starts per second of this process's CPU time, by contender and round. */
async function measure(contenders: readonly Contender[], server: RedisServer): Promise<number[][]> {
  const rates: number[][] = contenders.map(() => [])
  const [rounds, starts] = [Number(options.rounds), Number(options.starts)]
  for (let round = 0; round < rounds + WARM_UP; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const rate = await turn(contender, `${round}-${index}`, starts)
      if (round >= WARM_UP) rates[index]?.push(rate)
    }
    await server.admin.flushall()
    showProgress(`round ${round + 1} of ${rounds + WARM_UP}\n`)
  }
  return rates
}

async function turn({ start }: Contender, name: string, starts: number): Promise<number> {
  let next = 0
  const from = process.cpuUsage()
  const client = async () => {
    while (next < starts) {
      next += 1
      await start(`user-${name}-${next}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
  const { user, system } = process.cpuUsage(from)
  return starts / ((user + system) / 1e6)
}

/** How many slots one stream takes that is started twice, as after a lost answer. */
async function slotsOfRepeatedStart({ name, start, slots }: Contender): Promise<number | undefined> {
  const user = `repeated-${name}`
  for (let time = 0; time < 2; time += 1) await start(user)
  return slots(user)
}

/** Only the script, with arguments that are made once, and its answer unread. */
function scriptAlone(client: Redis): Contender {
  const [id, line] = [JSON.stringify('film'), leaseLine(lease())]
  const scripts = client as unknown as { add: (...args: readonly (string | number)[]) => Promise<unknown> }
  return {
    name: 'the script alone',
    start: (user) => scripts.add(`alone:{${user}}`, id, LIMIT, line, '90000000', 1, '', '', 0),
    slots: async () => undefined,
  }
}

function ours(store: RedisStore): Contender {
  return {
    name: 'RedisStore',
    start: (user) => store.add(user as UserId, lease(), { capacity: LIMIT }),
    slots: async (user) => (await store.read(user as UserId)).leases.length,
  }
}

function rateLimiterFlexible(client: Redis): Contender {
  const limiter = new RateLimiterRedis({ storeClient: client, points: LIMIT, duration: LEASE_MS / 1000 })
  return {
    name: 'rate-limiter-flexible 11',
    start: (user) => limiter.consume(user),
    slots: async (user) => (await limiter.get(user))?.consumedPoints ?? 0,
  }
}

function redisSemaphore(client: Redis): Contender {
  const settings = { lockTimeout: LEASE_MS, refreshInterval: 0 }
  return {
    name: 'redis-semaphore 5',
    start: (user) => new Semaphore(client, user, LIMIT, settings).acquire(),
    slots: (user) => client.zcard(`semaphore:${user}`),
  }
}

function lease(): Lease {
  const nowMs = Date.now()
  return {
    id: 'film' as LeaseId,
    streamId: 'film' as StreamId,
    startedAtMs: nowMs,
    renewedAtMs: nowMs,
    expiresAtMs: nowMs + LEASE_MS,
    generation: String(nowMs) as Lease['generation'],
  }
}

function table(
  contenders: readonly Contender[],
  repeated: readonly (number | undefined)[],
  rates: readonly (readonly number[])[],
): string {
  const alone = rates[0] ?? []
  const rows = contenders.map(({ name }, index) => {
    const own = rates[index] ?? []
    const ratios = own.map((rate, round) => rate / (alone[round] ?? Number.NaN))
    const spread = spreadOf(ratios)
    const ratio = `${spread.median.toFixed(2)} (${spread.low.toFixed(2)} to ${spread.high.toFixed(2)})`
    return `| ${name} | ${ratio} | ${Math.round(median(own)).toLocaleString('en')} | ${repeated[index] ?? '–'} |`
  })
  return [
    '| | to the script alone | starts per CPU second | slots of a repeated start |',
    '|---|---:|---:|---:|',
    ...rows,
    '',
  ].join('\n')
}
