/**
 * The report on collected logs.
 */
import type { LineCounts } from '../replay/log-reader.ts'
import type { Collector, Span } from './collector.ts'
import { Concurrency } from './figures/concurrency.ts'
import type { Names } from './figures/names.ts'
import { Refusals } from './figures/refusals.ts'
import { Sharing } from './figures/sharing.ts'
import { TopUsers } from './figures/top-users.ts'
import { Usage } from './figures/usage.ts'
import { Viewers } from './figures/viewers.ts'
import { historyOf, type History } from './history.ts'
import { LocalTime } from './local-time.ts'
import type { Report, ReportSection } from './report.ts'

/** What a report is made of. */
export type ReportParts = {
  readonly collector: Collector
  readonly span: Span
  readonly counts: LineCounts
  /** Whether the logs have a line for each renewal. */
  readonly areRenewalsLogged: boolean
  /** A name of the IANA database. */
  readonly timeZone: string
  /** What stands for a user id. */
  readonly showUser: (user: string) => string
  /** Gets each history, for what else is to be known of them. */
  readonly onHistory?: (history: History) => void
  /** What other policies would have done. Made after all histories. */
  readonly whatIf?: (hoursWatched: number) => Promise<ReportSection>
}

/** Looks at the history of each user, and counts. */
export async function makeReport(parts: ReportParts): Promise<Report> {
  const { collector, span, areRenewalsLogged, showUser, timeZone, onHistory, whatIf } = parts
  const localTime = new LocalTime(timeZone)
  const userOf = (user: number) => showUser(collector.userName(user))
  const names: Names = { collector, localTime, userOf }
  const usage = new Usage(names)
  const refusals = new Refusals(names)
  const figures = [usage, new Concurrency(), refusals, new Viewers(), new TopUsers(names), new Sharing(names)]
  const facts = { span, areRenewalsLogged, lastMs: collector.lastMs }
  for (const { user, events } of collector.events.byUser(collector.users.count)) {
    const history = historyOf(user, events, facts)
    for (const figure of figures) figure.add(history)
    onHistory?.(history)
  }
  const sections = figures.flatMap((figure) => figure.sections())
  const whatIfSections = whatIf === undefined ? [] : [await whatIf(usage.hours)]
  return {
    fromMs: collector.firstMs,
    toMs: collector.lastMs,
    timeZone,
    headlines: headlines(usage, refusals),
    sections: [...sections.slice(0, 3), ...whatIfSections, ...sections.slice(3)],
    caveats: caveatsOf(parts),
  }
}

function headlines(usage: Usage, refusals: Refusals): Report['headlines'] {
  const { total, starts, users, byGhosts } = refusals
  return [
    { title: 'Active users', value: usage.users.toLocaleString('en'), remark: 'who started a stream' },
    {
      title: 'Sessions started',
      value: usage.started.toLocaleString('en'),
      remark: `${Math.round(usage.hours).toLocaleString('en')} hours watched`,
    },
    {
      title: 'Starts refused',
      value: total.toLocaleString('en'),
      remark: `${percent(total, starts)} of ${starts.toLocaleString('en')}`,
    },
    {
      title: 'Users refused',
      value: users.toLocaleString('en'),
      remark: percent(users, Math.max(usage.users, users)),
    },
    {
      title: 'Refused by ghosts',
      value: percent(byGhosts, total),
      remark: `${byGhosts.toLocaleString('en')} refusals`,
    },
  ]
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(1)} %`
}

function caveatsOf({ counts, areRenewalsLogged, collector }: ReportParts): readonly string[] {
  const { faultyLines, firstFaulty = '?', otherLines, cutShort } = counts
  return [
    ...(faultyLines > 0
      ? [
          `${faultyLines === 1 ? '1 line about a decision' : `${faultyLines.toLocaleString('en')} lines about decisions`} could not be read. The first is ${firstFaulty}.`,
        ]
      : []),
    ...[...cutShort].map((name) => `${name} is compressed and ends early. It was read up to there.`),
    ...(areRenewalsLogged
      ? []
      : [
          'The log has no lines of plain heartbeats. A stream counts as running until a line says that it ended.',
        ]),
    ...(collector.networks.count === 0 ? ['The log tells no networks, so nothing is known of them.'] : []),
    ...(otherLines > 0 ? [`${otherLines.toLocaleString('en')} lines were about something else.`] : []),
  ]
}
