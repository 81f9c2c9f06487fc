/**
 * Puts the parts together: the only place that names a concrete store and the real clock.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { FinishedStreams, isContention, Limiter, type Store, type UserId } from '@streamgate/core'
import { withObserver, withTimeLimit } from '@streamgate/stores/wrappers'
import { App } from './api/app.ts'
import { BatchedObserver } from './telemetry/batched-observer.ts'
import type { Config } from './settings/settings.ts'
import { Cors } from './api/cors.ts'
import type { StoreAddress } from '@streamgate/stores/engine'
import { FinishedRefresher } from './store/finished-refresher.ts'
import { inFlightMetric } from './telemetry/in-flight.ts'
import type { Log, Logger } from './telemetry/log.ts'
import { droppedLinesMetric } from './telemetry/dropped-lines.ts'
import type { JoinFleet, MetricsSink } from './telemetry/metrics-sink.ts'
import { openMetrics } from './telemetry/open-metrics.ts'
import type { PolicySource } from './policy/policy-file.ts'
import { firstState, PolicyInForce } from './policy/policy-in-force.ts'
import { policyMetrics } from './policy/policy-metrics.ts'
import { PolicyReloader } from './policy/policy-reloader.ts'
import { presentProblem } from './api/present-problem.ts'
import type { Documents, Service } from './api/route.ts'
import { ROUTES } from './api/routes/index.ts'
import { addSamples } from './store/samples.ts'
import { VERSION } from './text/version.ts'
import { sequence } from './text/sequence.ts'
import { logSweep } from './sweep/sweep-line.ts'
import { SweepMetrics } from './sweep/sweep-metrics.ts'
import { SweepTimer } from './sweep/sweep-timer.ts'
import type { SweepReport } from './sweep/sweep-job.ts'
import { Sweeper } from './sweep/sweeper.ts'
import { identifyByClaim, trustEverybody } from './api/caller.ts'

/** A service that is ready to be served. */
export type Composition = Sweeping & {
  readonly app: App
  /** Keeps it known which streams have finished: by a timer once it is started, or whenever it is asked. */
  readonly finished: FinishedRefresher
  /** What it decides by; may be given another. */
  readonly policy: PolicyInForce
  /** Makes what the service tells of itself, so that its first reader needs no file any more. */
  readonly makeDocuments: () => Promise<unknown>
  /** From now on `/readyz` says that the process is about to stop. */
  readonly startDraining: () => void
  /** Tells the log and the metrics what they have not been told yet. */
  readonly flush: () => void
  /** Lets go of the store. */
  readonly close: () => Promise<void>
}

/** How a service sweeps its store. */
type Sweeping = {
  /** Sweeps whenever it is asked to. */
  readonly sweeper: Sweeper
  /** A timer that sweeps, with its log lines and metrics; made by whoever wants one, once, and stopped before `close`. */
  readonly makeSweepTimer: () => SweepTimer
}

/** Nobody's id, since ids hold no control characters: asking for it shows whether the store answers. */
const PROBE_USER = '\u007f' as UserId

/**
 * The whole service on its store.
 *
 * @param joinFleet where there are other workers: takes this one's metrics, and gives what asks for those of all.
 * @throws {Error} where the store cannot be opened, with the reason as its cause.
 */
export async function compose(config: Config, log: Log, joinFleet?: JoinFleet): Promise<Composition> {
  const metrics = await metricsOf(config, log, joinFleet)
  const engine = await openNamed(config.store, (message) => log.logger.warn(message))
  if (config.samples) await addSamples(engine, Date.now())
  const store = guarded(engine, config, metrics)
  const observer = observerOf(log, metrics)
  const readiness = { isDraining: false }
  const limiter = limiterOver(store, config)
  const finished = refresherOf(config, limiter, log)
  const policy = policyOf(config, limiter, metrics)
  const documents = documentsOnce()
  const service: Service = {
    limiter,
    readiness: async () => {
      if (readiness.isDraining) return 'draining'
      return (await answers(store)) ? 'ready' : 'store-unavailable'
    },
    metrics: async () => {
      observer.flush()
      return metrics.scrape?.()
    },
    documents,
    version: VERSION,
    policyInForce: () => policy.view,
  }
  const { inFlightMax } = config
  const doors = doorsOf(config)
  const app = new App({ service, routes: ROUTES, observer, ...doors, inFlightMax, newRequestId: sequence() })
  metrics.show?.(inFlightMetric(() => app.inFlight))
  metrics.show?.(droppedLinesMetric(() => log.droppedLines))
  return {
    app,
    finished,
    policy,
    makeDocuments: async () => documents(),
    startDraining: () => {
      readiness.isDraining = true
    },
    flush: () => {
      observer.flush()
      metrics.flush?.()
    },
    ...sweepingOver(store, config, { log, metrics }),
    close: async () => {
      void finished.stop()
      observer.flush()
      await engine.close()
    },
  }
}

function metricsOf({ metrics }: Config, log: Log, joinFleet?: JoinFleet): Promise<MetricsSink> {
  return openMetrics(metrics, { writeLine: (line) => log.line(line), now: Date.now, joinFleet })
}

/** Who may call, from where, and how errors look to them. */
function doorsOf({ corsOrigins: origins, corsHeaders: headers, jwtUserClaim }: Config) {
  const identify = jwtUserClaim === undefined ? trustEverybody : identifyByClaim(jwtUserClaim)
  return { cors: new Cors({ origins, headers }), identify, presentFault: presentProblem }
}

function refresherOf({ finishedRefreshMs }: Config, limiter: Limiter, { logger }: Log): FinishedRefresher {
  return new FinishedRefresher({
    limiter,
    everyMs: finishedRefreshMs,
    now: Date.now,
    failed: (error) => logger.error({ err: error }, 'which streams have finished cannot be read'),
  })
}

function policyOf({ policy }: Config, limiter: Limiter, metrics: MetricsSink): PolicyInForce {
  const inForce = new PolicyInForce(firstState(policy, Date.now()), (next) => limiter.usePolicy(next))
  for (const metric of policyMetrics(() => inForce.state)) metrics.show?.(metric)
  return inForce
}

/** What keeps a process in step with its policy file, by the real clock. */
export function policyReloader(source: PolicySource, logger: Logger): PolicyReloader {
  return new PolicyReloader({ source, logger, now: Date.now })
}

/** Gives the documents, which are made when they are first asked for: a Lambda's cold start goes without. */
function documentsOnce(): Service['documents'] {
  let made: Promise<Documents> | undefined
  return () => (made ??= makeDocuments())
}

async function makeDocuments(): Promise<Documents> {
  const documents = await import('./api/documents.ts')
  return documents.makeDocuments(ROUTES, VERSION)
}

function limiterOver(store: Store, config: Config): Limiter {
  return new Limiter({
    store,
    policy: config.policy.policy,
    finishedKeptMs: config.finishedKeptMs,
    skewMs: config.store.clockSkewMs,
    now: Date.now,
    newGeneration: sequence(),
    pause,
    random: Math.random,
  })
}

/** A sweeper on a store of its own, for those who do nothing else. */
export type SweepComposition = { readonly sweeper: Sweeper; readonly close: () => Promise<void> }

/** @throws {Error} where the store cannot be opened, with the reason as its cause. */
export async function composeSweep(
  config: Pick<Config, 'store' | 'storeTimeoutMs'>,
): Promise<SweepComposition> {
  const engine = await openNamed(config.store)
  const store = withTimeLimit(engine, config.storeTimeoutMs)
  return { sweeper: sweeperOver(store, config.store), close: () => engine.close() }
}

function sweeperOver(store: Store, { clockSkewMs }: StoreAddress): Sweeper {
  const finished = new FinishedStreams()
  return new Sweeper({
    store,
    finished: {
      refresh: () => finished.refresh(store, Date.now()),
      has: (streamId, nowMs) => finished.has(streamId, nowMs),
    },
    skewMs: clockSkewMs,
    now: Date.now,
    monotonicMs: () => performance.now(),
    pause: async (ms, signal) => {
      // Raised, the signal ends the wait, and that is all.
      await pause(ms, undefined, signal && { signal }).catch(() => {})
    },
  })
}

function sweepingOver(
  store: Store,
  config: Config,
  { log, metrics }: { log: Log; metrics: MetricsSink },
): Sweeping {
  const sweeper = sweeperOver(store, config.store)
  const makeSweepTimer = () => {
    const counts = new SweepMetrics(Date.now)
    for (const metric of counts.metrics) metrics.show?.(metric)
    const ended = (report: SweepReport) => {
      counts.ended(report)
      logSweep(log.logger, report)
    }
    return new SweepTimer({
      sweep: (options) => sweeper.sweep(options),
      rate: config.sweepRate,
      intervalMs: config.sweepMinutes * 60_000,
      random: Math.random,
      observer: { swept: counts.swept, ended },
    })
  }
  return { sweeper, makeSweepTimer }
}

/** The store with its calls limited in time and measured, if they can take long. */
function guarded(engine: Store, config: Config, metrics: MetricsSink): Store {
  if (!config.store.engine.needsTimeLimit) return engine
  return withObserver(withTimeLimit(engine, config.storeTimeoutMs), metrics.storeCalled)
}

function observerOf(log: Log, metrics: MetricsSink): BatchedObserver {
  return new BatchedObserver({
    tell: (request) => {
      metrics.answered(request)
      log.decision(request)
    },
    tellFailure: (error, about) => {
      if (isContention(error)) metrics.contended?.()
      log.failure(error, about)
    },
    now: Date.now,
  })
}

/** The store, or a failure that names the setting it came from. */
async function openNamed(address: StoreAddress, warn?: (message: string) => void): Promise<Store> {
  try {
    return await address.open({ warn })
  } catch (cause) {
    throw new Error(`--store ${address.text} cannot be opened`, { cause })
  }
}

async function answers(store: Store): Promise<boolean> {
  try {
    await store.read(PROBE_USER)
    return true
  } catch {
    return false
  }
}
