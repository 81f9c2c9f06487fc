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
  readonly master: () => Promise<RedisServer>
}

/** What the Sentinels call the master. */
const MASTER = 'streams'
/** After so long without an answer a server is taken for dead. */
const DOWN_AFTER_MS = 500
/** A shorter time makes Sentinels begin a second failover during the first. */
const FAILOVER_MS = 5000

/** Starts a master with two replicas, and three Sentinels. */
export async function startSentinelGroup(atEnd: AtEnd): Promise<SentinelGroup> {
  const first = await RedisServer.start(atEnd)
  const following = { settings: ['--replicaof', '127.0.0.1', String(first.port)] }
  const replicas = await Promise.all([1, 2].map(() => RedisServer.start(atEnd, following)))
  const servers = [first, ...replicas]
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(atEnd, first.port)))
  const [sentinel] = sentinels
  if (sentinel === undefined) throw new Error('No Sentinel has started')
  const replicasSeen = async () => {
    const facts = (await sentinel.admin.call('SENTINEL', 'MASTER', MASTER)) as string[]
    const fact = (name: string) => Number(facts[facts.indexOf(name) + 1])
    return fact('num-slaves') === replicas.length && fact('num-other-sentinels') === 2
  }
  await until('the Sentinels know each other and the replicas', replicasSeen)
  for (const { admin } of replicas) {
    await until('a replica follows', async () =>
      (await admin.info('replication')).includes('master_link_status:up'),
    )
  }
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER}`,
    servers,
    master: async () => {
      const [, port] = (await sentinel.admin.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)) as string[]
      const found = servers.find((server) => server.port === Number(port))
      if (found === undefined) throw new Error(`no server has port ${port}`)
      return found
    },
  }
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
  return RedisServer.start(atEnd, { sentinelFile: file })
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
