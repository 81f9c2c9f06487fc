/** The picture of the mixes: a bar for each contender, beside the floor. */
import type { Spread } from '../statistics.ts'
import { panelPicture, type Panel, type PanelRow } from './panels.ts'
import { label } from './svg.ts'

/** What a mix gave: a ratio for each row, or none if a contender took no part. */
export type BarPanel = { readonly title: string; readonly ratios: readonly (Spread | undefined)[] }

const TICK = 0.5

/** Draws ratios to the floor, with the quartiles as a line. */
export function barPicture(title: string, rows: readonly PanelRow[], panels: readonly BarPanel[]): string {
  const highest = Math.max(...panels.flatMap(({ ratios }) => ratios.map((ratio) => ratio?.high ?? 0)))
  const end = Math.max(1, highest) * 1.18
  const ticks = Array.from({ length: Math.floor(end / TICK) + 1 }, (_, index) => ({
    at: (index * TICK) / end,
    text: String(index * TICK),
  }))
  return panelPicture(
    title,
    rows,
    panels.map((panel) => panelOf(panel, { rows, ticks, end })),
  )
}

type Axis = { readonly rows: readonly PanelRow[]; readonly ticks: Panel['ticks']; readonly end: number }

function panelOf({ title, ratios }: BarPanel, { rows, ticks, end }: Axis): Panel {
  return {
    title,
    ticks,
    draw: (row, { top, bottom, place }) => {
      const ratio = ratios[row]
      if (ratio === undefined) return []
      const [left, right] = [place(0), place(ratio.median / end)]
      const middle = (top + bottom) / 2
      const kind = rows[row]?.isOurs ? 'ours' : 'peer'
      const text = ratio.median.toFixed(2)
      return [
        `<rect class="${kind}" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}" rx="2"/>`,
        `<line class="line" x1="${place(ratio.low / end)}" y1="${middle}" x2="${place(ratio.high / end)}" y2="${middle}"/>`,
        label(Math.max(right, place(ratio.high / end)) + 5, middle + 4, { text, kind: 'small' }),
      ]
    },
  }
}
