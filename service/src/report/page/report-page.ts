/**
 * A report as one page: no script, nothing to load, so it opens from a disk and goes by mail.
 */
import { escape } from '../../api/reference/markup.ts'
import { cellText, isNumber } from '../cell-text.ts'
import { LocalTime } from '../local-time.ts'
import type { Report, ReportSection, ReportTable } from '../report.ts'
import { plotOf } from './plot.ts'
import { REPORT_STYLE } from './style.ts'

const POLICY = "default-src 'none'; style-src 'unsafe-inline'"
/** Wider tables get a row of their own. */
const NARROW_COLUMNS_MAX = 5
const LONG_CELL = 44
/** A longer table may go over several sheets of paper. */
const LONG_ROWS = 26

/** The page. */
export function reportAsHtml(report: Report): string {
  const localTime = new LocalTime(report.timeZone)
  const { fromMs, toMs, timeZone, sections } = report
  const title = `Streams from ${localTime.text(fromMs)} to ${localTime.text(toMs)}`
  const links = sections.map(({ id, title: name }) => `<li><a href="#${id}">${escape(name)}</a></li>`)
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(title)}</title><style>${REPORT_STYLE}</style></head><body>`,
    `<header><h1>Streams from <span class="whole">${localTime.text(fromMs)}</span> to <span class="whole">${localTime.text(toMs)}</span></h1><p class="soft">Times in ${escape(timeZone)}. Made by streamgate report.</p>`,
    `<nav aria-label="Sections"><ul>${links.join('')}</ul></nav>${tiles(report)}</header>`,
    `<main>${sections.map((section) => sectionHtml(section, localTime)).join('')}</main>`,
    `${footer(report)}</body></html>\n`,
  ].join('')
}

function tiles({ headlines }: Report): string {
  const items = headlines.map(
    ({ title, value, remark }) =>
      `<li><span>${escape(title)}</span><b>${escape(value)}</b><span>${escape(remark)}</span></li>`,
  )
  return `<ul class="tiles">${items.join('')}</ul>`
}

function sectionHtml({ id, title, lead, isAdvice, tables }: ReportSection, localTime: LocalTime): string {
  const words = lead === undefined ? '' : escape(lead)
  const introduction =
    isAdvice === true
      ? `<div class="advice" role="note"><b>Advice, not proof</b>${words}</div>`
      : `<p>${words}</p>`
  const cards = tables.map((table) => card(table, localTime)).join('')
  return `<section aria-labelledby="${id}"><h2 id="${id}">${escape(title)}</h2>${introduction}<div class="cards">${cards}</div></section>`
}

function card(table: ReportTable, localTime: LocalTime): string {
  const { title, note, columns, rows, chart } = table
  const plot = chart === undefined ? '' : plotOf(table, chart, localTime)
  const isWide = plot === '' && (columns.length > NARROW_COLUMNS_MAX || hasLongCells(table))
  const classes = ['card', ...(isWide ? ['wide'] : []), ...(rows.length > LONG_ROWS ? ['long'] : [])]
  const shown = tableHtml(table, localTime)
  return [
    `<article class="${classes.join(' ')}"><h3>${escape(title)}</h3>${plot}`,
    plot === '' ? shown : `<details><summary>Show as a table</summary>${shown}</details>`,
    note === undefined ? '' : `<p class="note">${escape(note)}</p>`,
    '</article>',
  ].join('')
}

function hasLongCells({ rows }: ReportTable): boolean {
  return rows.some((row) => row.some((cell) => typeof cell === 'string' && cell.length > LONG_CELL))
}

function tableHtml({ title, columns, rows }: ReportTable, localTime: LocalTime): string {
  if (rows.length === 0) return '<p class="soft">None.</p>'
  const head = columns.map(
    (column) => `<th scope="col"${isNumber(column) ? ' class="n"' : ''}>${escape(column.title)}</th>`,
  )
  const lines = rows.map((row) => {
    const cells = columns.map((column, index) => {
      const words = escape(cellText(row[index], column, localTime))
      if (index === 0) return `<th scope="row">${words}</th>`
      return `<td class="${isNumber(column) ? 'n' : 't'}">${words}</td>`
    })
    return `<tr>${cells.join('')}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escape(title)}, table"><table><thead><tr>${head.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`
}

function footer({ caveats }: Report): string {
  if (caveats.length === 0) return ''
  const items = caveats.map((caveat) => `<li>${escape(caveat)}</li>`)
  return `<footer><h2>What to know</h2><ul>${items.join('')}</ul></footer>`
}
