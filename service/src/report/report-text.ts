import { printable } from '../text/printable.ts'
import { textTable } from '../text/text-table.ts'
import { cellText, isNumber } from './cell-text.ts'
import { LocalTime } from './local-time.ts'
import type { Report, ReportSection, ReportTable } from './report.ts'

/** The report for a terminal. */
export function reportAsText(report: Report): string {
  const localTime = new LocalTime(report.timeZone)
  const { fromMs, toMs, timeZone, headlines, caveats } = report
  const widths = [0, 1].map((column) =>
    Math.max(...headlines.map(({ title, value }) => [title, value][column]?.length ?? 0)),
  )
  const facts = headlines.map(
    ({ title, value, remark }) =>
      `${title.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${remark}\n`,
  )
  return [
    `Streams from ${localTime.text(fromMs)} to ${localTime.text(toMs)} (${timeZone})\n`,
    facts.join(''),
    ...report.sections.map((section) => sectionText(section, localTime)),
    caveats.map((caveat) => `* ${printable(caveat)}\n`).join(''),
  ].join('\n')
}

function sectionText({ title, lead, isAdvice, tables }: ReportSection, localTime: LocalTime): string {
  const head = isAdvice === true ? `${title} (advice)` : title
  return [
    `${head.toUpperCase()}\n`,
    ...(lead === undefined ? [] : [`${lead}\n`]),
    ...tables.map((table) => tableText(table, localTime)),
  ].join('\n')
}

function tableText({ title, note, columns, rows }: ReportTable, localTime: LocalTime): string {
  const head = columns.map((column) => column.title)
  const numbers = new Set(columns.filter(isNumber).map((column) => column.title))
  const cells = rows.map((row) =>
    columns.map((column, index) => printable(cellText(row[index], column, localTime))),
  )
  const table = rows.length === 0 ? 'None.\n' : textTable({ head, rows: cells, numbers })
  return `${title}\n${'-'.repeat(title.length)}\n${table}${note === undefined ? '' : `${printable(note)}\n`}`
}
