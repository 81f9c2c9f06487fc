/** Makes reports on the lines of a test, through files as the command does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { MemoryStore } from '@streamgate/stores/memory'
import { LogReader } from '../src/replay/log-reader.ts'
import { LogSurvey } from '../src/replay/log-survey.ts'
import { Collector, type Span } from '../src/report/collector.ts'
import { makeReport } from '../src/report/make-report.ts'
import { readLogs } from '../src/report/read-logs.ts'
import type { Report, ReportCell } from '../src/report/report.ts'
import { LoggedSessions } from '../src/report/what-if/logged-sessions.ts'
import { whatIfSection } from '../src/report/what-if/what-if-section.ts'
import { policyOfMax, tryPolicies } from '../src/report/what-if/what-if.ts'

const ALWAYS: Span = { fromMs: -Infinity, toMs: Infinity }

/** By default all of the log, in UTC, without other limits. */
export type Options = { readonly span?: Span; readonly timeZone?: string; readonly maxes?: readonly number[] }

export function rowsOf(report: Report, id: string): readonly (readonly ReportCell[])[] {
  const table = report.sections.flatMap(({ tables }) => tables).find((one) => one.id === id)
  if (table === undefined) throw new Error(`The report has no table ${id}`)
  return table.rows
}

/** All but the places of lines, which depend on the files. */
export function countsOf(report: Report): unknown {
  return report.sections.filter(({ id }) => id !== 'top-users' && id !== 'sharing')
}

export function reportOn(lines: readonly (string | undefined)[], options: Options = {}): Promise<Report> {
  return reportOfFiles([Buffer.from(lines.join(''))], options)
}

/** The second is compressed. */
export function reportOfLogs(logs: readonly (readonly (string | undefined)[])[]): Promise<Report> {
  return reportOfFiles(
    logs.map((lines, index) => (index === 1 ? gzipSync(lines.join('')) : Buffer.from(lines.join('')))),
  )
}

export async function reportOfFiles(files: readonly Uint8Array[], options: Options = {}): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'streamgate-report-'))
  try {
    return await reportIn(folder, files, options)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function reportIn(folder: string, files: readonly Uint8Array[], options: Options): Promise<Report> {
  const names = files.map((bytes, index) => {
    const path = join(folder, `log-${index}`)
    writeFileSync(path, bytes)
    return path
  })
  const { span = ALWAYS, timeZone = 'UTC', maxes } = options
  const reader = new LogReader(process.stdin)
  const collector = new Collector(span)
  const survey = new LogSurvey()
  await readLogs(reader, names, { collector, survey })
  const sessions = new LoggedSessions(collector)
  return makeReport({
    collector,
    span,
    counts: { ...reader.counts },
    areRenewalsLogged: survey.areRenewalsLogged,
    timeZone,
    showUser: (user) => `shown ${user}`,
    onHistory: (history) => sessions.add(history),
    ...(maxes !== undefined && {
      whatIf: async (hours) => {
        const parts = { reader, names, survey, collector, sessions, span, openStore: openMemory }
        return whatIfSection(
          await tryPolicies(
            maxes.map((max) => policyOfMax(max, collector)),
            parts,
          ),
          hours,
        )
      },
    }),
  })
}

async function openMemory(): Promise<MemoryStore> {
  return new MemoryStore()
}
