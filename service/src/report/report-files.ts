/** The tables of a report for programs. */
import type { Report, ReportCell, ReportTable } from './report.ts'

/** Cells that a spreadsheet would take for a formula begin so. */
const FORMULA = /^[=+\-@\t\r]/
const QUOTED = /[",\r\n]/

/** A table as CSV (RFC 4180) with a line of names. Times are in RFC 3339, shares from 0 to 1. */
export function tableAsCsv({ columns, rows }: ReportTable): string {
  const lines = rows.map((row) => row.map((cell, index) => csvCell(valueOf(cell, columns[index]?.kind))))
  return [columns.map(({ id }) => csvCell(id)), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('')
}

/** All tables, one line of JSON for each row. `table` is the id of its table. */
export function reportAsNdjson({ sections }: Report): string {
  return sections
    .flatMap(({ tables }) => tables)
    .flatMap(({ id, columns, rows }) =>
      rows.map((row) => {
        const members = columns.map((column, index) => [column.id, valueOf(row[index] ?? null, column.kind)])
        return `${JSON.stringify({ table: id, ...Object.fromEntries(members) })}\n`
      }),
    )
    .join('')
}

function valueOf(cell: ReportCell, kind: string | undefined): ReportCell {
  return kind === 'instant' && typeof cell === 'number' ? new Date(cell).toISOString() : cell
}

function csvCell(cell: ReportCell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell
  return QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
