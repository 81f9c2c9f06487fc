/**
 * The metrics of all workers, as the primary gathers them when one of them is scraped.
 */
import { Registry } from '@prometheus-io/client'
import { droppedLinesMetric } from '../telemetry/dropped-lines.ts'
import { showMetric } from '../telemetry/shown-metric.ts'
import { countedIn } from './counted-samples.ts'
import type { MetricSamples } from './messages.ts'

/** Longest wait for the metrics of a worker. After that its last counts are used. */
const ANSWER_LIMIT_MS = 1000

/** How many workers are in each state. */
export type WorkerStates = { readonly ready: number; readonly silent: number; readonly starting: number }

/** Asks one worker for its metrics. The answer has the same id. */
export type Question = { readonly workerId: number; readonly send: (id: number) => void }

/** Gathers metrics. The counts of a worker outlive it, and are used while it is silent. */
export class FleetMetrics {
  readonly #own = new Registry()
  /** The last counts of each worker that is there. */
  readonly #counted = new Map<number, MetricSamples>()
  /** The sum of the counts of all workers that are gone. */
  #countedByTheGone: MetricSamples = []
  readonly #open = new Map<number, (samples: MetricSamples) => void>()
  #lastId = 0

  /**
   * @param parts how many workers are in each state, and how many lines the primary has dropped.
   */
  constructor({ states, droppedLines }: { states: () => WorkerStates; droppedLines: () => number }) {
    showMetric(this.#own, {
      kind: 'gauge',
      name: 'streamgate_workers',
      help: 'Worker processes: ready, silent (no message for 2 s, so they get no new connections), or starting.',
      label: 'state',
      valueNow: states,
    })
    showMetric(this.#own, droppedLinesMetric(droppedLines))
  }

  /** A worker reports its counts. The first report can be empty. */
  counted(workerId: number, samples: MetricSamples): void {
    this.#counted.set(workerId, samples)
  }

  /** A worker is gone. */
  gone(workerId: number): void {
    const counted = this.#counted.get(workerId)
    this.#counted.delete(workerId)
    if (counted === undefined) return
    const sum = Registry.aggregate([[...this.#countedByTheGone], [...counted]])
    this.#countedByTheGone = sum.getMetricsAsArray() as unknown as MetricSamples
  }

  /** A worker answers the question of this number. */
  measured(id: number, samples: MetricSamples): void {
    this.#open.get(id)?.(samples)
  }

  /** All metrics in Prometheus' text format, from the workers that answer in time. */
  async text(questions: readonly Question[]): Promise<string> {
    const answers = await Promise.all(questions.map((question) => this.#ask(question)))
    const own = await this.#own.getMetricsAsJSON()
    const measured = new Map(answers.flatMap((answer) => (answer === undefined ? [] : [answer])))
    // If a worker died in the meantime, its counts are in the sum of those that are gone.
    const ofWorkers = [...this.#counted].map(([workerId, counted]) => measured.get(workerId) ?? counted)
    const all = [own, this.#countedByTheGone, ...ofWorkers].map((samples) => [...samples])
    return Registry.aggregate(all).metrics()
  }

  async #ask({ workerId, send }: Question): Promise<readonly [number, MetricSamples] | undefined> {
    this.#lastId += 1
    const id = this.#lastId
    const samples = await new Promise<MetricSamples | undefined>((resolve) => {
      this.#open.set(id, resolve)
      setTimeout(resolve, ANSWER_LIMIT_MS, undefined).unref()
      send(id)
    })
    this.#open.delete(id)
    if (samples === undefined) return undefined
    if (this.#counted.has(workerId)) this.#counted.set(workerId, countedIn(samples))
    return [workerId, samples]
  }
}
