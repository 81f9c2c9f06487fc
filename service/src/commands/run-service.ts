/**
 * Runs the service: one process, or several workers on one port and one store.
 */
import cluster from 'node:cluster'
import { authKeysOf, followKeyFiles } from '../auth/auth-keys.ts'
import { compose, currentPolicy, followPolicyFile } from '../compose.ts'
import { graceOf } from '../servers/drain-grace.ts'
import { endAtOnce } from '../servers/end-at-once.ts'
import { runWorkers } from '../servers/fleet.ts'
import { relayKeys } from '../servers/key-relay.ts'
import { listen } from '../servers/node-server.ts'
import { relayPolicy } from '../servers/policy-relay.ts'
import { relayRevocations } from '../servers/revocation-relay.ts'
import type { Config } from '../settings/settings.ts'
import { Log } from '../telemetry/log.ts'
import { runWorker } from './run-worker.ts'
import { makeReady, serveUntilStopped, tellOpening } from './serving.ts'
import { welcome } from './welcome.ts'

/**
 * Serves until a signal says stop. Resolves with the exit code.
 *
 * @throws {Error} if it cannot serve: the address is taken, or the store cannot be opened.
 */
export async function runService(config: Config): Promise<number> {
  const log = new Log(config)
  if (cluster.isWorker) return runWorker(config, log)
  try {
    return await (config.workers === 1 ? serveAlone(config, log) : serveByWorkers(config, log))
  } catch (error) {
    log.logger.fatal({ err: error }, 'cannot serve')
    throw error
  } finally {
    log.flush()
  }
}

async function serveAlone(config: Config, log: Log): Promise<number> {
  const policy = currentPolicy(config)
  tellOpening(config, log)
  const keys = authKeysOf(config)
  const composition = await compose(config, log, { policy, keys })
  followPolicyFile(config, policy, log)
  followKeyFiles(config, keys, log.logger)
  await makeReady(composition)
  const { host, port, store, workers, logDecisions } = config
  const server = await listen(composition.app, { host, port })
  const sweepTimer = composition.makeSweepTimer()
  if (config.sweepMinutes > 0) sweepTimer.start()
  const draining = stopSignal()
  const orders = { draining, closing: async () => graceOf(config, await draining) }
  const { url } = server
  if (log.isText) greet(log, url, config)
  else log.logger.info({ url, store: store.text, workers, logDecisions }, 'listening')
  return serveUntilStopped({ log, composition, sweepTimer, server, orders })
}

function serveByWorkers(config: Config, log: Log): Promise<number> {
  const policy = currentPolicy(config)
  relayPolicy(policy)
  relayRevocations()
  followPolicyFile(config, policy, log)
  const keys = authKeysOf(config)
  relayKeys(keys)
  followKeyFiles(config, keys, log.logger)
  const onListening = (url: string) => {
    if (log.isText) greet(log, url, config)
  }
  return runWorkers({ config, log, onListening })
}

/** Tells people where it listens, at every level but the one that shows nothing. */
function greet(log: Log, url: string, config: Config): void {
  if (config.logLevel !== 'silent') log.line(welcome(url, config))
}

/** The first signal to stop. A second one ends the process at once. */
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
