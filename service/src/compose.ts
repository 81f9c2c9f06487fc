/**
 * Puts the parts together: the only place that names a concrete store and the real clock.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { FinishedStreams, Limiter, type Store } from '@streamgate/core'
import { withTimeLimit } from '@streamgate/stores/wrappers'
import { lapseLines } from './api/lapse-lines.ts'
import { authKeysOf, type AuthKeys } from './auth/auth-keys.ts'
import type { AnsweringApp } from './api/app.ts'
import { openApp } from './api/open-app.ts'
import { openStopTokens } from './api/open-stop-tokens.ts'
import { openObserver, type BatchedObserver } from './telemetry/batched-observer.ts'
import type { Config } from './settings/settings.ts'
import { openNetworks } from './api/client-networks.ts'
import type { StoreAddress } from '@streamgate/stores/engine'
import { openRefresher, type FinishedRefresher } from './store/finished-refresher.ts'
import type { Log } from './telemetry/log.ts'
import type { JoinFleet, MetricsSink } from './telemetry/metrics-sink.ts'
import { openMetrics } from './telemetry/open-metrics.ts'
import { processMetrics } from './telemetry/process-metrics.ts'
import type { ShownMetric } from './telemetry/shown-metric.ts'
import { CurrentPolicy, firstState } from './policy/current-policy.ts'
import { policyMetrics } from './policy/policy-metrics.ts'
import { PolicyReloader } from './policy/policy-reloader.ts'
import { playbackFor, type PlaybackNeeds } from './api/open-playback.ts'
import { lazyDocuments } from './api/lazy-documents.ts'
import type { Service } from './api/route.ts'
import { ROUTES } from './api/routes/index.ts'
import { openStore } from './store/open-store.ts'
import { openStores } from './store/open-stores.ts'
import { Readiness } from './store/readiness.ts'
import { openTender, type PoolTender } from './store/pool-tender.ts'
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
  /** By default the keys of the configuration. */
  readonly keys?: AuthKeys
  /** Present if this process is one of several workers. */
  readonly joinFleet?: JoinFleet
  readonly shareRevocations?: PlaybackNeeds['shareRevocations']
}

/** The real clock, for commands. */
export const realClockMs = (): number => Date.now()

/** Milliseconds that never go back. */
const monotonicMs = () => performance.now()

const CLOCKS = { now: Date.now, monotonicMs } as const

/**
 * The whole service on its store.
 *
 * @throws {Error} if the store cannot be opened, with the reason as its cause.
 */
export async function compose(
  config: Config,
  log: Log,
  { policy = currentPolicy(config), keys = authKeysOf(config), ...others }: ComposeOptions = {},
): Promise<Composition> {
  const { joinFleet, shareRevocations } = others
  const metrics = await metricsOf(config, log, joinFleet)
  const tracing = await openTracing(config, { routes: ROUTES, logger: log.logger })
  const storeParts = { logger: log.logger, onCall: metrics.storeCalled, traced: tracing.store, ...CLOCKS }
  const { engine, storeIdentity, walked, store } = await openStores(config, storeParts)
  const observer = openObserver({ log, config, metrics, now: Date.now })
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
    stopTokens: openStopTokens(config, store),
  }
  const watched = tracing.observer(playback.observer(observer))
  const app = await openApp(config, { service, observer: watched, keys, logger: log.logger, ...CLOCKS })
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
    ...sweepingOver(walked, config, { log, metrics }),
    close: async () => {
      void finished.stop()
      await pools.stop()
      observer.flush()
      await engine.close()
    },
  }
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
    onLapsed: lapseLines(log, Date.now, true),
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
