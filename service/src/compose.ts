/**
 * Puts the parts together: the only place that names a concrete store and the real clock.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { FinishedStreams, Limiter, type Store } from '@streamgate/core'
import { withTimeLimit } from '@streamgate/stores/wrappers'
import { lapseLines } from './api/lapse-lines.ts'
import { App, type AnsweringApp } from './api/app.ts'
import { openObserver, type BatchedObserver } from './telemetry/batched-observer.ts'
import type { Config } from './settings/settings.ts'
import { openNetworks } from './api/client-networks.ts'
import type { StoreAddress } from '@streamgate/stores/engine'
import { openRefresher, type FinishedRefresher } from './store/finished-refresher.ts'
import type { RequestObserver } from './telemetry/decision-event.ts'
import type { Log } from './telemetry/log.ts'
import type { JoinFleet, MetricsSink } from './telemetry/metrics-sink.ts'
import { openMetrics } from './telemetry/open-metrics.ts'
import { processMetrics } from './telemetry/process-metrics.ts'
import type { ShownMetric } from './telemetry/shown-metric.ts'
import { CurrentPolicy, firstState } from './policy/current-policy.ts'
import { policyMetrics } from './policy/policy-metrics.ts'
import { PolicyReloader } from './policy/policy-reloader.ts'
import { doorsOf } from './api/doors.ts'
import { playbackFor, type PlaybackNeeds } from './api/open-playback.ts'
import { limitedRoutes } from './api/rate-limits.ts'
import { lazyDocuments } from './api/lazy-documents.ts'
import type { Service } from './api/route.ts'
import { ROUTES } from './api/routes/index.ts'
import { guarded, openLogged, openStore } from './store/open-store.ts'
import { Readiness } from './store/readiness.ts'
import { openTender, type PoolTender } from './store/pool-tender.ts'
import { addSamples } from './store/samples.ts'
import { openTracing } from './tracing/open-tracing.ts'
import { VERSION } from './text/version.ts'
import { sequence } from './text/sequence.ts'
import { reportedSweepTimer } from './sweep/reported-sweeps.ts'
import type { SweepTimer } from './sweep/sweep-timer.ts'
import { Sweeper } from './sweep/sweeper.ts'

/** A service that is ready to be served. */
export type Composition = Sweeping & {
  readonly app: AnsweringApp
  /** Reads which streams have finished: by a timer if it is started, or on request. */
  readonly finished: FinishedRefresher
  /** Tends what this process has leased from pools: by a timer if it is started, or on request. */
  readonly pools: PoolTender
  /** The identity of an embedded store, as it was opened. */
  readonly storeIdentity: string | undefined
  /** Makes the documents of the API, so that later requests for them read no file. */
  readonly makeDocuments: () => Promise<unknown>
  /** From now on `/readyz` says that the process is about to stop. */
  readonly startDraining: () => void
  /** Passes on what the log and the metrics have not received yet. */
  readonly flush: () => void
  /** Closes the store. */
  readonly close: () => Promise<void>
}

/** How a service sweeps its store. */
type Sweeping = {
  /** Sweeps on request. */
  readonly sweeper: Sweeper
  /** Makes a timer that sweeps. Call it at most once, and stop the timer before `close`. */
  readonly makeSweepTimer: () => SweepTimer
}

/** What a service gets from its process, if it is not the only one or its policy can change. */
export type ComposeOptions = {
  /** By default the policy of the configuration. */
  readonly policy?: CurrentPolicy
  /** Present if this process is one of several workers. */
  readonly joinFleet?: JoinFleet
  readonly shareRevocations?: PlaybackNeeds['shareRevocations']
}

/** The real clock, for commands. */
export const realClockMs = (): number => Date.now()

/** Milliseconds that never go back. */
const monotonicMs = () => performance.now()

/**
 * The whole service on its store.
 *
 * @throws {Error} if the store cannot be opened, with the reason as its cause.
 */
export async function compose(
  config: Config,
  log: Log,
  { policy = currentPolicy(config), joinFleet, shareRevocations }: ComposeOptions = {},
): Promise<Composition> {
  const metrics = await metricsOf(config, log, joinFleet)
  const { store: address, storeTimeoutMs } = config
  const tracing = await openTracing(config, { routes: ROUTES, logger: log.logger })
  const { engine, storeIdentity } = await openLogged(address, log.logger, config.redisWaitReplicas)
  if (config.samples) await addSamples(engine, Date.now())
  const told = { logger: log.logger, monotonicMs, onCall: metrics.storeCalled }
  const store = tracing.store(guarded(engine, { address, storeTimeoutMs, ...told }))
  const observer = openObserver({ log, metrics, now: Date.now })
  const limiter = limiterOver(store, config, { policy, metrics, log })
  const finished = openRefresher({ ...config, now: Date.now }, limiter, log.logger)
  const readiness = new Readiness(store, () => policy.policy.whenStoreFails === 'allow')
  const pools = openTender(limiter, log.logger)
  const playback = await playbackFor(config, { policy, now: Date.now, name: sequence()(), shareRevocations })
  const service: Service = {
    ...playback.service,
    limiter,
    networks: openNetworks(config, store, log.logger),
    readiness: () => readiness.now(),
    metrics: () => scraped(observer, metrics),
    documents: lazyDocuments(ROUTES, VERSION),
    version: VERSION,
    policyInForce: () => policy.view,
  }
  const app = appOf(config, service, tracing.observer(playback.observer(observer)))
  showMetrics(metrics, [
    ...processMetrics({ ...config, app, log, version: VERSION }),
    ...policyMetrics(() => policy.state),
  ])
  return {
    app: tracing.app(app),
    finished,
    pools,
    storeIdentity,
    flush: () => flushAll(observer, metrics),
    makeDocuments: async () => service.documents(),
    startDraining: () => readiness.startDraining(),
    ...sweepingOver(store, config, { log, metrics }),
    close: async () => {
      void finished.stop()
      await pools.stop()
      observer.flush()
      await engine.close()
    },
  }
}

function appOf(config: Config, service: Service, observer: RequestObserver): App {
  const doors = doorsOf(config)
  const routes = limitedRoutes(ROUTES, config, { ...doors, monotonicMs })
  const { inFlightMax } = config
  return new App({ service, routes, observer, inFlightMax, newRequestId: sequence(), ...doors })
}

async function scraped(observer: BatchedObserver, metrics: MetricsSink): ReturnType<Service['metrics']> {
  observer.flush()
  return metrics.scrape?.()
}

function flushAll(observer: BatchedObserver, metrics: MetricsSink): void {
  observer.flush()
  metrics.flush?.()
}

function metricsOf({ metrics }: Config, log: Log, joinFleet?: JoinFleet): Promise<MetricsSink> {
  return openMetrics(metrics, { writeLine: (line) => log.line(line), now: Date.now, joinFleet })
}

function showMetrics({ show }: MetricsSink, shown: readonly ShownMetric[]): void {
  for (const metric of shown) show?.(metric)
}

/** The policy of the configuration. */
export function currentPolicy({ policy }: Pick<Config, 'policy'>): CurrentPolicy {
  return new CurrentPolicy(firstState(policy, Date.now()), policy.policy)
}

/** Reloads the policy from its file from now on, if it came from one. */
export function followPolicyFile({ policy }: Config, current: CurrentPolicy, { logger }: Log): void {
  const { file } = policy
  if (file !== undefined) new PolicyReloader({ file, current, logger, now: Date.now }).start()
}

type Around = { readonly policy: CurrentPolicy; readonly metrics: MetricsSink; readonly log: Log }

function limiterOver(store: Store, config: Config, { policy: current, metrics, log }: Around): Limiter {
  const tell = lapseLines(log, Date.now)
  const limiter = new Limiter({
    store,
    policy: current.policy,
    finishedKeptMs: config.finishedKeptMs,
    skewMs: config.store.clockSkewMs,
    now: Date.now,
    newGeneration: sequence(),
    pause,
    random: Math.random,
    onLapsed: (user, leases) => {
      tell(user, leases)
      metrics.leasesRemoved?.(leases.length)
    },
    onRetry: metrics.retried,
  })
  current.subscribe((policy) => limiter.usePolicy(policy))
  return limiter
}

/** A sweeper on a store of its own, for those who do nothing else. */
export type SweepComposition = { readonly sweeper: Sweeper; readonly close: () => Promise<void> }

/**
 * @param log takes a line for each lease that had lapsed.
 * @throws {Error} if the store cannot be opened, with the reason as its cause.
 */
export async function composeSweep(
  config: Pick<Config, 'store' | 'storeTimeoutMs'>,
  log?: Log,
): Promise<SweepComposition> {
  const engine = await openStore(config.store)
  const store = withTimeLimit(engine, config.storeTimeoutMs)
  return { sweeper: sweeperOver(store, config.store, log), close: () => engine.close() }
}

function sweeperOver(store: Store, { clockSkewMs }: StoreAddress, log?: Log): Sweeper {
  const finished = new FinishedStreams()
  return new Sweeper({
    store,
    finished: {
      refresh: () => finished.refresh(store, Date.now()),
      has: (streamId, nowMs, user) => finished.has(streamId, nowMs, user),
    },
    onLapsed: lapseLines(log, Date.now),
    skewMs: clockSkewMs,
    now: Date.now,
    monotonicMs,
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
  const sweeper = sweeperOver(store, config.store, log)
  const makeSweepTimer = () =>
    reportedSweepTimer({
      sweep: (options) => sweeper.sweep(options),
      rate: config.sweepRate,
      intervalMs: config.sweepMinutes * 60_000,
      random: Math.random,
      logger: log.logger,
      metrics,
      now: Date.now,
    })
  return { sweeper, makeSweepTimer }
}
