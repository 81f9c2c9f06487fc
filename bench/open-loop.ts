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

/** Medians over the rounds. */
export type Latency = {
  readonly runner: Runner
  readonly share: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  /** What the load generator itself was late. Below this, latencies say nothing. */
  readonly ownP99Ms: number
}

/** A contender with the answers a second that it gave flat out. */
export type Peak = { readonly runner: Runner; readonly answersPerSecond: number }

type OpenLoop = {
  readonly requestFile: string
  readonly shape: Shape
  readonly rounds: number
  readonly progress: Progress
}

/** Measures each contender at each pace, interleaved. */
export async function measureLatency(peaks: readonly Peak[], about: OpenLoop): Promise<Latency[]> {
  const cells = SHARES.flatMap((share) => peaks.map((peak) => ({ ...peak, share, reports: emptyReports() })))
  let position = 0
  for (let round = 0; round < about.rounds; round += 1) {
    for (const { runner, answersPerSecond, share, reports } of cells) {
      about.progress.step(`${share * 100} % of the peak: ${runner.entry.name}`, secondsOf(about.shape))
      const report = await loadByClient(
        { port: runner.contender.port, requestFile: about.requestFile },
        {
          ...about.shape,
          position,
          requestsPerSecond: Math.round(answersPerSecond * share),
          isPolite: runner.entry.needsEndpoint === true,
        },
      )
      position = report.position
      reports.push(report)
    }
  }
  return cells.map(({ runner, answersPerSecond, share, reports }) => {
    const medianOf = (value: (report: ClientReport) => number) => median(reports.map(value))
    return {
      runner,
      share,
      requestsPerSecond: Math.round(answersPerSecond * share),
      p50Ms: medianOf(({ p50Ms }) => p50Ms),
      p99Ms: medianOf(({ p99Ms }) => p99Ms),
      p999Ms: medianOf(({ p999Ms }) => p999Ms),
      ownP99Ms: medianOf(({ ownP99Ms }) => ownP99Ms),
    }
  })
}

/** How long that takes. */
export function openLoopSeconds(
  contenders: number,
  { shape, rounds }: { shape: Shape; rounds: number },
): number {
  return SHARES.length * contenders * rounds * secondsOf(shape)
}

function emptyReports(): ClientReport[] {
  return []
}

/** The client takes longer to start than wrk. */
function secondsOf({ seconds }: Shape): number {
  return seconds + 2 * STRETCH_OVERHEAD_SECONDS
}
