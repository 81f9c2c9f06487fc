/**
 * Tables as plots in SVG. A plot has a name for screen readers, and its numbers in a table beside
 * it.
 */
import { escape } from '../../api/reference/markup.ts'
import { cellText } from '../cell-text.ts'
import type { LocalTime } from '../local-time.ts'
import type { ReportChart, ReportColumn, ReportTable } from '../report.ts'
import { shortNumber, ticksUpTo } from './axis.ts'

/** As wide as a plot is on a telephone, so that its texts are readable there. */
const WIDTH = 360
const LEFT = 44
const RIGHT = 8
const TOP = 18
const HEIGHT = 210
const BOTTOM = 36
const LABELS_MAX = 8
/** So few bars have their numbers on them. */
const NUMBERED_MAX = 10
const ROW = 40
const LABEL_MAX = 44
const BAR = 12

type Series = { readonly column: ReportColumn; readonly values: readonly number[] }
type Plotted = {
  readonly table: ReportTable
  readonly labels: readonly string[]
  readonly series: readonly Series[]
}

/** The plot of a table. Empty if there is nothing to draw. */
export function plotOf(table: ReportTable, chart: ReportChart, localTime: LocalTime): string {
  const series = chart.series.flatMap((id) => {
    const index = table.columns.findIndex((column) => column.id === id)
    const column = table.columns[index]
    return column === undefined ? [] : [{ column, values: table.rows.map((row) => Number(row[index] ?? 0)) }]
  })
  const labels = table.rows.map((row) => String(row[0] ?? ''))
  if (labels.length === 0 || series.length === 0) return ''
  const plotted = { table, labels, series }
  const drawn = chart.shape === 'upright' ? upright(plotted) : lying(plotted, localTime)
  return `${legendOf(series)}${drawn}`
}

function upright({ table, labels, series }: Plotted): string {
  const ticks = ticksUpTo(Math.max(0, ...series.flatMap(({ values }) => values)))
  const top = ticks.at(-1) ?? 1
  const y = (value: number) => TOP + HEIGHT * (1 - value / top)
  const slot = (WIDTH - LEFT - RIGHT) / labels.length
  const gap = slot > 6 ? slot * 0.2 : 0
  const bar = (slot - gap) / series.length
  const lines = ticks.map(
    (tick) =>
      `<line class="${tick === 0 ? 'base' : 'grid'}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text class="tick" x="${LEFT - 6}" y="${round(y(tick) + 4)}" text-anchor="end">${shortNumber(tick)}</text>`,
  )
  const bars = series.flatMap(({ values, column }, number) =>
    values.map((value, index) => {
      const x = LEFT + index * slot + gap / 2 + number * bar
      const words = `${labels[index]}: ${value.toLocaleString('en', { maximumFractionDigits: 1 })} ${column.title}`
      const rect = `<rect class="s${number + 1}" x="${round(x)}" y="${round(y(value))}" width="${round(Math.max(0.5, bar - (bar > 4 ? 1 : 0)))}" height="${round(TOP + HEIGHT - y(value))}"><title>${escape(words)}</title></rect>`
      const isNumbered = labels.length * series.length <= NUMBERED_MAX && value > 0
      return isNumbered
        ? `${rect}<text class="value" x="${round(x + bar / 2)}" y="${round(y(value) - 4)}" text-anchor="middle">${shortNumber(Math.round(value * 10) / 10)}</text>`
        : rect
    }),
  )
  const every = Math.ceil(labels.length / LABELS_MAX)
  const names = labels.map((label, index) =>
    index % every === 0
      ? `<text class="tick" x="${round(LEFT + (index + 0.5) * slot)}" y="${TOP + HEIGHT + 16}" text-anchor="middle">${escape(shortLabel(label))}</text>`
      : '',
  )
  const axis = `<text class="axis" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${TOP + HEIGHT + 33}" text-anchor="middle">${escape(table.columns[0]?.title ?? '')}</text>`
  return frame(table, TOP + HEIGHT + BOTTOM, [...lines, ...bars, ...names, axis].join(''))
}

function lying({ table, labels, series }: Plotted, localTime: LocalTime): string {
  const [first] = series
  if (first === undefined) return ''
  const most = Math.max(Number.MIN_VALUE, ...first.values)
  const rows = labels.map((label, index) => {
    const value = first.values[index] ?? 0
    const y = index * ROW
    const words = cellText(value, first.column, localTime)
    return `<text class="label" x="0" y="${y + 15}">${escape(cut(label))}</text><text class="label number" x="${WIDTH}" y="${y + 15}" text-anchor="end">${escape(words)}</text><rect class="track" x="0" y="${y + 21}" width="${WIDTH}" height="${BAR}"/><rect class="s1" x="0" y="${y + 21}" width="${round((WIDTH * value) / most)}" height="${BAR}"/>`
  })
  return frame(table, labels.length * ROW, rows.join(''))
}

function frame({ id, title }: ReportTable, height: number, inside: string): string {
  return `<svg class="plot" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="plot-${id}"><title id="plot-${id}">${escape(title)}. The numbers are in the table below.</title>${inside}</svg>`
}

function legendOf(series: readonly Series[]): string {
  const items = series.map(
    ({ column }, index) =>
      `<li><span class="key s${index + 1}" aria-hidden="true"></span>${escape(column.title)}</li>`,
  )
  return `<ul class="legend">${items.join('')}</ul>`
}

/** A day without its year. */
function shortLabel(label: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(label)
    ? label.slice('2026-'.length)
    : label.replace(/ min$/, '').replace('none told', 'none')
}

/** As much of a label as fits beside its number. The table has all of it. */
function cut(label: string): string {
  return label.length > LABEL_MAX ? `${label.slice(0, LABEL_MAX - 1)}…` : label
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
