import type { LogReader } from '../replay/log-reader.ts'
import type { LogSurvey } from '../replay/log-survey.ts'
import type { Collector } from './collector.ts'

/** Reads each log once, for the report and for what a replay must know before it begins. */
export async function readLogs(
  reader: LogReader,
  names: readonly string[],
  { collector, survey }: { readonly collector: Collector; readonly survey: LogSurvey },
): Promise<void> {
  for (const name of names) {
    const log = collector.logs.numberOf(name)
    for await (const { decisions, lines } of reader.placedDecisionsIn(name, survey)) {
      for (const [index, decision] of decisions.entries()) {
        collector.take(decision, { log, line: lines[index] ?? 0 })
      }
    }
  }
}
