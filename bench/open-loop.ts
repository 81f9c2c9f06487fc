/**
 * Latency at a steady pace: so many starts a second, whether they are answered or not. The paces
 * are shares of what each contender answered flat out.
 */
import { loadByClient } from './load/generator.ts'
import type { ClientReport } from './load/own-client.ts'
import type { Progress } from './progress.ts'
import { STRETCH_OVERHEAD_SECONDS } from './rounds.ts'
import type { Runner, Shape } from './runner.ts'
import { median } from './statistics.ts'

/** The parts of the peak at which latency is measured. */
export const SHARES: readonly number[] = [0.25, 0.5, 0.75]

/** So many starts a second for one contender. */
export type Pace = {
  readonly runner: Runner
  readonly requestsPerSecond: number
  /** The part of the peak that this is, unless the pace was given. */
  readonly share?: number
}

/** Medians over the rounds. */
export type Latency = Pace & {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  /** What the load generator itself was late. Below this, latencies say nothing. */
  readonly ownP99Ms: number
}

type OpenLoop = {
  readonly requestFile: string
  readonly shape: Shape
  readonly rounds: number
  readonly progress: Progress
}

/** The paces of a contender that answered so many requests a second flat out. */
export function pacesOf(runner: Runner, answersPerSecond: number): Pace[] {
  return SHARES.map((share) => ({ runner, share, requestsPerSecond: Math.round(answersPerSecond * share) }))
}

/** Measures latency at each pace, interleaved. */
export async function measureLatency(paces: readonly Pace[], about: OpenLoop): Promise<Latency[]> {
  const cells = paces.map((pace) => ({ pace, reports: new Array<ClientReport>() }))
  let position = 0
  for (let round = 0; round < about.rounds; round += 1) {
    for (const { pace, reports } of cells) {
      const { runner, requestsPerSecond } = pace
      about.progress.step(`${requestsPerSecond} starts/s: ${runner.entry.name}`, secondsOf(about.shape))
      const isPolite = runner.entry.needsEndpoint === true
      const report = await loadByClient(
        { port: runner.contender.port, requestFile: about.requestFile },
        { ...about.shape, position, requestsPerSecond, isPolite },
      )
      position = report.position
      reports.push(report)
    }
  }
  return cells.map(({ pace, reports }) => {
    const medianOf = (value: (report: ClientReport) => number) => median(reports.map(value))
    return {
      ...pace,
      p50Ms: medianOf(({ p50Ms }) => p50Ms),
      p99Ms: medianOf(({ p99Ms }) => p99Ms),
      p999Ms: medianOf(({ p999Ms }) => p999Ms),
      ownP99Ms: medianOf(({ ownP99Ms }) => ownP99Ms),
    }
  })
}

/** How long that takes for so many paces. */
export function openLoopSeconds(paces: number, { shape, rounds }: { shape: Shape; rounds: number }): number {
  return paces * rounds * secondsOf(shape)
}

/** The client takes longer to start than wrk. */
function secondsOf({ seconds }: Shape): number {
  return seconds + 2 * STRETCH_OVERHEAD_SECONDS
}
