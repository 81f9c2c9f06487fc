/** Several servers of Redis that work together. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { temporaryFolder, type AtEnd } from '../temporary-folder.ts'
import { freePort } from './free-port.ts'
import { RedisServer } from './redis-server.ts'

const READY_MS_MAX = 20_000
const LOOK_EVERY_MS = 50

/** Waits until something is true of the servers. */
export async function until(
  what: string,
  isTrue: () => Promise<boolean>,
  limitMs = READY_MS_MAX,
): Promise<void> {
  const untilMs = performance.now() + limitMs
  while (!(await isTrue().catch(() => false))) {
    if (performance.now() > untilMs) throw new Error(`not within ${limitMs} ms: ${what}`)
    await pause(LOOK_EVERY_MS)
  }
}

/** A master, replicas, and Sentinels that watch over them. */
export type SentinelGroup = {
  readonly url: string
  /** The servers that hold data. Which one is the master changes. */
  readonly servers: readonly RedisServer[]
  /** The master, if all Sentinels name the same one. During a failover they may not. */
  readonly master: () => Promise<RedisServer>
  /** Starts a killed server as a replica, and waits until the group is whole again. */
  readonly revive: (killed: RedisServer) => Promise<void>
  /** Waits until the Sentinels name one master, and all other servers follow it. */
  readonly isWhole: () => Promise<void>
}

/** What the Sentinels call the master. */
const MASTER = 'streams'
/** After so long without an answer a server is taken for dead. On a busy machine one is slow. */
const DOWN_AFTER_MS = 1500
/** A shorter time makes Sentinels begin a second failover during the first. */
const FAILOVER_MS = 5000
/** How often a Sentinel asks each server about itself. The default is ten seconds. */
const INFO_PERIOD_MS = 500
const WHOLE_MS_MAX = 60_000

/** Starts a master with two replicas, and three Sentinels. */
export async function startSentinelGroup(atEnd: AtEnd): Promise<SentinelGroup> {
  const first = await RedisServer.start(atEnd)
  const following = { settings: ['--replicaof', '127.0.0.1', String(first.port)] }
  const replicas = await Promise.all([1, 2].map(() => RedisServer.start(atEnd, following)))
  const servers = [first, ...replicas]
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(atEnd, first.port)))
  const master = () => namedMaster(sentinels, servers)
  const isWhole = () =>
    until('all servers follow one master', () => areTogether(sentinels, servers), WHOLE_MS_MAX)
  await isWhole()
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}`,
    servers,
    master,
    isWhole,
    revive: async (killed) => {
      await until('the Sentinels name one master', async () => (await master()) !== killed, WHOLE_MS_MAX)
      await killed.start(['--replicaof', '127.0.0.1', String((await master()).port)])
      await isWhole()
    },
  }
}

async function namedMaster(
  sentinels: readonly RedisServer[],
  servers: readonly RedisServer[],
): Promise<RedisServer> {
  const named = await Promise.all(
    sentinels.map(({ admin }) => admin.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)),
  )
  const ports = new Set((named as string[][]).map(([, port]) => Number(port)))
  const found = servers.filter(({ port }) => ports.has(port))
  const [master] = found
  if (master === undefined || ports.size > 1) throw new Error(`${ports.size} masters`)
  return master
}

/** Whether each Sentinel sees the whole group, and each server is what they take it for. */
async function areTogether(
  sentinels: readonly RedisServer[],
  servers: readonly RedisServer[],
): Promise<boolean> {
  const master = await namedMaster(sentinels, servers)
  const roles = await Promise.all(servers.map(({ admin }) => admin.info('replication')))
  const areRight = roles.every((role, index) =>
    servers[index] === master
      ? role.includes('role:master') && role.includes(`connected_slaves:${servers.length - 1}`)
      : role.includes(`master_port:${master.port}`) && role.includes('master_link_status:up'),
  )
  const views = await Promise.all(sentinels.map((sentinel) => viewOf(sentinel)))
  return areRight && views.every((view) => isInOrder(view, servers.length - 1, sentinels.length - 1))
}

/** What a Sentinel knows of the master and of each replica: names and values in turn. */
type View = { readonly master: readonly string[]; readonly replicas: readonly (readonly string[])[] }

async function viewOf({ admin }: RedisServer): Promise<View> {
  const master = (await admin.call('SENTINEL', 'MASTER', MASTER)) as string[]
  const replicas = (await admin.call('SENTINEL', 'REPLICAS', MASTER)) as string[][]
  return { master, replicas }
}

function isInOrder({ master, replicas }: View, replicaCount: number, otherCount: number): boolean {
  return (
    factIn(master, 'flags') === 'master' &&
    factIn(master, 'num-other-sentinels') === String(otherCount) &&
    replicas.length === replicaCount &&
    replicas.every((one) => factIn(one, 'flags') === 'slave' && factIn(one, 'master-link-status') === 'ok')
  )
}

/** One of the facts that a Sentinel tells: a value after its name. */
function factIn(facts: readonly string[], name: string): string | undefined {
  return facts[facts.indexOf(name) + 1]
}

async function startSentinel(atEnd: AtEnd, masterPort: number): Promise<RedisServer> {
  const file = join(temporaryFolder(atEnd), 'sentinel.conf')
  writeFileSync(
    file,
    [
      `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER} ${FAILOVER_MS}`,
      '',
    ].join('\n'),
  )
  const sentinel = await RedisServer.start(atEnd, { sentinelFile: file })
  await sentinel.admin.call('SENTINEL', 'DEBUG', 'info-period', INFO_PERIOD_MS)
  return sentinel
}

/** Three masters that share the slots of a cluster. */
export async function startCluster(atEnd: AtEnd): Promise<{ url: string; servers: readonly RedisServer[] }> {
  const servers = await Promise.all(
    [1, 2, 3].map(async () => {
      const bus = await freePort()
      const settings = [
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        String(bus),
        '--cluster-node-timeout',
        '1000',
      ]
      return RedisServer.start(atEnd, { settings })
    }),
  )
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'], { stdio: 'ignore' })
  for (const { admin } of servers) {
    await until('the cluster is up', async () =>
      ((await admin.call('CLUSTER', 'INFO')) as string).includes('cluster_state:ok'),
    )
  }
  return { url: `redis+cluster://${addresses.join(',')}`, servers }
}

/** Moves the slot of a key, with that key, from the server that has it to another one. */
export async function moveSlotOf(key: string, servers: readonly RedisServer[]): Promise<void> {
  const slot = await (servers[0] as RedisServer).admin.cluster('KEYSLOT', key)
  const counts = await Promise.all(servers.map(({ admin }) => admin.cluster('COUNTKEYSINSLOT', slot)))
  const from = servers[counts.findIndex((count) => count > 0)] as RedisServer
  const to = servers[(servers.indexOf(from) + 1) % servers.length] as RedisServer
  const [fromId, toId] = await Promise.all([from, to].map(({ admin }) => admin.cluster('MYID')))
  await to.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(fromId))
  await from.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(toId))
  await from.admin.migrate('127.0.0.1', to.port, key, 0, 5000)
  for (const { admin } of [to, from, ...servers.filter((other) => other !== to && other !== from)]) {
    await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', String(toId))
  }
  await until('all servers agree on the owner', async () => {
    const views = await Promise.all(
      servers.map(({ admin }) => admin.call('CLUSTER', 'NODES') as Promise<string>),
    )
    return new Set(views.map((view) => epochOf(String(toId), view))).size === 1
  })
}

/** The configuration epoch of a node, as a server sees it (Redis documentation, CLUSTER NODES). */
function epochOf(id: string, view: string): string | undefined {
  const line = view.split('\n').find((one) => one.startsWith(id))
  return line?.split(' ')[6]
}
