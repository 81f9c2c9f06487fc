import type { Collector } from '../collector.ts'
import type { History } from '../history.ts'
import type { LocalTime } from '../local-time.ts'
import type { ReportSection } from '../report.ts'

/** What figures need to name what they count. */
export type Names = {
  readonly collector: Collector
  readonly localTime: LocalTime
  /** A user as it is shown: a hash, unless ids were asked for. */
  readonly userOf: (user: number) => string
}

/** Counts something over the histories of all users. */
export type Figure = {
  readonly add: (history: History) => void
  /** What was counted. Call it once, after all histories. */
  readonly sections: () => readonly ReportSection[]
}

/** The place of a line: `decisions.jsonl:12`. */
export function placeOf(
  { collector }: Names,
  { log, line }: { readonly log: number; readonly line: number },
): string {
  return `${collector.logName(log)}:${line}`
}
