/** Decisions of several logs in the order of their time. It remembers a few seconds of them. */
import type { LoggedDecision } from '../telemetry/decision-reader.ts'
import { TimeQueue } from '../time/time-queue.ts'

/**
 * How far lines of one log may be from their order. A process writes them in batches, up to a tenth
 * of a second late, several processes write into one log, and its reader may be slow.
 */
const DISORDER_MS = 5000

/** A log that is read piece by piece. */
export type DecisionSource = AsyncIterator<readonly LoggedDecision[]>

/** Counts what came too late to be replayed in order. */
export type Disorder = { late: number }

type Open = { readonly source: DecisionSource; newestMs: number }

/**
 * All decisions of all logs, oldest first. Those of the same millisecond come in the order in which
 * they were read.
 *
 * @param beginMs the time of the first decision of each log, if it is known. Rotated logs are then
 * opened one after the other, and not all at once.
 */
export async function* inOrderOfTime(
  sources: readonly DecisionSource[],
  disorder: Disorder,
  beginMs: readonly number[] = [],
): AsyncGenerator<readonly LoggedDecision[]> {
  const queue = new TimeQueue<LoggedDecision>()
  let open: Open[] = sources.map((source, index) => ({
    source,
    newestMs: beginMs[index] ?? Number.NEGATIVE_INFINITY,
  }))
  let playedMs = Number.NEGATIVE_INFINITY
  while (open.length > 0) {
    const next = open.reduce((oldest, one) => (one.newestMs < oldest.newestMs ? one : oldest))
    const { done, value } = await next.source.next()
    if (done === true) open = open.filter((one) => one !== next)
    for (const decision of done === true ? [] : value) {
      if (decision.atMs < playedMs) disorder.late += 1
      next.newestMs = Math.max(next.newestMs, decision.atMs)
      queue.push(decision)
    }
    const boundMs = Math.min(...open.map(({ newestMs }) => newestMs)) - DISORDER_MS
    const ready = queue.takeUntil(boundMs)
    playedMs = ready.at(-1)?.atMs ?? playedMs
    if (ready.length > 0) yield ready
  }
}
