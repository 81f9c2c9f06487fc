/**
 * One of several workers. It serves the connections that the primary hands over, by the primary's
 * policy.
 */
import cluster from 'node:cluster'
import { compose } from '../compose.ts'
import { HttpEndpoint } from '../servers/http-endpoint.ts'
import { keysOfPrimary } from '../servers/key-relay.ts'
import { policyOfPrimary } from '../servers/policy-relay.ts'
import { PrimaryLink, tellFailure } from '../servers/primary-link.ts'
import { shareRevocations } from '../servers/revocation-relay.ts'
import type { Config } from '../settings/settings.ts'
import type { Log } from '../telemetry/log.ts'
import type { JoinFleet } from '../telemetry/metrics-sink.ts'
import { FAILED } from './exit-codes.ts'
import { makeReady, serveUntilStopped, tellOpening } from './serving.ts'

/** Serves until the primary says stop. Resolves with the exit code. */
export async function runWorker(config: Config, log: Log): Promise<number> {
  try {
    return await serve(config, log)
  } catch (error) {
    log.logger.fatal({ err: error }, 'cannot serve')
    await tellFailure(error)
    return FAILED
  } finally {
    log.flush()
    cluster.worker?.disconnect()
  }
}

async function serve(config: Config, log: Log): Promise<number> {
  const link = new PrimaryLink()
  const keys = keysOfPrimary(config)
  const policy = await policyOfPrimary()
  tellOpening(config, log)
  const joinFleet: JoinFleet = (own) => link.joinMetrics(own)
  const composition = await compose(config, log, { policy, keys, joinFleet, shareRevocations })
  await makeReady(composition)
  const endpoint = new HttpEndpoint(composition.app)
  const sweepTimer = composition.makeSweepTimer()
  const url = await link.join({
    take: (socket) => endpoint.take(socket),
    sweep: () => {
      if (config.sweepMinutes > 0) sweepTimer.start()
    },
    storeIdentity: composition.storeIdentity,
  })
  // At a terminal the primary has told it once for all workers.
  const { store, workers, logDecisions } = config
  if (!log.isText) log.logger.info({ url, store: store.text, workers, logDecisions }, 'listening')
  const server = {
    url,
    startDraining: () => endpoint.startDraining(),
    close: async (limitMs: number) => endpoint.close(limitMs),
  }
  const orders = { draining: link.draining, closing: () => link.finishing }
  return serveUntilStopped({ log, composition, sweepTimer, server, orders })
}
