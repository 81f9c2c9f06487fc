/**
 * Runs the service: one process, or several workers on one port and one store; and stops it cleanly.
 */
import cluster from 'node:cluster'
import { compose, policyReloader, type Composition } from './compose.ts'
import type { Config } from './config.ts'
import { storeText } from './store-config.ts'
import { Log } from './log.ts'
import { listen } from './node.ts'
import { PolicyFeed, relayPolicy } from './policy/policy-relay.ts'
import { endAtOnce, joinFleet, runWorkers, tellPrimary, untilToldToStop, whenToldToSweep } from './workers.ts'

/** Longest wait for requests under way once the port is closed. */
const FINISH_LIMIT_MS = 10_000

/** Longest wait for the store to close: it may be waiting for a lock that another process holds. */
const CLOSE_LIMIT_MS = 1000

/**
 * Serves until a signal says stop; resolves with the exit code.
 *
 * @throws {Error} where it cannot serve: the address is taken, or the store cannot be opened.
 */
export async function serve(config: Config): Promise<number> {
  const log = new Log(config.logLevel)
  try {
    if (cluster.isWorker) return await serveAsWorker(config, log)
    const reloader = policyReloader(config.policy, log.logger)
    if (config.workers === 1) {
      return await serveHere(config, log, ({ policy }) => reloader.start((state) => policy.use(state)))
    }
    relayPolicy(reloader)
    return await runWorkers(config, log.logger)
  } catch (error) {
    log.logger.fatal({ err: error }, 'cannot serve')
    if (cluster.isPrimary) throw error
    await tellPrimary(error)
    return 1
  } finally {
    log.flush()
    cluster.worker?.disconnect()
  }
}

/** Serves by the policy of the primary. */
async function serveAsWorker(config: Config, log: Log): Promise<number> {
  const feed = await PolicyFeed.open()
  const policy = feed.source(config.policy)
  return serveHere({ ...config, policy }, log, (composition) =>
    feed.follow((state) => composition.policy.use(state)),
  )
}

/** @param followPolicy keeps the composition's policy the newest from when it is called. */
async function serveHere(
  config: Config,
  log: Log,
  followPolicy: (composition: Composition) => void,
): Promise<number> {
  const { logger } = log
  const composition = await compose(config, log, cluster.isWorker ? joinFleet : undefined)
  followPolicy(composition)
  await composition.finished.start()
  await composition.makeDocuments()
  const sweepTimer = composition.makeSweepTimer()
  const sweeps = config.sweepMinutes > 0
  if (sweeps && cluster.isWorker) whenToldToSweep(() => sweepTimer.start())
  const { host, port } = config
  const server = await listen(composition.app, { host, port })
  if (sweeps && !cluster.isWorker) sweepTimer.start()
  logger.info({ url: server.url, store: storeText(config.store), workers: config.workers }, 'listening')
  const signal = await (cluster.isWorker ? untilToldToStop() : stopSignal())
  logger.info({ signal }, 'draining')
  composition.startDraining()
  server.startDraining()
  const lastSweep = sweepTimer.stop()
  await graceOf(config, signal)
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

/** Somebody at a terminal waits for nothing; a load balancer gets time to look elsewhere. */
async function graceOf({ drainSeconds }: Config, signal: NodeJS.Signals): Promise<void> {
  if (signal === 'SIGINT') return
  await new Promise((resolve) => {
    setTimeout(resolve, drainSeconds * 1000)
  })
}
