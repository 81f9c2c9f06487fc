import { count, hours, share, shareOf, text, type ReportCell, type ReportSection } from '../report.ts'
import { hoursOf, type TrialCounts } from './trial-tally.ts'
import type { Trial } from './what-if.ts'

const COLUMNS = [
  count('starts', 'Starts'),
  count('refused_then', 'Refused then'),
  count('refused', 'Refused'),
  share('refused_share', 'Share'),
  count('newly_admitted', 'Admitted instead'),
  count('users_touched', 'Users touched'),
  count('evicted_then', 'Ended for another then'),
  count('evicted', 'Ended for another'),
  hours('hours_lost', 'Viewer-hours lost'),
  share('hours_lost_share', 'Of all hours'),
]

/** What other policies would have done, side by side and by plan. */
export function whatIfSection(trials: readonly Trial[], hoursWatched: number): ReportSection {
  const cells = (counts: TrialCounts): readonly ReportCell[] => [
    counts.starts,
    counts.refusedThen,
    counts.refused,
    shareOf(counts.refused, counts.starts),
    counts.newlyAdmitted,
    counts.touched.size,
    counts.evictedThen,
    counts.evicted,
    hoursOf(counts),
    shareOf(hoursOf(counts), hoursWatched),
  ]
  return {
    id: 'what-if',
    title: 'What if',
    lead: 'The starts of the log, decided again under other policies. A viewer who would be refused or evicted is taken to watch nothing until the next start in the log.',
    tables: [
      {
        id: 'what-if-policies',
        title: 'Starts refused under each policy',
        ...noteOn(trials),
        columns: [text('policy', 'Policy'), ...COLUMNS],
        rows: trials.map(({ name, tally }) => [name, ...cells(tally.total)]),
        chart: { shape: 'lying', series: ['refused'] },
      },
      {
        id: 'what-if-plans',
        title: 'By plan',
        note: 'Users touched: those who would meet a refusal or an eviction that they did not meet. Hours lost: what those streams still ran in the log. How long a stream would have run that was refused then is not known.',
        columns: [text('policy', 'Policy'), text('plan', 'Plan'), ...COLUMNS],
        rows: trials.flatMap(({ name, tally }) =>
          [...tally.plans]
            .filter(([, { starts }]) => starts > 0)
            .map(([plan, counts]) => [name, plan || '(not told)', ...cells(counts)]),
        ),
      },
    ],
  }
}

/** Starts under a plan that a policy does not have count as refused, so that must be told. */
function noteOn(trials: readonly Trial[]): { readonly note?: string } {
  const unknown = trials.flatMap(({ name, tally }) =>
    [...tally.unknownPlans].map(
      ([plan, starts]) =>
        `${name} has no plan ${plan || '(not told)'} (${starts.toLocaleString('en')} starts)`,
    ),
  )
  return unknown.length === 0
    ? {}
    : { note: `These starts would be answered by 400, and count as refused: ${unknown.join(', ')}.` }
}
