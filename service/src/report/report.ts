/** A report as values. Each way to show one is made from these. */

/**
 * What the cells of a column are: texts, counts, shares from 0 to 1, hours, seconds, or instants in
 * milliseconds since the epoch.
 */
export type CellKind = 'text' | 'count' | 'share' | 'hours' | 'seconds' | 'instant'

/** One column. `id` is its name for programs. */
export type ReportColumn = { readonly id: string; readonly title: string; readonly kind: CellKind }

/** `null` if there is nothing to tell. */
export type ReportCell = string | number | null

/** How a table is drawn: each of these columns as a series of bars, over the first column. */
export type ReportChart = { readonly shape: 'upright' | 'lying'; readonly series: readonly string[] }

/** A table, and how to draw it if that helps. */
export type ReportTable = {
  /** Unique in a report: the name of its file. */
  readonly id: string
  readonly title: string
  /** What it counts, and what not. */
  readonly note?: string
  readonly columns: readonly ReportColumn[]
  readonly rows: readonly (readonly ReportCell[])[]
  readonly chart?: ReportChart
}

/** Tables on one question. */
export type ReportSection = {
  readonly id: string
  readonly title: string
  readonly lead?: string
  /** Whether it only advises a person, and proves nothing. */
  readonly isAdvice?: boolean
  readonly tables: readonly ReportTable[]
}

/** A whole report. */
export type Report = {
  readonly fromMs: number
  readonly toMs: number
  readonly timeZone: string
  /** The most important numbers. */
  readonly headlines: readonly { readonly title: string; readonly value: string; readonly remark: string }[]
  readonly sections: readonly ReportSection[]
  /** What to know before trusting the numbers. */
  readonly caveats: readonly string[]
}

/** A column whose cells are texts. */
export function text(id: string, title: string): ReportColumn {
  return { id, title, kind: 'text' }
}

/** A column whose cells are counts. */
export function count(id: string, title: string): ReportColumn {
  return { id, title, kind: 'count' }
}

/** A column whose cells are shares from 0 to 1. */
export function share(id: string, title: string): ReportColumn {
  return { id, title, kind: 'share' }
}

/** A column whose cells are hours. */
export function hours(id: string, title: string): ReportColumn {
  return { id, title, kind: 'hours' }
}

/** A part of a whole, from 0 to 1. `null` of nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
