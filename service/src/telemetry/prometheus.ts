/**
 * The metrics for Prometheus. Labels are few and fixed, and an id is never one.
 */
import { collectDefaultMetrics, Counter, Histogram, Registry } from '@prometheus-io/client'
import type { StoreCall } from '@streamgate/stores/wrappers'
import { AdmissionCounts } from './admission-counts.ts'
import { decisionsIn, type AnsweredRequest, type Decision } from './decision-event.ts'
import { leaseBalance } from './lease-balance.ts'
import type { JoinFleet, MetricsSink } from './metrics-sink.ts'
import { showMetric, type ShownMetric } from './shown-metric.ts'
import { Tally } from './tally.ts'

/** From a tenth of a millisecond, for an embedded store, to the time limit of a slow one. */
const SECONDS_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

/** Methods with a label of their own. A caller can send any method, and each label is a series. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** The metrics of this process, and of all workers if there are several. */
export class Metrics implements MetricsSink {
  readonly registry = new Registry()
  readonly #text: () => Promise<string>
  readonly #requests: Histogram<'method' | 'route' | 'status'>
  readonly #decisions = new Tally(this.registry, {
    name: 'streamgate_decisions_total',
    help: 'Decisions, by what was asked and how it came out. A denial is not a fault.',
    labelNames: ['verb', 'outcome'],
  })
  readonly #evictions = counterIn(
    this.registry,
    'streamgate_evicted_streams_total',
    'Live streams that ended because another one took their place.',
  )
  readonly #exemptions: Counter<'kind'>
  readonly #shadows: Counter<'outcome' | 'shadow'>
  readonly #unknownPlans = counterIn(
    this.registry,
    'streamgate_unknown_plan_heartbeats_total',
    'Heartbeats that name a plan that the policy does not have. They are judged as if they named none.',
  )
  readonly #contentions = counterIn(
    this.registry,
    'streamgate_contended_decisions_total',
    'Decisions given up because other writes for the same user kept coming first. Answered by 503.',
  )
  readonly #retries = counterIn(
    this.registry,
    'streamgate_decision_retries_total',
    'Decisions made again because another write for the same user came first.',
  )
  readonly #degraded = counterIn(
    this.registry,
    'streamgate_degraded_decisions_total',
    'Starts and heartbeats answered without the store, because it was away. They took no slot.',
  )
  readonly #storeCalls: Histogram<'verb' | 'result'>
  readonly #conflicts: Counter<'verb'>
  readonly #admissions = new AdmissionCounts(this.registry)
  /** Leases that began in this process, less those that it saw end. */
  #leases = 0

  constructor(joinFleet?: JoinFleet) {
    this.#text = joinFleet?.(this.registry) ?? (() => this.registry.metrics())
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry })
    this.#requests = new Histogram({
      name: 'streamgate_http_request_duration_seconds',
      help: 'Time from a request to its answer, by method (a few by name, all others as other), route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS_BUCKETS,
      registers,
    })
    this.#exemptions = new Counter({
      name: 'streamgate_exempt_streams_total',
      help: 'Streams admitted without regard to the limit; kind is ignored or grace.',
      labelNames: ['kind'],
      registers,
    })
    this.#shadows = new Counter({
      name: 'streamgate_shadow_decisions_total',
      help: 'Starts under a plan with a shadow: how they came out, and how they would have.',
      labelNames: ['outcome', 'shadow'],
      registers,
    })
    this.#storeCalls = new Histogram({
      name: 'streamgate_store_call_duration_seconds',
      help: 'Time of one call to the store, by verb; result is ok or failed.',
      labelNames: ['verb', 'result'],
      buckets: SECONDS_BUCKETS,
      registers,
    })
    this.#conflicts = new Counter({
      name: 'streamgate_store_conflicts_total',
      help: 'Conditional writes that the store refused, by verb: no room for an add, or another write came first.',
      labelNames: ['verb'],
      registers,
    })
    this.show({
      kind: 'gauge',
      name: 'streamgate_live_leases',
      help: 'Leases that this process began, less those that it saw end or lapse. Below 0 if it ends those of others.',
      valueNow: () => this.#leases,
    })
  }

  readonly show = (metric: ShownMetric): void => showMetric(this.registry, metric)

  readonly scrape = async () => ({ contentType: this.registry.contentType, text: await this.#text() })

  readonly storeCalled = ({ verb, seconds, failed, isRefused }: StoreCall): void => {
    this.#storeCalls.observe({ verb, result: failed ? 'failed' : 'ok' }, seconds)
    if (isRefused) this.#conflicts.inc({ verb })
  }

  readonly contended = (): void => this.#contentions.inc()

  readonly retried = (): void => this.#retries.inc()

  readonly leasesRemoved = (count: number): void => {
    this.#leases -= count
  }

  readonly answered = ({ method, route, status, seconds, decision }: AnsweredRequest): void => {
    const known = METHODS.has(method) ? method : 'other'
    this.#requests.observe({ method: known, route, status: String(status) }, seconds)
    for (const one of decisionsIn(decision)) this.#decided(one)
  }

  #decided(decision: Decision): void {
    const { verb, outcome, ends = [], isIgnored, graceUntil, shadow, isPlanUnknown } = decision
    this.#decisions.count(verb, outcome)
    this.#admissions.count(decision)
    this.#leases += leaseBalance(decision)
    if (decision.isDegraded === true) this.#degraded.inc()
    if (isPlanUnknown === true) this.#unknownPlans.inc()
    if (ends.length > 0) this.#evictions.inc(ends.length)
    if (outcome === 'admitted' && isIgnored === true) this.#exemptions.inc({ kind: 'ignored' })
    if (outcome === 'admitted' && graceUntil !== undefined) this.#exemptions.inc({ kind: 'grace' })
    if (shadow !== undefined) this.#shadows.inc({ outcome, shadow: shadow.outcome })
  }
}

function counterIn(registry: Registry, name: string, help: string): Counter {
  return new Counter({ name, help, registers: [registry] })
}
