/**
 * Reads the logs, makes the report, and writes it in the forms that were asked for.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '@streamgate/core'
import { LogReader } from '../replay/log-reader.ts'
import { LogSurvey } from '../replay/log-survey.ts'
import { Collector, type Span } from '../report/collector.ts'
import { makeReport } from '../report/make-report.ts'
import { readLogs } from '../report/read-logs.ts'
import { reportAsNdjson, tableAsCsv } from '../report/report-files.ts'
import { reportAsHtml } from '../report/page/report-page.ts'
import { reportAsText } from '../report/report-text.ts'
import type { Report } from '../report/report.ts'
import { LoggedSessions } from '../report/what-if/logged-sessions.ts'
import { whatIfSection } from '../report/what-if/what-if-section.ts'
import { policyOfMax, tryPolicies } from '../report/what-if/what-if.ts'
import { parseStore } from '../settings/store-engines.ts'
import { UserIdHash } from '../text/user-id-hash.ts'
import { instantIn } from '../report/local-time.ts'
import { DONE, FAILED } from './exit-codes.ts'
import { policyOfFlag, wordsOf } from './policy-flag.ts'
import { ReadProgress } from './read-progress.ts'

/** The flags of the command. */
export type ReportOptions = {
  readonly log: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly tz: string
  readonly html?: string
  readonly csv?: string
  readonly ndjson?: string
  readonly policy?: readonly string[]
  readonly max?: readonly number[]
  readonly showUsers?: true
  readonly userIdKey?: string
}

/** Reports. Resolves with the exit code. */
export async function runReport(options: ReportOptions): Promise<number> {
  try {
    const report = await reportOn(options)
    write(report, options)
    return DONE
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n`)
    return FAILED
  }
}

async function reportOn(options: ReportOptions): Promise<Report> {
  const span = spanOf(options)
  const names = [...new Set(options.log)]
  const onTrial = (options.policy ?? []).map((name) => ({ name, policy: policyOfFlag(name) }))
  const isWhatIf = onTrial.length > 0 || options.max !== undefined
  const reader = new LogReader(process.stdin)
  const collector = new Collector(span)
  const survey = new LogSurvey(isWhatIf)
  const bytes = await reader.bytesIn(names)
  const progress = new ReadProgress(process.stderr, bytes)
  try {
    if (isWhatIf && names.includes('-')) await reader.keepInput()
    await progress.during(readLogs(reader, names, { collector, survey }), reader.counts)
    if (collector.firstMs === Infinity) throw new Error(nothingIn(options, reader.counts.decisions))
    const sessions = new LoggedSessions(collector)
    const whatIf = async (hoursWatched: number) => {
      const maxes = (options.max ?? []).map((max) => policyOfMax(max, collector))
      const parts = { reader, names, survey, collector, sessions, span, openStore: openMemory }
      const trials = tryPolicies([...onTrial, ...maxes], parts)
      return whatIfSection(await progress.during(trials, reader.counts), hoursWatched)
    }
    return await makeReport({
      collector,
      span,
      counts: { ...reader.counts },
      areRenewalsLogged: survey.areRenewalsLogged,
      timeZone: options.tz,
      showUser: userNames(options),
      ...(isWhatIf && { whatIf, onHistory: (history) => sessions.add(history) }),
    })
  } finally {
    await reader.close()
  }
}

function nothingIn({ log }: ReportOptions, decisions: number): string {
  return decisions > 0
    ? `none of the ${decisions.toLocaleString('en')} decisions in --log is between --from and --to`
    : `there is no decision in --log ${log.join(' ')}: report reads the JSON lines of streamgate serve --log-format json, with --log-decisions changes or all`
}

function spanOf({ from, to, tz }: ReportOptions): Span {
  const fromMs = from === undefined ? -Infinity : instantIn(tz, from)
  const toMs = to === undefined ? Infinity : instantIn(tz, to)
  if (fromMs >= toMs) throw new Error(`--to ${to} must be after --from ${from}`)
  return { fromMs, toMs }
}

/** Without a key, hashes of two reports cannot be compared. */
function userNames({ showUsers, userIdKey }: ReportOptions): (user: string) => string {
  if (showUsers === true) return (user) => user
  return new UserIdHash(userIdKey ?? randomBytes(32).toString('hex')).of
}

function write(report: Report, { csv, ndjson, html }: ReportOptions): void {
  if (html !== undefined) writeFileSync(html, reportAsHtml(report))
  if (csv !== undefined) {
    mkdirSync(csv, { recursive: true })
    for (const { tables } of report.sections) {
      for (const table of tables) writeFileSync(join(csv, `${table.id}.csv`), tableAsCsv(table))
    }
  }
  if (ndjson !== undefined) writeFileSync(ndjson, reportAsNdjson(report))
  process.stdout.write(reportAsText(report))
}

function openMemory(): Promise<Store> {
  return parseStore('memory:').open()
}
