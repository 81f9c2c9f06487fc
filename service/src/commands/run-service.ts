/**
 * Runs the service: one process, or several workers on one port and one store; and stops it cleanly.
 */
import cluster from 'node:cluster'
import { compose, policyReloader, type Composition } from '../compose.ts'
import type { Config } from '../settings/settings.ts'
import { graceOf } from '../servers/drain-grace.ts'
import { endAtOnce } from '../servers/end-at-once.ts'
import { Log } from '../telemetry/log.ts'
import { listen, type RunningServer } from '../servers/node-server.ts'
import { PolicyFeed, relayPolicy } from '../servers/policy-relay.ts'
import type { PolicyReloader } from '../policy/policy-reloader.ts'
import { HttpEndpoint } from '../servers/http-endpoint.ts'
import type { SweepTimer } from '../sweep/sweep-timer.ts'
import { runWorkers } from '../servers/fleet.ts'
import { PrimaryLink, tellFailure } from '../servers/primary-link.ts'

/** Longest wait for requests under way once the port is closed. */
const FINISH_LIMIT_MS = 10_000

/** Longest wait for the store to close: it may be waiting for a lock that another process holds. */
const CLOSE_LIMIT_MS = 1000

/**
 * Serves until a signal says stop; resolves with the exit code.
 *
 * @throws {Error} where it cannot serve: the address is taken, or the store cannot be opened.
 */
export async function runService(config: Config): Promise<number> {
  const log = new Log(config.logLevel)
  try {
    if (cluster.isWorker) return await serveAsWorker(config, log)
    const reloader = policyReloader(config.policy, log.logger)
    if (config.workers === 1) return await serveAlone(config, log, reloader)
    relayPolicy(reloader)
    return await runWorkers(config, log)
  } catch (error) {
    log.logger.fatal({ err: error }, 'cannot serve')
    if (cluster.isPrimary) throw error
    await tellFailure(error)
    return 1
  } finally {
    log.flush()
    cluster.worker?.disconnect()
  }
}

/** Serves what the primary hands over, by the policy of the primary. */
async function serveAsWorker(config: Config, log: Log): Promise<number> {
  const link = new PrimaryLink()
  const feed = await PolicyFeed.open()
  const policy = feed.source(config.policy)
  sayOpening(config, log)
  const composition = await compose({ ...config, policy }, log, (own) => link.joinMetrics(own))
  feed.follow((state) => composition.policy.use(state))
  await makeReady(composition)
  const endpoint = new HttpEndpoint(composition.app)
  const sweepTimer = composition.makeSweepTimer()
  const url = await link.join({
    take: (socket) => endpoint.take(socket),
    sweep: () => {
      if (config.sweepMinutes > 0) sweepTimer.start()
    },
  })
  const server = {
    url,
    startDraining: () => endpoint.startDraining(),
    close: async (limitMs: number) => endpoint.close(limitMs),
  }
  const orders = { draining: link.draining, closing: () => link.finishing }
  return runUntilStopped({ config, log, composition, sweepTimer, server, orders })
}

/** Serves in this process alone. */
async function serveAlone(config: Config, log: Log, reloader: PolicyReloader): Promise<number> {
  sayOpening(config, log)
  const composition = await compose(config, log)
  reloader.start((state) => composition.policy.use(state))
  await makeReady(composition)
  const { host, port } = config
  const server = await listen(composition.app, { host, port })
  const sweepTimer = composition.makeSweepTimer()
  if (config.sweepMinutes > 0) sweepTimer.start()
  const draining = stopSignal()
  const orders = { draining, closing: async () => graceOf(config, await draining) }
  return runUntilStopped({ config, log, composition, sweepTimer, server, orders })
}

/** Says so before it happens: a store that waits for the lock of another process stops this one until it has it. */
function sayOpening({ store }: Config, log: Log): void {
  log.logger.info({ store: store.text }, 'opening the store')
  log.flush()
}

async function makeReady(composition: Composition): Promise<void> {
  await composition.finished.start()
  await composition.makeDocuments()
}

/** What runs until it is told to stop. */
type Run = {
  readonly config: Config
  readonly log: Log
  readonly composition: Composition
  readonly sweepTimer: SweepTimer
  readonly server: RunningServer
  readonly orders: {
    /** Load balancers are to see that it stops, because of this signal. */
    readonly draining: Promise<NodeJS.Signals>
    /** Resolves when it is to close its port and end. */
    readonly closing: () => Promise<void>
  }
}

async function runUntilStopped({
  config,
  log,
  composition,
  sweepTimer,
  server,
  orders,
}: Run): Promise<number> {
  const { logger } = log
  logger.info({ url: server.url, store: config.store.text, workers: config.workers }, 'listening')
  const signal = await orders.draining
  logger.info({ signal }, 'draining')
  composition.startDraining()
  server.startDraining()
  const lastSweep = sweepTimer.stop()
  await orders.closing()
  const { unfinished } = await server.close(FINISH_LIMIT_MS)
  const isClosed = await isDoneWithin(CLOSE_LIMIT_MS, closeAfter(lastSweep, composition))
  logger.info({ unfinished }, 'stopped')
  log.flush()
  if (!isClosed) endAtOnce()
  return unfinished === 0 ? 0 : 1
}

/** A sweep ends with the page under way, and needs the store until then. */
async function closeAfter(lastSweep: Promise<void>, { close }: Composition): Promise<void> {
  await lastSweep
  await close()
}

/** The first signal to stop; a second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (isStopping) endAtOnce()
        isStopping = true
        resolve(signal)
      })
    }
  })
}

async function isDoneWithin(limitMs: number, work: Promise<void>): Promise<boolean> {
  const overdue = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), limitMs).unref()
  })
  return Promise.race([work.then(() => true as const), overdue])
}
