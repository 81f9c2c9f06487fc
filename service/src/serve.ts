/**
 * Runs the service: one process, or several workers on one port and one store; and stops it cleanly.
 */
import cluster from 'node:cluster'
import { compose } from './compose.ts'
import type { Config } from './config.ts'
import { Log } from './log.ts'
import { listen } from './node.ts'
import { askForFleetMetrics, runWorkers } from './workers.ts'

/** Longest wait for requests under way once the port is closed. */
const FINISH_LIMIT_MS = 10_000

/** Serves until a signal says stop; resolves with the exit code. */
export async function serve(config: Config): Promise<number> {
  const log = new Log(config.logLevel)
  try {
    if (cluster.isPrimary && config.workers > 1) return await runWorkers(config, log.logger)
    return await serveHere(config, log)
  } catch (error) {
    log.logger.fatal({ err: error }, 'cannot serve')
    throw error
  } finally {
    log.flush()
  }
}

async function serveHere(config: Config, log: Log): Promise<number> {
  const { logger } = log
  const composition = await compose(config, log, cluster.isWorker ? askForFleetMetrics : undefined)
  const { host, port } = config
  const server = await listen(composition.app, { host, port })
  logger.info({ url: server.url, store: storeText(config), workers: config.workers }, 'listening')
  const signal = await stopSignal()
  logger.info({ signal }, 'draining')
  composition.startDraining()
  server.startDraining()
  await graceOf(config, signal)
  const { unfinished } = await server.close(FINISH_LIMIT_MS)
  await composition.close()
  logger.info({ unfinished }, 'stopped')
  return unfinished === 0 ? 0 : 1
}

/** The first signal to stop. A second one ends a single process at once; workers wait for their primary's word. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    if (cluster.isWorker) {
      process.on('SIGINT', () => {})
      process.once('SIGTERM', resolve)
      return
    }
    const stop = (signal: NodeJS.Signals) => {
      resolve(signal)
      process.once('SIGINT', () => process.exit(1))
      process.once('SIGTERM', () => process.exit(1))
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
  })
}

/** Somebody at a terminal waits for nothing; a load balancer gets time to look elsewhere. */
async function graceOf({ drainSeconds }: Config, signal: NodeJS.Signals): Promise<void> {
  if (signal === 'SIGINT') return
  await new Promise((resolve) => {
    setTimeout(resolve, drainSeconds * 1000)
  })
}

function storeText({ store }: Config): string {
  switch (store.kind) {
    case 'memory':
      return 'memory:'
    case 'lmdb':
      return `lmdb:${store.path}`
    case 'dynamodb':
      return `dynamodb:${store.tableName}`
  }
}
