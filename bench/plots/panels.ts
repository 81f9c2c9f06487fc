/** Panels side by side. Each has the same rows and an axis of its own. */
import { label, picture, round } from './svg.ts'

/** A row, named at the left. */
export type PanelRow = { readonly title: string; readonly isOurs: boolean }

/** One panel: its axis, and what it shows in each row. */
export type Panel = {
  readonly title: string
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  /** Draws a row between these heights. If there is no value, it draws nothing. */
  readonly draw: (row: number, at: { top: number; bottom: number; place: Place }) => readonly string[]
}

/** Where a share of the axis from 0 to 1 lies in the picture. */
type Place = (share: number) => number

const WIDTH = 940
const LABELS = 225
const TOP = 44
const ROW = 26
const BOTTOM = 30
const GAP = 22
const MARGIN = 18

/** Draws the panels. */
export function panelPicture(title: string, rows: readonly PanelRow[], panels: readonly Panel[]): string {
  const height = TOP + rows.length * ROW + BOTTOM
  const width = (WIDTH - LABELS - MARGIN) / panels.length - GAP
  const names = rows.map((row, index) =>
    label(LABELS - 12, TOP + (index + 0.5) * ROW + 4, {
      text: row.title,
      kind: row.isOurs ? 'end head' : 'end',
    }),
  )
  const drawn = panels.flatMap((panel, index) => {
    const left = LABELS + index * (width + GAP)
    return drawPanel(panel, rows, (share) => round(left + share * width))
  })
  return picture({ width: WIDTH, height, title }, [...names, ...drawn])
}

function drawPanel({ title, ticks, draw }: Panel, rows: readonly PanelRow[], place: Place): string[] {
  const end = TOP + rows.length * ROW
  const grid = ticks.map(({ at }) => {
    const x = place(at)
    return `<line class="grid" x1="${x}" y1="${TOP - 4}" x2="${x}" y2="${end}"/>`
  })
  const texts = ticks.map(({ at, text }) => label(place(at), end + 16, { text, kind: 'small middle' }))
  const marks = rows.flatMap((_, row) =>
    draw(row, { top: TOP + row * ROW + 4, bottom: TOP + (row + 1) * ROW - 4, place }),
  )
  return [label(place(0), TOP - 16, { text: title, kind: 'head' }), ...grid, ...texts, ...marks]
}
